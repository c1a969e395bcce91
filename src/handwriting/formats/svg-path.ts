/**
 * The path data of SVG (W3C, chapter 9): moves, lines, Bézier curves and elliptical arcs, absolute or
 * relative, as points along the way; each curve gives eight, each arc sixteen.
 */
import { arcPoints } from "./svg-arc.ts";
import { NUMBER } from "./svg-numbers.ts";

/** What takes the points of a path. */
export interface PathPen {
  /** One more point. */
  to(x: number, y: number): void;
  /** The pen is lifted. */
  lift(): void;
}

const TOKEN = new RegExp(`(?:\\s*,)?\\s*(?:([A-Za-z])|(${NUMBER}))`, "y");
/** A flag of an arc: one digit, with nothing needed between it and the next number. */
const FLAG = /(?:\s*,)?\s*()([01])/y;
/** Numbers that a command takes at a time. */
const ARITY: ReadonlyMap<string, number> = new Map(
  Object.entries({ M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, Q: 4, T: 2, A: 7, Z: 0 }),
);
const PIECES = 8;

type Pair = readonly [x: number, y: number];

/** A pen on its way. */
class Walker {
  readonly #pen: PathPen;
  #at: Pair = [0, 0];
  #start: Pair = [0, 0];
  /** The last control point of a curve, and whether it was cubic. */
  #control: { at: Pair; cubic: boolean } | undefined;

  constructor(pen: PathPen) {
    this.#pen = pen;
  }

  /** One command with its numbers. */
  take(command: string, values: readonly number[]): void {
    const upper = command.toUpperCase();
    const [ox, oy] = command === upper ? [0, 0] : this.#at;
    if (upper === "Z") this.#line(this.#start);
    else if (upper === "H") this.#line([ox + values[0], this.#at[1]]);
    else if (upper === "V") this.#line([this.#at[0], oy + values[0]]);
    else if (upper === "A") this.#arc(values, [ox + values[5], oy + values[6]]);
    else {
      const pairs = Array.from({ length: values.length / 2 }, (_, i): Pair => [
        ox + values[2 * i],
        oy + values[2 * i + 1],
      ]);
      this.#pairs(upper, pairs);
    }
  }

  #pairs(upper: string, pairs: readonly Pair[]): void {
    const end = pairs[pairs.length - 1];
    if (upper === "M") this.#move(end);
    else if (upper === "L") this.#line(end);
    else if (upper === "C") this.#cubic(pairs[0], pairs[1], end);
    else if (upper === "S") this.#cubic(this.#mirrored(true), pairs[0], end);
    else this.#quadratic(upper === "Q" ? pairs[0] : this.#mirrored(false), end);
  }

  #move(to: Pair): void {
    this.#pen.lift();
    this.#pen.to(...to);
    this.#at = this.#start = to;
    this.#control = undefined;
  }

  #line(to: Pair): void {
    this.#pen.to(...to);
    this.#at = to;
    this.#control = undefined;
  }

  #arc([rx, ry, rotation, large, sweep]: readonly number[], end: Pair): void {
    const flags = { large: large === 1, sweep: sweep === 1 };
    for (const point of arcPoints({ from: this.#at, end, radii: [rx, ry], rotation, ...flags }))
      this.#pen.to(...point);
    this.#at = end;
    this.#control = undefined;
  }

  /** The last control point on the other side of where the pen is; there itself where there is none. */
  #mirrored(cubic: boolean): Pair {
    const [x, y] = this.#at;
    const control = this.#control;
    return control?.cubic === cubic ? [2 * x - control.at[0], 2 * y - control.at[1]] : this.#at;
  }

  #quadratic(control: Pair, end: Pair): void {
    const third = (a: Pair): Pair => [
      a[0] + (2 / 3) * (control[0] - a[0]),
      a[1] + (2 / 3) * (control[1] - a[1]),
    ];
    this.#cubic(third(this.#at), third(end), end);
    this.#control = { at: control, cubic: false };
  }

  #cubic(a: Pair, b: Pair, end: Pair): void {
    const [from, at] = [
      this.#at,
      (i: 0 | 1, u: number): number => {
        const v = 1 - u;
        return v * v * v * from[i] + 3 * u * v * v * a[i] + 3 * u * u * v * b[i] + u * u * u * end[i];
      },
    ];
    for (let n = 1; n <= PIECES; ++n) this.#pen.to(at(0, n / PIECES), at(1, n / PIECES));
    this.#at = end;
    this.#control = { at: b, cubic: true };
  }
}

/** Reads path data token by token. */
class PathReader {
  readonly #walker: Walker;
  #command = "";
  #values: number[] = [];

  constructor(pen: PathPen) {
    this.#walker = new Walker(pen);
  }

  /** Whether the next value is a flag of an arc. */
  get wantsFlag(): boolean {
    const isArc = this.#command === "A" || this.#command === "a";
    return isArc && (this.#values.length === 3 || this.#values.length === 4);
  }

  /** A command's letter; gives back what is wrong with it, or undefined. */
  letter(letter: string): string | undefined {
    const upper = letter.toUpperCase();
    if (this.#values.length > 0) return `too few numbers behind "${this.#command}"`;
    if (this.#command === "" && upper !== "M") return `path data that begin with "${letter}", want "M"`;
    if (!ARITY.has(upper)) return `the path command "${letter}", want one of ${[...ARITY.keys()].join(" ")}`;
    this.#command = letter;
    if (upper === "Z") this.#walker.take(letter, []);
    return undefined;
  }

  /** A number; gives back what is wrong with it, or undefined. */
  number(word: string): string | undefined {
    const arity = ARITY.get(this.#command.toUpperCase()) ?? 0;
    if (arity === 0) return `the number ${word} behind "${this.#command}"`;
    this.#values.push(Number(word));
    if (this.#values.length < arity) return undefined;
    this.#walker.take(this.#command, this.#values);
    this.#values = [];
    // behind a move stand lines
    if (this.#command === "M") this.#command = "L";
    if (this.#command === "m") this.#command = "l";
    return undefined;
  }

  /** What is wrong with an end here, or undefined. */
  end(): string | undefined {
    return this.#values.length > 0 ? `too few numbers behind "${this.#command}"` : undefined;
  }
}

/** Draws a path; gives back what is wrong with its data, or undefined. */
export function drawPath(data: string, pen: PathPen): string | undefined {
  const reader = new PathReader(pen);
  for (let from = 0; from < data.length;) {
    const token = reader.wantsFlag ? FLAG : TOKEN;
    token.lastIndex = from;
    const match = token.exec(data);
    if (!match) {
      if (data.slice(from).trim() === "") break;
      const wanted = reader.wantsFlag ? ', want a flag of an arc, "0" or "1"' : "";
      return `path data "${data.slice(from, from + 20)}"${wanted}`;
    }
    from = token.lastIndex;
    const [, letter, word] = match;
    const fault = letter ? reader.letter(letter) : reader.number(word);
    if (fault !== undefined) return fault;
  }
  return reader.end();
}
