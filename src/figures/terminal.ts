/** Plots in text: lines of Braille dots, 2 × 4 to a character. */
import { type Axis, numberText, scale, type Scale } from "./scale.ts";

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

/** Braille dots in a frame of characters. */
class Dots {
  readonly #width: number;
  readonly #height: number;
  readonly #cells: Uint8Array;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#cells = new Uint8Array(width * height);
  }

  /** Sets one dot; those outside of the frame are left out. */
  set(column: number, row: number): void {
    if (column < 0 || column >= 2 * this.#width || row < 0 || row >= 4 * this.#height) return;
    this.#cells[(row >> 2) * this.#width + (column >> 1)] |= DOT[column & 1][row & 3];
  }

  /** A straight line of dots in every `each`-th column. */
  line([c0, r0]: readonly [number, number], [c, r]: readonly [number, number], each: number): void {
    const steps = Math.max(Math.abs(c - c0), Math.abs(r - r0), 1);
    for (let k = 0; k <= steps; ++k) {
      const column = Math.round(c0 + ((c - c0) * k) / steps);
      if (column % each === 0) this.set(column, Math.round(r0 + ((r - r0) * k) / steps));
    }
  }

  /** A row of characters. */
  row(r: number): string {
    const cells = this.#cells.subarray(r * this.#width, (r + 1) * this.#width);
    return Array.from(cells, (bits) => String.fromCharCode(0x2800 + bits)).join("");
  }
}

/** Line by line: the name of the tick there, if there is one. */
function tickRows({ ticks, place }: Scale, height: number): Map<number, string> {
  return new Map(
    ticks.map((tick) => [
      Math.min(height - 1, Math.floor((1 - place(tick.at)) * (height - 1) + 0.5)),
      tick.label,
    ]),
  );
}

/** The line below the frame: both ends, and the axis' name between them. */
function footer(axis: Axis | undefined, xs: Scale, width: number): string {
  const left = axis?.ticks?.at(0)?.label ?? numberText(xs.from);
  const right = axis?.ticks?.at(-1)?.label ?? numberText(xs.to);
  const named = axis?.label ?? "";
  const gap = width - left.length - right.length - named.length;
  const side = Math.max(1, gap >> 1);
  return `${left}${" ".repeat(side)}${named}${" ".repeat(Math.max(1, gap - side))}${right}`;
}

/** One curve as lines of text, with its axes' ends. Values that are not finite leave a gap. */
export function terminalPlot(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: TerminalPlotOptions = {},
): string {
  const { width = 64, height = 12, dotted = [] } = options;
  const xs = scale({ range: [Math.min(...Array.from(x)), Math.max(...Array.from(x))], ...options.x }, [], 4);
  const ys = scale(
    options.y ?? {},
    [y, ...dotted].flatMap((curve) => Array.from(curve)),
    Math.max(2, Math.floor(height / 3)),
  );
  const dots = new Dots(width, height);
  const draw = (curve: ArrayLike<number>, each: number): void => {
    let before: readonly [number, number] | undefined;
    for (let i = 0; i < x.length; ++i) {
      const c = Math.round(xs.place(x[i]) * (2 * width - 1));
      const r = Math.round((1 - ys.place(curve[i])) * (4 * height - 1));
      const seen = Number.isFinite(c) && Number.isFinite(r);
      if (seen) dots.line(before ?? [c, r], [c, r], each);
      before = seen ? [c, r] : undefined;
    }
  };
  draw(y, 1);
  for (const curve of dotted) draw(curve, 2);
  const marks = tickRows(ys, height);
  const margin = Math.max(...[...marks.values()].map((text) => text.length));
  const lines = Array.from(
    { length: height },
    (_, r) => `${(marks.get(r) ?? "").padStart(margin)} ${marks.has(r) ? "┤" : "│"}${dots.row(r)}`,
  );
  lines.push(
    `${" ".repeat(margin)} └${"─".repeat(width)}`,
    `${" ".repeat(margin + 2)}${footer(options.x, xs, width)}`,
  );
  if (options.y?.label) lines.unshift(`${" ".repeat(margin + 2)}${options.y.label}`);
  return lines.join("\n");
}
