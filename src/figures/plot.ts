/**
 * Plots: lines, points, bars, bands, heat maps and reference lines on linear or logarithmic axes, as one SVG
 * figure.
 */
import { ShapeError } from "../wasm/errors.ts";
import { type ColorMap, mapColor, rasterImage } from "./raster.ts";
import { type Axis, scale, type Scale } from "./scale.ts";
import { colors, element, type Figure, label, path, textWidth, wrap } from "./svg.ts";

export interface Series {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  label?: string;
  color?: string;
}
/** Something drawn on the axes. Equal lengths for x and y; values that are not finite leave a gap. */
export type Mark =
  | ({ kind: "line"; width?: number; dash?: boolean } & Series)
  | ({ kind: "points"; size?: number } & Series)
  /** Bars from the axis' foot to y, `width` wide in data units of x. */
  | ({ kind: "bars"; width?: number } & Series)
  /** The area between y and y2. */
  | ({ kind: "band"; y2: ArrayLike<number> } & Series)
  /**
   * values [rows*columns], first row at the bottom; `x` and `y` are the outer edges; `range` the ends of the
   * color scale.
   */
  | {
      kind: "raster";
      values: ArrayLike<number>;
      rows: number;
      columns: number;
      x: readonly [number, number];
      y: readonly [number, number];
      map?: ColorMap;
      log?: boolean;
      range?: readonly [number, number];
      label?: string;
    }
  /** A reference line across the plot at x or at y. */
  | { kind: "rule"; x?: number; y?: number; label?: string; color?: string }
  | { kind: "text"; x: number; y: number; text: string; anchor?: "start" | "middle" | "end"; color?: string };

export interface PlotOptions {
  title?: string;
  /** A sentence below the title: what is seen. */
  note?: string;
  x?: Axis;
  y?: Axis;
  marks: readonly Mark[];
  /** Pixels. Default 640 × 400. */
  width?: number;
  height?: number;
}

const colored = (mark: Mark): mark is Extract<Mark, Series> =>
  mark.kind === "line" || mark.kind === "points" || mark.kind === "bars" || mark.kind === "band";

function check(marks: readonly Mark[]): void {
  for (const mark of marks) {
    if (
      colored(mark) &&
      (mark.x.length !== mark.y.length || (mark.kind === "band" && mark.y2.length !== mark.y.length))
    ) {
      throw new ShapeError(
        `plot: ${mark.kind} "${mark.label ?? ""}" has ${mark.x.length} x and ${mark.y.length} y, ` +
          "want equally many",
      );
    }
    if (mark.kind === "raster" && mark.values.length !== mark.rows * mark.columns) {
      throw new ShapeError(
        `plot: raster has ${mark.values.length} values, want ${mark.rows} x ${mark.columns} ` +
          `= ${mark.rows * mark.columns}`,
      );
    }
  }
}

/** All values that an axis must hold. */
function* extent(marks: readonly Mark[], of: "x" | "y", log: boolean | undefined): Iterable<number> {
  for (const mark of marks) {
    const values = mark[of];
    if (values === undefined) continue;
    if (typeof values === "number") yield values;
    else if (mark.kind === "bars" && of === "x")
      for (const x of Array.from(values)) yield* [x - (mark.width ?? 0.8) / 2, x + (mark.width ?? 0.8) / 2];
    else yield* Array.from(values);
    if (mark.kind === "band" && of === "y") yield* Array.from(mark.y2);
    if (mark.kind === "bars" && of === "y" && !log) yield 0;
  }
}

interface Frame {
  x: Scale;
  y: Scale;
  width: number;
  height: number;
}
const px = (f: Frame, value: number): number => f.x.place(value) * f.width;
const py = (f: Frame, value: number): number => (1 - f.y.place(value)) * f.height;

function colorScale(mark: Extract<Mark, { kind: "raster" }>): Scale {
  const values = Array.from(mark.values);
  if (mark.map !== "diverging" || mark.range) return tight(mark.log, mark.range, values);
  const most = Math.max(...values.filter(Number.isFinite).map(Math.abs));
  return tight(false, [-most, most], values);
}

/** A scale that ends at its data's extremes. */
function tight(
  log: boolean | undefined,
  range: readonly [number, number] | undefined,
  values: number[],
): Scale {
  const used = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  const ends =
    range ??
    ([
      used.reduce((a, b) => Math.min(a, b), Infinity),
      used.reduce((a, b) => Math.max(a, b), -Infinity),
    ] as const);
  return scale({ log, ...(ends[0] < ends[1] ? { range: ends } : {}) }, used, 5);
}

function draw(mark: Mark, color: string, f: Frame): string {
  switch (mark.kind) {
    case "line":
      return element("path", {
        d: path(Array.from(mark.x, (x, i) => [px(f, x), py(f, mark.y[i])] as const)),
        fill: "none",
        stroke: color,
        "stroke-width": mark.width ?? 1.8,
        "stroke-linejoin": "round",
        "stroke-linecap": "round",
        "stroke-dasharray": mark.dash ? "6 4" : undefined,
      });
    case "points":
      return element(
        "g",
        { fill: color, "fill-opacity": "0.75" },
        Array.from(mark.x, (x, i) => [px(f, x), py(f, mark.y[i])] as const)
          .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
          .map(([cx, cy]) => element("circle", { cx, cy, r: mark.size ?? 3 }))
          .join(""),
      );
    case "bars":
      return element(
        "g",
        { fill: color },
        Array.from(mark.x, (x, i) => {
          const half = (mark.width ?? 0.8) / 2;
          const left = px(f, x - half);
          const top = py(f, mark.y[i]);
          const foot = f.y.log ? f.height : py(f, 0);
          return Number.isFinite(top)
            ? element("rect", {
                x: left,
                y: Math.min(top, foot),
                width: px(f, x + half) - left,
                height: Math.abs(foot - top),
              })
            : "";
        }).join(""),
      );
    case "band": {
      const there = Array.from(mark.x, (x, i) => [px(f, x), py(f, mark.y[i])] as const);
      const back = Array.from(mark.x, (x, i) => [px(f, x), py(f, mark.y2[i])] as const).reverse();
      return element("path", { d: `${path([...there, ...back])}Z`, fill: color, "fill-opacity": "0.18" });
    }
    case "raster": {
      const s = colorScale(mark);
      const places = new Float64Array(mark.values.length);
      const { rows, columns } = mark;
      for (let r = 0; r < rows; ++r)
        for (let c = 0; c < columns; ++c)
          places[(rows - 1 - r) * columns + c] = s.place(mark.values[r * columns + c]);
      const [left, right] = [px(f, mark.x[0]), px(f, mark.x[1])];
      const [foot, top] = [py(f, mark.y[0]), py(f, mark.y[1])];
      return element("image", {
        x: left,
        y: top,
        width: right - left,
        height: foot - top,
        preserveAspectRatio: "none",
        "image-rendering": "optimizeSpeed",
        style: "image-rendering:pixelated",
        href: rasterImage(places, rows, columns, mark.map ?? "sequential"),
      });
    }
    case "rule": {
      const x = mark.x === undefined ? undefined : px(f, mark.x);
      const y = mark.y === undefined ? undefined : py(f, mark.y);
      const line = element("line", {
        x1: x ?? 0,
        y1: y ?? 0,
        x2: x ?? f.width,
        y2: y ?? f.height,
        stroke: color,
        "stroke-width": 1.2,
        "stroke-dasharray": "4 3",
      });
      return (
        line +
        (mark.label
          ? label(
              x === undefined ? f.width - 6 : x + 5,
              y === undefined ? 13 : y < 18 ? y + 13 : y - 5,
              mark.label,
              { size: 11, color, anchor: x === undefined ? "end" : "start", halo: true },
            )
          : "")
      );
    }
    case "text":
      return label(px(f, mark.x), py(f, mark.y), mark.text, {
        size: 11,
        anchor: mark.anchor,
        color: mark.color,
        halo: true,
      });
  }
}

function axes(options: PlotOptions, f: Frame): string {
  const parts: string[] = [];
  for (const { at: value, label: text } of f.y.ticks) {
    const y = py(f, value);
    parts.push(
      element("line", { x1: 0, y1: y, x2: f.width, y2: y, stroke: colors.grid }),
      label(-8, y + 4, text, { size: 11, color: colors.soft, anchor: "end" }),
    );
  }
  for (const { at: value, label: text } of f.x.ticks) {
    const x = px(f, value);
    parts.push(
      element("line", { x1: x, y1: 0, x2: x, y2: f.height, stroke: colors.grid }),
      label(x, f.height + 17, text, { size: 11, color: colors.soft, anchor: "middle" }),
    );
  }
  if (options.x?.label) parts.push(label(f.width / 2, f.height + 37, options.x.label, { anchor: "middle" }));
  if (options.y?.label) {
    const left = Math.max(...f.y.ticks.map((tick) => textWidth(tick.label, 11)), 0) + 22;
    parts.push(label(-left, f.height / 2, options.y.label, { anchor: "middle", turn: -90 }));
  }
  return parts.join("");
}

/** One key a labeled series, in lines that fit the width; the height they take is given back. */
function legend(series: { mark: Mark; color: string }[], width: number): { body: string; height: number } {
  const parts: string[] = [];
  let x = 0;
  let y = 0;
  for (const { mark, color } of series) {
    const text = (mark as Series).label!;
    const room = 26 + textWidth(text) + 18;
    if (x > 0 && x + room > width) {
      x = 0;
      y += 18;
    }
    parts.push(
      mark.kind === "points"
        ? element("circle", { cx: x + 10, cy: y - 4, r: 4, fill: color })
        : mark.kind === "line"
          ? element("line", {
              x1: x,
              y1: y - 4,
              x2: x + 20,
              y2: y - 4,
              stroke: color,
              "stroke-width": 2.5,
              "stroke-dasharray": mark.dash ? "5 3" : undefined,
            })
          : element("rect", {
              x: x + 2,
              y: y - 10,
              width: 16,
              height: 11,
              fill: color,
              "fill-opacity": mark.kind === "band" ? "0.3" : undefined,
            }),
      label(x + 26, y, text),
    );
    x += room;
  }
  return { body: parts.join(""), height: series.length ? y + 24 : 0 };
}

function colorBar(mark: Extract<Mark, { kind: "raster" }>, height: number): string {
  const s = colorScale(mark);
  const strips = 64;
  const map = mark.map ?? "sequential";
  const parts: string[] = [];
  for (let i = 0; i < strips; ++i) {
    parts.push(
      element("rect", {
        x: 0,
        y: height * (1 - (i + 1) / strips),
        width: 14,
        height: height / strips + 0.5,
        fill: `rgb(${mapColor(map, (i + 0.5) / strips).join(",")})`,
      }),
    );
  }
  parts.push(element("rect", { width: 14, height, fill: "none", stroke: colors.frame }));
  for (const tick of s.ticks) {
    const place = s.place(tick.at);
    if (place > -1e-9 && place < 1 + 1e-9)
      parts.push(label(20, height * (1 - place) + 4, tick.label, { size: 11, color: colors.soft }));
  }
  if (mark.label) parts.push(label(62, height / 2, mark.label, { anchor: "middle", turn: -90 }));
  return parts.join("");
}

/** The figure of a plot. Equal options give equal bytes. */
export function plot(options: PlotOptions): Figure {
  check(options.marks);
  const width = options.width ?? 640;
  const height = options.height ?? 400;
  let used = 0;
  const marks = options.marks.map((mark) => {
    const own = "color" in mark ? mark.color : undefined;
    return {
      mark,
      color: own ?? (colored(mark) ? colors.series[used++ % colors.series.length] : colors.soft),
    };
  });
  const raster = options.marks.find((mark) => mark.kind === "raster");
  const ySize = (h: number): Scale =>
    scale(options.y ?? {}, extent(options.marks, "y", options.y?.log), Math.max(3, Math.floor(h / 45)));
  const tickRoom = Math.max(...ySize(height - 120).ticks.map((tick) => textWidth(tick.label, 11)), 8);
  const left = tickRoom + (options.y?.label ? 40 : 20);
  const right = raster ? 86 : 22;
  const inner = width - left - right;
  const note = options.note ? wrap(options.note, width - 36, 12) : [];
  const key = legend(
    marks.filter(({ mark }) => colored(mark) && mark.label),
    inner,
  );
  const head = (options.title ? 34 : 14) + note.length * 17;
  const top = head + key.height + 4;
  const bottom = options.x?.label ? 50 : 30;
  const f: Frame = {
    width: inner,
    height: height - top - bottom,
    y: ySize(height - top - bottom),
    x: scale(
      raster && !options.x?.range ? { ...options.x, range: raster.x } : (options.x ?? {}),
      extent(options.marks, "x", options.x?.log),
      Math.max(3, Math.floor(inner / 75)),
    ),
  };
  if (raster && !options.y?.range)
    f.y = scale({ ...options.y, range: raster.y }, [], Math.max(3, Math.floor(f.height / 45)));
  const over = marks.filter(({ mark }) => mark.kind !== "raster");
  const under = marks.filter(({ mark }) => mark.kind === "raster");
  const inside = [...under, ...over].map(({ mark, color }) => draw(mark, color, f)).join("\n");
  return {
    width,
    height,
    body: [
      options.title ? label(18, 25, options.title, { size: 15, bold: true }) : "",
      ...note.map((line, i) => label(18, (options.title ? 44 : 24) + 17 * i, line, { color: colors.soft })),
      key.height ? element("g", { transform: `translate(${left} ${head + 16})` }, key.body) : "",
      element(
        "g",
        { transform: `translate(${left} ${top})` },
        [
          axes(options, f),
          options.x?.range || options.y?.range
            ? element("svg", { width: f.width, height: f.height, overflow: "hidden" }, inside)
            : inside,
          element("rect", { width: f.width, height: f.height, fill: "none", stroke: colors.frame }),
        ].join("\n"),
      ),
      raster
        ? element("g", { transform: `translate(${width - right + 14} ${top})` }, colorBar(raster, f.height))
        : "",
    ]
      .filter(Boolean)
      .join("\n"),
  };
}
