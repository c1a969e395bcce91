/** Small plots in text: a sparkline of one row, and a line plot of Braille dots, 2 × 4 to a character. */
import { type Axis, numberText, scale } from "./scale.ts";

const BLOCKS = "▁▂▃▄▅▆▇█";

/** One row of blocks, at most `width` wide: the mean of each stretch of the values, lowest to highest. */
export function sparkline(values: ArrayLike<number>, width = 60): string {
  const columns = Math.min(width, values.length);
  const means: number[] = [];
  for (let c = 0; c < columns; ++c) {
    const from = Math.floor((c * values.length) / columns);
    const to = Math.floor(((c + 1) * values.length) / columns);
    let sum = 0;
    for (let i = from; i < to; ++i) sum += values[i];
    means.push(sum / (to - from));
  }
  const seen = means.filter(Number.isFinite);
  const least = Math.min(...seen);
  const span = Math.max(...seen) - least;
  return means
    .map((v) =>
      Number.isFinite(v) ? BLOCKS[span > 0 ? Math.min(7, Math.floor(((v - least) / span) * 8)) : 0] : " ",
    )
    .join("");
}

/** Dot (column, row) of a Braille character as its bit; U+2800 is the empty one. */
const DOT = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

export interface TerminalPlotOptions {
  x?: Axis;
  y?: Axis;
  /** Characters inside the frame. Default 64 × 12. */
  width?: number;
  height?: number;
  /** More curves on the same x, drawn with every other dot: the edges of a band. */
  dotted?: readonly ArrayLike<number>[];
}

/** One curve as lines of text, with its axes' ends. Values that are not finite leave a gap. */
export function terminalPlot(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: TerminalPlotOptions = {},
): string {
  const width = options.width ?? 64;
  const height = options.height ?? 12;
  const columns = 2 * width;
  const rows = 4 * height;
  const xs = scale({ range: [Math.min(...Array.from(x)), Math.max(...Array.from(x))], ...options.x }, [], 4);
  const dotted = options.dotted ?? [];
  const ys = scale(
    options.y ?? {},
    [y, ...dotted].flatMap((curve) => Array.from(curve)),
    Math.max(2, Math.floor(height / 3)),
  );
  const cells = new Uint8Array(width * height);
  const dot = (column: number, row: number): void => {
    if (column < 0 || column >= columns || row < 0 || row >= rows) return;
    cells[(row >> 2) * width + (column >> 1)] |= DOT[column & 1][row & 3];
  };
  const draw = (curve: ArrayLike<number>, each: number): void => {
    let before: [number, number] | undefined;
    for (let i = 0; i < x.length; ++i) {
      const c = Math.round(xs.place(x[i]) * (columns - 1));
      const r = Math.round((1 - ys.place(curve[i])) * (rows - 1));
      if (!Number.isFinite(c) || !Number.isFinite(r)) {
        before = undefined;
        continue;
      }
      const [c0, r0] = before ?? [c, r];
      const steps = Math.max(Math.abs(c - c0), Math.abs(r - r0), 1);
      for (let k = 0; k <= steps; ++k) {
        const column = Math.round(c0 + ((c - c0) * k) / steps);
        if (column % each === 0) dot(column, Math.round(r0 + ((r - r0) * k) / steps));
      }
      before = [c, r];
    }
  };
  draw(y, 1);
  for (const curve of dotted) draw(curve, 2);
  const marks = new Map(
    ys.ticks.map((tick) => [
      Math.min(height - 1, Math.floor((1 - ys.place(tick.at)) * (height - 1) + 0.5)),
      tick.label,
    ]),
  );
  const room = Math.max(...[...marks.values()].map((text) => text.length));
  const lines = Array.from({ length: height }, (_, r) => {
    const row = Array.from(cells.subarray(r * width, (r + 1) * width), (bits) =>
      String.fromCharCode(0x2800 + bits),
    ).join("");
    return `${(marks.get(r) ?? "").padStart(room)} ${marks.has(r) ? "┤" : "│"}${row}`;
  });
  const left = options.x?.ticks?.at(0)?.label ?? numberText(xs.from);
  const right = options.x?.ticks?.at(-1)?.label ?? numberText(xs.to);
  const named = options.x?.label ?? "";
  const gap = width - left.length - right.length - named.length;
  const side = Math.max(1, gap >> 1);
  lines.push(
    `${" ".repeat(room)} └${"─".repeat(width)}`,
    `${" ".repeat(room + 2)}${left}${" ".repeat(side)}${named}${" ".repeat(Math.max(1, gap - side))}${right}`,
  );
  if (options.y?.label) lines.unshift(`${" ".repeat(room + 2)}${options.y.label}`);
  return lines.join("\n");
}
