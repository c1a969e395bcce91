/**
 * What stands around the inside of a plot: ticks and names of the axes, the key of the series, the color bar.
 */
import { colorScale, type Frame, pixelX, pixelY } from "./draw-marks.ts";
import type { Mark, RasterMark, Series } from "./marks.ts";
import { mapColor } from "./raster.ts";
import type { Axis } from "./scale.ts";
import { colors, element, label, textWidth } from "./svg.ts";

/** A mark with the color that it has. */
export interface ColoredMark {
  readonly mark: Mark;
  readonly color: string;
}

/** Grid, ticks and names. */
export function axes({ x, y }: { x?: Axis; y?: Axis }, frame: Frame): string {
  const parts: string[] = [];
  for (const { at: value, label: text } of frame.y.ticks) {
    const at = pixelY(frame, value);
    parts.push(
      element("line", { x1: 0, y1: at, x2: frame.width, y2: at, stroke: colors.grid }),
      label(-8, at + 4, text, { size: 11, color: colors.soft, anchor: "end" }),
    );
  }
  for (const { at: value, label: text } of frame.x.ticks) {
    const at = pixelX(frame, value);
    parts.push(
      element("line", { x1: at, y1: 0, x2: at, y2: frame.height, stroke: colors.grid }),
      label(at, frame.height + 17, text, { size: 11, color: colors.soft, anchor: "middle" }),
    );
  }
  if (x?.label) parts.push(label(frame.width / 2, frame.height + 37, x.label, { anchor: "middle" }));
  if (y?.label) {
    const left = Math.max(...frame.y.ticks.map((tick) => textWidth(tick.label, 11)), 0) + 22;
    parts.push(label(-left, frame.height / 2, y.label, { anchor: "middle", turn: -90 }));
  }
  return parts.join("");
}

/** The sign of a series in the key, 20 pixels wide. */
function keySign({ mark, color }: ColoredMark, x: number, y: number): string {
  if (mark.kind === "points") return element("circle", { cx: x + 10, cy: y - 4, r: 4, fill: color });
  if (mark.kind === "line")
    return element("line", {
      x1: x,
      y1: y - 4,
      x2: x + 20,
      y2: y - 4,
      stroke: color,
      "stroke-width": 2.5,
      "stroke-dasharray": mark.dash ? "5 3" : undefined,
    });
  return element("rect", {
    x: x + 2,
    y: y - 10,
    width: 16,
    height: 11,
    fill: color,
    "fill-opacity": mark.kind === "band" ? "0.3" : undefined,
  });
}

/** One key a labeled series, in lines that fit the width; the height they take is given back. */
export function legend(series: readonly ColoredMark[], width: number): { body: string; height: number } {
  const parts: string[] = [];
  let x = 0;
  let y = 0;
  for (const colored of series) {
    const text = (colored.mark as Series).label!;
    const taken = 26 + textWidth(text) + 18;
    if (x > 0 && x + taken > width) {
      x = 0;
      y += 18;
    }
    parts.push(keySign(colored, x, y), label(x + 26, y, text));
    x += taken;
  }
  return { body: parts.join(""), height: series.length ? y + 24 : 0 };
}

const STRIPS = 64;

/** The colors of a raster and what they stand for. */
export function colorBar(mark: RasterMark, height: number): string {
  const s = colorScale(mark);
  const map = mark.map ?? "sequential";
  const parts: string[] = [];
  for (let i = 0; i < STRIPS; ++i) {
    parts.push(
      element("rect", {
        x: 0,
        y: height * (1 - (i + 1) / STRIPS),
        width: 14,
        height: height / STRIPS + 0.5,
        fill: `rgb(${mapColor(map, (i + 0.5) / STRIPS).join(",")})`,
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
