/**
 * The compact format that keeps many pieces of ink: `index.json` says what is where, `ink.bin` holds int16
 * little-endian triples dx, dy, penup back to back; x grows to the right, y downwards; penup = 1 on the last
 * point of a stroke, so the difference after it is the move of the lifted pen; a sample's first dx and dy are
 * 0.
 */
import { DataError } from "../../wasm/errors.ts";
import { broken, lineAt, readBytes, readText, type Folder } from "../../formats/folder.ts";
import { isObject, parseObject } from "../../formats/json.ts";
import { lines } from "../../formats/text.ts";
import { isCoordinate, POINT, type Ink } from "../ink.ts";
import { hasFile, type InkFormat } from "./ink-format.ts";

/** What `index.json` says of the whole. */
export interface InkIndex {
  /** Of the data; the folder's where the file has none. */
  readonly name: string;
  /** Characters that may occur. */
  readonly alphabet: string;
  /** In the order of `ink.bin`. */
  readonly items: readonly InkItem[];
}

/** What it says of one sample; `off` and `n` count points. */
export interface InkItem {
  /** Its name; its place in the list where the file has none. */
  readonly id: string;
  /** Points before it in `ink.bin`. */
  readonly off: number;
  /** Its points. */
  readonly n: number;
  /** x of its first point. */
  readonly x0: number;
  /** y of its first point, downwards. */
  readonly y0: number;
  /** What is written; empty where it is unknown. */
  readonly text: string;
  /** Its own, else its writer's. */
  readonly split?: string;
  /** Who wrote it, where the file says so. */
  readonly writer?: string;
}

const INDEX = "index.json";
const INK = "ink.bin";
const BYTES = 6; // a triple of int16

/** Reads and checks `index.json`; a DataError names the line. */
async function readInkIndex(folder: Folder): Promise<InkIndex> {
  const text = await readText(folder, INDEX);
  const raw = parseObject(text, (fault) => broken(folder, INDEX, brokenLine(text), fault));
  const { alphabet, items, writers = [], name = folder.name } = raw;
  if (typeof alphabet !== "string" || !Array.isArray(items) || !Array.isArray(writers))
    throw broken(folder, INDEX, 1, "no alphabet or items, want an index of ink");
  let end = 0;
  return {
    name: nameIn(name) ?? folder.name,
    alphabet,
    items: items.map((given: unknown, i): InkItem => {
      const fail = (what: string): DataError =>
        broken(folder, INDEX, lineOfItem(text, i), `item ${i}: ${what}`);
      const item = readItem(given, i, writers, fail);
      if (item.off < end)
        throw fail(`off is ${item.off}, want a whole number of at least ${end}, the end of the item before`);
      end = item.off + item.n;
      return item;
    }),
  };
}

/** A name: a string, or a number in its digits. */
function nameIn(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}

function readItem(
  item: unknown,
  place: number,
  writers: readonly unknown[],
  fail: (what: string) => DataError,
): InkItem {
  if (!isObject(item)) throw fail(`is ${item === null ? "null" : typeof item}, want an object`);
  const { off, n, text, x0 = 0, y0 = 0 } = item;
  if (!Number.isSafeInteger(off)) throw fail(`off is ${show(off)}, want a whole number`);
  if (!Number.isSafeInteger(n) || (n as number) < 1)
    throw fail(`n is ${show(n)}, want a whole number of points, at least 1`);
  if (typeof text !== "string") throw fail(`text is ${show(text)}, want a string`);
  for (const [name, value] of [
    ["x0", x0],
    ["y0", y0],
  ])
    if (typeof value !== "number" || !isCoordinate(value))
      throw fail(`${name} is ${show(value)}, want a number`);
  const named = (of: Record<string, unknown>, key: string): string | undefined => {
    const given = of[key] ?? undefined; // null says that nobody knows
    const name = nameIn(given);
    if (given !== undefined && name === undefined) throw fail(`${key} is ${show(given)}, want a name`);
    return name;
  };
  const writer = readWriter(item.w, writers, fail);
  return {
    id: named(item, "id") ?? String(place),
    off: off as number,
    n: n as number,
    x0: x0 as number,
    y0: y0 as number,
    text,
    split: named(item, "split") ?? named(writer, "split"),
    writer: named(writer, "id") ?? named(item, "writer"),
  };
}

function readWriter(
  w: unknown,
  writers: readonly unknown[],
  fail: (what: string) => DataError,
): Record<string, unknown> {
  if (w === undefined) return {};
  const writer = Number.isSafeInteger(w) ? writers[w as number] : undefined;
  if (!isObject(writer)) throw fail(`w is ${show(w)}, want a writer's place from 0 to ${writers.length - 1}`);
  return writer;
}

/** A value of JSON in the words of errors. */
const show = (value: unknown): string => (JSON.stringify(value) ?? "missing").slice(0, 60);

/**
 * The samples of some splits (default all), one after another. The whole of `ink.bin` is read first, and its
 * size checked. Throws DataError.
 */
export async function* readInk(
  folder: Folder,
  options: { splits?: readonly string[]; index?: InkIndex } = {},
): AsyncGenerator<Ink, void, void> {
  const { splits, index = await readInkIndex(folder) } = options;
  const bytes = await readBytes(folder, INK);
  const last = index.items.at(-1);
  const need = last ? (last.off + last.n) * BYTES : 0;
  if (bytes.length !== need)
    throw new DataError(
      `${folder.name}/${INK}: ${bytes.length} bytes, want ${need}: ${BYTES} for each of the ` +
        `${need / BYTES} points of ${INDEX}`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const item of index.items)
    if (!splits || (item.split !== undefined && splits.includes(item.split))) yield decode(item, view);
}

function decode({ id, text, split, writer, x0, y0, off, n }: InkItem, view: DataView): Ink {
  const points = new Float32Array(n * POINT);
  let x = x0;
  let y = y0;
  for (let i = 0; i < n; ++i) {
    const at = (off + i) * BYTES;
    points[i * POINT] = x += view.getInt16(at, true);
    points[i * POINT + 1] = y += view.getInt16(at + 2, true);
    points[i * POINT + 2] = i + 1 === n || view.getInt16(at + 4, true) !== 0 ? 1 : 0;
  }
  return { id, text, split, writer, points };
}

/** The line that breaks an index with an item a line: the first item that is no JSON by itself. */
function brokenLine(text: string): number {
  let last = 1;
  for (const { from, to, number } of lines(text)) {
    last = number;
    const item = text.slice(from, to).trim().replace(/,$/, "");
    if (number === 1 || !item.startsWith("{")) continue;
    try {
      JSON.parse(item);
    } catch {
      return number;
    }
  }
  return last;
}

function lineOfItem(text: string, i: number): number {
  let at = -1;
  for (let seen = 0; seen <= i; ++seen) at = text.indexOf('"off"', at + 1);
  return lineAt(text, Math.max(at, 0));
}

/** `index.json` with `ink.bin`. */
export const inkFolder: InkFormat = {
  holds: "index.json with ink.bin",
  recognizes: (folder) => hasFile(folder, INDEX),
  read: (folder) => readInk(folder),
};
