/** Each kind of mark as SVG, in the pixels of a plot's frame. */
import { BAR_WIDTH, type Mark, type MarkOf, type RasterMark } from "./marks.ts";
import { rasterImage } from "./raster.ts";
import { scale, type Scale } from "./scale.ts";
import { element, label, path } from "./svg.ts";

/** The inside of the axes: two scales, and pixels. */
export interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly width: number;
  readonly height: number;
}

/** Pixels from the left of the frame, and from its top. */
export const pixelX = (frame: Frame, value: number): number => frame.x.place(value) * frame.width;
export const pixelY = (frame: Frame, value: number): number => (1 - frame.y.place(value)) * frame.height;

type Pixels = readonly [number, number];

const pixels = (x: ArrayLike<number>, y: ArrayLike<number>, frame: Frame): Pixels[] =>
  Array.from(x, (value, i) => [pixelX(frame, value), pixelY(frame, y[i])] as const);

/** A scale that ends at its data's extremes. */
function tightScale(
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

/** The scale of a raster's colors; a diverging one has 0 in its middle. */
export function colorScale(mark: RasterMark): Scale {
  const values = Array.from(mark.values);
  if (mark.map !== "diverging" || mark.range) return tightScale(mark.log, mark.range, values);
  const max = Math.max(...values.filter(Number.isFinite).map(Math.abs));
  return tightScale(false, [-max, max], values);
}

const line = (mark: MarkOf<"line">, color: string, frame: Frame): string =>
  element("path", {
    d: path(pixels(mark.x, mark.y, frame)),
    fill: "none",
    stroke: color,
    "stroke-width": mark.width ?? 1.8,
    "stroke-linejoin": "round",
    "stroke-linecap": "round",
    "stroke-dasharray": mark.dash ? "6 4" : undefined,
  });

/** Pixels by which a point at the end of an axis may be off it: what rounding leaves. */
const EDGE = 0.01;

const points = (mark: MarkOf<"points">, color: string, frame: Frame): string =>
  element(
    "g",
    { fill: color, "fill-opacity": "0.75" },
    pixels(mark.x, mark.y, frame)
      .filter(([x, y]) => x >= -EDGE && x <= frame.width + EDGE && y >= -EDGE && y <= frame.height + EDGE)
      .map(([cx, cy]) => element("circle", { cx, cy, r: mark.size ?? 3 }))
      .join(""),
  );

function bars(mark: MarkOf<"bars">, color: string, frame: Frame): string {
  const half = (mark.width ?? BAR_WIDTH) / 2;
  const foot = frame.y.log ? frame.height : pixelY(frame, 0);
  const bar = (x: number, i: number): string => {
    const left = pixelX(frame, x - half);
    const top = pixelY(frame, mark.y[i]);
    if (!Number.isFinite(top)) return "";
    return element("rect", {
      x: left,
      y: Math.min(top, foot),
      width: pixelX(frame, x + half) - left,
      height: Math.abs(foot - top),
    });
  };
  return element("g", { fill: color }, Array.from(mark.x, bar).join(""));
}

function band(mark: MarkOf<"band">, color: string, frame: Frame): string {
  const there = pixels(mark.x, mark.y, frame);
  const back = pixels(mark.x, mark.y2, frame).reverse();
  return element("path", { d: `${path([...there, ...back])}Z`, fill: color, "fill-opacity": "0.18" });
}

function raster(mark: RasterMark, frame: Frame): string {
  const { place } = colorScale(mark);
  const { rows, columns } = mark;
  const places = new Float64Array(mark.values.length);
  for (let r = 0; r < rows; ++r)
    for (let c = 0; c < columns; ++c)
      places[(rows - 1 - r) * columns + c] = place(mark.values[r * columns + c]);
  const [left, right] = [pixelX(frame, mark.x[0]), pixelX(frame, mark.x[1])];
  const [foot, top] = [pixelY(frame, mark.y[0]), pixelY(frame, mark.y[1])];
  return element("image", {
    x: left,
    y: top,
    width: right - left,
    height: foot - top,
    preserveAspectRatio: "none",
    "image-rendering": "pixelated", // no style attribute: pages may forbid inline styles
    href: rasterImage(places, rows, columns, mark.map ?? "sequential"),
  });
}

/** Height of the label of a rule above its line; near the top it goes below. */
function ruleLabelY(y: number | undefined): number {
  if (y === undefined) return 13;
  return y < 18 ? y + 13 : y - 5;
}

function rule(mark: MarkOf<"rule">, color: string, frame: Frame): string {
  const x = mark.x === undefined ? undefined : pixelX(frame, mark.x);
  const y = mark.y === undefined ? undefined : pixelY(frame, mark.y);
  const drawn = element("line", {
    x1: x ?? 0,
    y1: y ?? 0,
    x2: x ?? frame.width,
    y2: y ?? frame.height,
    stroke: color,
    "stroke-width": 1.2,
    "stroke-dasharray": "4 3",
  });
  if (!mark.label) return drawn;
  const at = x === undefined ? frame.width - 6 : x + 5;
  const anchor = x === undefined ? "end" : "start";
  return drawn + label(at, ruleLabelY(y), mark.label, { size: 11, color, anchor, halo: true });
}

const text = (mark: MarkOf<"text">, frame: Frame): string =>
  label(pixelX(frame, mark.x), pixelY(frame, mark.y), mark.text, {
    size: 11,
    anchor: mark.anchor,
    color: mark.color,
    halo: true,
  });

/** A mark as SVG. */
export function drawMark(mark: Mark, color: string, frame: Frame): string {
  switch (mark.kind) {
    case "line":
      return line(mark, color, frame);
    case "points":
      return points(mark, color, frame);
    case "bars":
      return bars(mark, color, frame);
    case "band":
      return band(mark, color, frame);
    case "raster":
      return raster(mark, frame);
    case "rule":
      return rule(mark, color, frame);
    case "text":
      return text(mark, frame);
  }
}
