/**
 * Xournal++ (.xopp): XML in gzip; pages of layers of strokes, whose text is x y x y … in points of a page.
 * Pages stand below each other. Strokes of other tools than the pen are no writing.
 */
import { DataError } from "../../wasm/errors.ts";
import { decimal } from "../../formats/text.ts";
import { contentOf, textOf, type FileContent } from "./content.ts";
import { DrawnStrokes, type DrawnStroke } from "./drawn-strokes.ts";
import { wordsOf } from "./unipen-statements.ts";
import { tags } from "./xml.ts";

/**
 * Most bytes of XML that a file may unpack to: so many times its own, since strokes pack to a third,
 * a few whatever its size, and never more than the most.
 */
const MAX_RATIO = 50;
const FEW_BYTES = 1 << 20;
const MAX_BYTES = 1 << 26;

/** The text of gzip. Throws DataError where it is none, or too long. */
async function unzipped(bytes: Uint8Array): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const most = Math.min(Math.max(MAX_RATIO * bytes.length, FEW_BYTES), MAX_BYTES);
  const stream = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      if (size > most)
        throw new DataError(
          `readXournal: ${bytes.length} bytes unpack to more than ${most}, want a .xopp file`,
        );
      pieces.push(next.value);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`readXournal: ${(error as Error).message}, want a .xopp file`, { cause: error });
  } finally {
    await reader.cancel().catch(() => {});
  }
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}

const isZipped = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Adds the points of a stroke, x y x y …, so far below; says whether they are pairs. */
function addPoints(text: string, below: number, strokes: DrawnStrokes): boolean {
  let x: number | undefined;
  for (const word of wordsOf(text)) {
    if (x !== undefined) strokes.add(x, below + decimal(word));
    x = x === undefined ? decimal(word) : undefined;
  }
  return x === undefined;
}

/**
 * The strokes of the pen in a Xournal++ file: its bytes, zipped or not, or its XML as text. Throws DataError
 * on other files.
 */
export async function readXournal(content: FileContent): Promise<DrawnStroke[]> {
  const given = contentOf("readXournal", content);
  const isPlain = typeof given === "string" || !isZipped(given);
  const text = isPlain ? textOf("readXournal", given) : await unzipped(given);
  const fail = (line: number, what: string): DataError => new DataError(`readXournal: line ${line}: ${what}`);
  const strokes = new DrawnStrokes((what) => new DataError(`readXournal: ${what}, want a .xopp file`));
  let top = 0;
  let height = 0;
  let isPen = false;
  for (const { name, end, attributes, text: inside, line } of tags(text, fail)) {
    if (name === "page" && !end) {
      top += height;
      height = decimal(attributes.get("height") ?? "");
      if (!(height >= 0)) throw fail(line, "a page without a height");
    }
    if (name !== "stroke") continue;
    if (!end) isPen = (attributes.get("tool") ?? "pen") === "pen";
    else if (isPen) {
      if (!addPoints(inside, top, strokes))
        throw fail(line, "a stroke of an odd number of values, want pairs");
      strokes.lift();
    }
  }
  return strokes.all();
}
