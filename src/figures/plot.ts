/**
 * Plots: lines, points, bars, bands, heat maps and reference lines on linear or logarithmic axes, as one SVG
 * figure.
 */
import { OptionError } from "../wasm/errors.ts";
import { axes, colorBar, type ColoredMark, legend } from "./axes.ts";
import { drawMark, type Frame } from "./draw-marks.ts";
import { checkMarks, extent, isSeries, type Mark, type RasterMark } from "./marks.ts";
import { type Axis, scale, type Scale } from "./scale.ts";
import { colors, element, type Figure, label, panels, textWidth, wrap } from "./svg.ts";

export type { Mark, Series } from "./marks.ts";

/** What a plot is of. */
export interface PlotOptions {
  /** Above the plot. Default: none. */
  title?: string;
  /** A sentence below the title: what is seen. */
  note?: string;
  /** The horizontal axis. Default: as wide as the data, without a label. */
  x?: Axis;
  /** The vertical axis. Default: as high as the data, without a label. */
  y?: Axis;
  /** What is drawn, from back to front. */
  marks: readonly Mark[];
  /** Pixels. Default 640. */
  width?: number;
  /** Pixels. Default 400. */
  height?: number;
}

/** Pixels on both sides of the inside of the axes. */
interface Sides {
  readonly left: number;
  readonly right: number;
}

/** Pixels around the inside of the axes, and what stands above it. */
interface Layout {
  readonly note: readonly string[];
  readonly key: { body: string; height: number };
  readonly head: number;
  readonly top: number;
  readonly bottom: number;
}

/** Marks with their colors: their own, the next of the series', or the soft one. */
function colored(marks: readonly Mark[]): ColoredMark[] {
  let used = 0;
  return marks.map((mark) => {
    const own = "color" in mark ? mark.color : undefined;
    if (own !== undefined) return { mark, color: own };
    return { mark, color: isSeries(mark) ? colors.series[used++ % colors.series.length] : colors.soft };
  });
}

const sizeOf = ({ width = 640, height = 400 }: PlotOptions): { width: number; height: number } => ({
  width,
  height,
});

/** Ticks that fit a height or a width. */
const ticksIn = (size: number, each: number): number => Math.max(3, Math.floor(size / each));

const yScale = ({ y = {}, marks }: PlotOptions, height: number): Scale =>
  scale(y, extent(marks, "y", y.log), ticksIn(height, 45));

/** What numbers and names of the axis upwards, and the bar of a raster's colors take. */
function sidesOf(options: PlotOptions): Sides {
  const { height } = sizeOf(options);
  const ticks = yScale(options, height - 120).ticks.map((tick) => textWidth(tick.label, 11));
  return {
    left: Math.max(...ticks, 8) + (options.y?.label ? 40 : 20),
    right: options.marks.some(({ kind }) => kind === "raster") ? 86 : 22,
  };
}

function layout(options: PlotOptions, marks: readonly ColoredMark[], { left, right }: Sides): Layout {
  const { title, note, x } = options;
  const { width } = sizeOf(options);
  const lines = note ? wrap(note, width - 36, 12) : [];
  const labeled = marks.filter(({ mark }) => isSeries(mark) && mark.label);
  const key = legend(labeled, width - left - right);
  const head = (title ? 34 : 14) + lines.length * 17;
  return { note: lines, key, head, top: head + key.height + 4, bottom: x?.label ? 50 : 30 };
}

/** The scales; those of a raster end at its edges. */
function frameOf(options: PlotOptions, width: number, height: number): Frame {
  const { x = {}, y = {}, marks } = options;
  const raster = marks.find((mark): mark is RasterMark => mark.kind === "raster");
  const xAxis = raster && !x.range ? { ...x, range: raster.x } : x;
  return {
    width,
    height,
    x: scale(xAxis, extent(marks, "x", x.log), ticksIn(width, 75)),
    y:
      raster && !y.range
        ? scale({ ...y, range: raster.y }, [], ticksIn(height, 45))
        : yScale(options, height),
  };
}

/**
 * Axes and marks, rasters below the others; cut off where an axis has its own range, but for points, which
 * are there or not.
 */
function inside(options: PlotOptions, marks: readonly ColoredMark[], frame: Frame): string {
  const over = marks.filter(({ mark }) => mark.kind !== "raster");
  const under = marks.filter(({ mark }) => mark.kind === "raster");
  const { width, height } = frame;
  const cut = options.x?.range || options.y?.range;
  const drawn = [...under, ...over].map(({ mark, color }) => {
    const body = drawMark(mark, color, frame);
    return cut && mark.kind !== "points" ? element("svg", { width, height, overflow: "hidden" }, body) : body;
  });
  return [
    axes(options, frame),
    ...drawn,
    element("rect", { width, height, fill: "none", stroke: colors.frame }),
  ].join("\n");
}

/** What a reader who does not see the figure hears. */
function description({ note, x, y, marks }: PlotOptions): string {
  const names = marks.flatMap((mark) => ("label" in mark && mark.label ? [mark.label] : []));
  return [
    note,
    x?.label && `Across: ${x.label}${x.log ? ", logarithmic" : ""}.`,
    y?.label && `Up: ${y.label}${y.log ? ", logarithmic" : ""}.`,
    names.length > 0 && `Shown: ${names.join("; ")}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** The figure of a plot whose axes have these sides. */
function drawn(options: PlotOptions, sides: Sides): Figure {
  const { title } = options;
  const { width, height } = sizeOf(options);
  const { left, right } = sides;
  const marks = colored(options.marks);
  const { note, key, head, top, bottom } = layout(options, marks, sides);
  const frame = frameOf(options, width - left - right, height - top - bottom);
  const raster = options.marks.find((mark): mark is RasterMark => mark.kind === "raster");
  const lines = note.map((line, i) => label(18, (title ? 44 : 24) + 17 * i, line, { color: colors.soft }));
  const at = (x: number, y: number, body: string): string =>
    element("g", { transform: `translate(${x} ${y})` }, body);
  const body = [
    title ? label(18, 25, title, { size: 15, bold: true }) : "",
    ...lines,
    key.height ? at(left, head + 16, key.body) : "",
    at(left, top, inside(options, marks, frame)),
    raster ? at(width - right + 14, top, colorBar(raster, frame.height)) : "",
  ];
  return { width, height, title, description: description(options), body: body.filter(Boolean).join("\n") };
}

/** The figure of a plot. Equal options give equal bytes. Throws ShapeError where lengths of a mark differ. */
export function plot(options: PlotOptions): Figure {
  checkMarks(options.marks);
  return drawn(options, sidesOf(options));
}

/**
 * Plots of one width, one below another, as one figure: their axes begin and end at the same places, so that
 * equal times stand below each other. Throws OptionError on none or on other widths, ShapeError where lengths
 * of a mark differ.
 */
export function plots(list: readonly PlotOptions[], options: { title?: string } = {}): Figure {
  const widths = new Set(list.map((one) => sizeOf(one).width));
  if (widths.size !== 1)
    throw new OptionError(`plots: ${widths.size} widths, want one or more plots of the same width`);
  for (const { marks } of list) checkMarks(marks);
  const sides = list.map(sidesOf);
  const widest: Sides = {
    left: Math.max(...sides.map(({ left }) => left)),
    right: Math.max(...sides.map(({ right }) => right)),
  };
  return panels(
    list.map((one) => drawn(one, widest)),
    { columns: 1, title: options.title },
  );
}
