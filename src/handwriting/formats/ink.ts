/**
 * Pen trajectories, and the compact format that keeps many of them: `index.json` says what is where,
 * `ink.bin` holds int16 little-endian triples dx, dy, penup back to back; x grows to the right, y downwards;
 * penup = 1 on the last point of a stroke, so the difference after it is the move of the lifted pen; a
 * sample's first dx and dy are 0.
 */
import { DataError } from "../../wasm/errors.ts";
import { broken, lineAt, readText, type Folder } from "../../formats/folder.ts";

/** One piece of handwriting and what it says. */
export interface Ink {
  readonly id: string;
  readonly text: string;
  readonly split?: string;
  readonly writer?: string;
  /** [n,3] x, y (downwards), and 1 on the last point of each stroke, else 0. */
  readonly points: Float32Array;
}

/** Columns of `points`. */
export const POINT = 3;

/** [n,3] points of strokes, each a list of x, y pairs. Strokes without points are left out. */
export function pointsOf(strokes: readonly (readonly (readonly [number, number])[])[]): Float32Array {
  const points = new Float32Array(strokes.reduce((sum, stroke) => sum + stroke.length, 0) * POINT);
  let at = 0;
  for (const stroke of strokes) {
    stroke.forEach(([x, y], i) => {
      points[at++] = x;
      points[at++] = y;
      points[at++] = i + 1 === stroke.length ? 1 : 0;
    });
  }
  return points;
}

/** What `index.json` says of the whole. */
export interface InkIndex {
  readonly name: string;
  /** Characters that may occur. */
  readonly alphabet: string;
  readonly items: readonly InkItem[];
}

/** What it says of one sample; `off` and `n` count points. */
export interface InkItem {
  readonly id: string;
  readonly off: number;
  readonly n: number;
  readonly x0: number;
  readonly y0: number;
  readonly text: string;
  readonly split?: string;
  readonly writer?: string;
}

const FILE = "index.json";
const INK = "ink.bin";
const BYTES = 6; // a triple of int16

/** Reads and checks `index.json`; a DataError names the line. */
export async function readInkIndex(folder: Folder): Promise<InkIndex> {
  const text = await readText(folder, FILE);
  const raw = parse(folder, text);
  const items = raw.items;
  if (typeof raw.alphabet !== "string" || !Array.isArray(items))
    throw broken(folder, FILE, 1, "no alphabet or items, want an index of ink");
  const writers = Array.isArray(raw.writers) ? (raw.writers as { id: string; split?: string }[]) : [];
  let end = 0;
  return {
    name: String(raw.name ?? folder.name),
    alphabet: raw.alphabet,
    items: (items as Record<string, unknown>[]).map((item, i): InkItem => {
      const fail = (what: string): DataError =>
        broken(folder, FILE, lineOfItem(text, i), `item ${i}: ${what}`);
      const { off, n, w } = item;
      const writer = typeof w === "number" ? writers[w] : undefined;
      if (!Number.isInteger(off) || (off as number) < end)
        throw fail(`off is ${off}, want a whole number of at least ${end}, the end of the item before`);
      if (!Number.isInteger(n) || (n as number) < 1)
        throw fail(`n is ${n}, want a whole number of points, at least 1`);
      if (typeof item.text !== "string") throw fail(`text is ${typeof item.text}, want a string`);
      if (w !== undefined && !writer)
        throw fail(`w is ${w}, want a writer's place from 0 to ${writers.length - 1}`);
      end = (off as number) + (n as number);
      return {
        id: String(item.id ?? i),
        off: off as number,
        n: n as number,
        x0: Number(item.x0 ?? 0),
        y0: Number(item.y0 ?? 0),
        text: item.text,
        split: (item.split ?? writer?.split) as string | undefined,
        writer: writer?.id ?? (item.writer === undefined ? undefined : String(item.writer)),
      };
    }),
  };
}

/**
 * The samples of some splits (default all), one after another, while `ink.bin` streams by; its size is
 * checked at the end.
 */
export async function* readInk(
  folder: Folder,
  options: { splits?: readonly string[]; index?: InkIndex } = {},
): AsyncGenerator<Ink, void, void> {
  const { items } = options.index ?? (await readInkIndex(folder));
  const { splits } = options;
  const need = items.length > 0 ? (items[items.length - 1].off + items[items.length - 1].n) * BYTES : 0;
  let next = 0;
  let size = 0;
  let rest = new Uint8Array(0); // rest: bytes from place size - rest.length on
  for await (const piece of folder.open(INK)) {
    const joined = new Uint8Array(rest.length + piece.length);
    joined.set(rest);
    joined.set(piece, rest.length);
    size += piece.length;
    const base = size - joined.length;
    const view = new DataView(joined.buffer);
    for (; next < items.length && (items[next].off + items[next].n) * BYTES <= size; ++next) {
      const item = items[next];
      if (!splits || (item.split !== undefined && splits.includes(item.split)))
        yield decode(item, view, item.off * BYTES - base);
    }
    rest = joined.slice(
      Math.min(
        next < items.length ? Math.max(items[next].off * BYTES - base, 0) : joined.length,
        joined.length,
      ),
    );
  }
  if (size !== need)
    throw new DataError(
      `${folder.name}/${INK}: ${size} bytes, want ${need}: ${BYTES} for each of the ${need / BYTES} ` +
        `points of ${FILE}`,
    );
}

function decode({ id, text, split, writer, x0, y0, n }: InkItem, view: DataView, from: number): Ink {
  const points = new Float32Array(n * POINT);
  let x = x0;
  let y = y0;
  for (let i = 0; i < n; ++i) {
    const at = from + i * BYTES;
    points[i * POINT] = x += view.getInt16(at, true);
    points[i * POINT + 1] = y += view.getInt16(at + 2, true);
    points[i * POINT + 2] = i + 1 === n ? 1 : view.getInt16(at + 4, true);
  }
  return { id, text, split, writer, points };
}

function parse(folder: Folder, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    const lines = text.split("\n"); // an item a line: the first that is no JSON by itself is to blame
    const bad = lines.findIndex((line, i) => {
      const item = line.trim().replace(/,$/, "");
      if (i === 0 || !item.startsWith("{")) return false;
      try {
        return JSON.parse(item) === undefined;
      } catch {
        return true;
      }
    });
    throw broken(
      folder,
      FILE,
      bad < 0 ? lines.length : bad + 1,
      `${error instanceof Error ? error.message : error}`,
    );
  }
}

function lineOfItem(text: string, i: number): number {
  let at = -1;
  for (let seen = 0; seen <= i; ++seen) at = text.indexOf('"off"', at + 1);
  return lineAt(text, at);
}
