/**
 * Xournal++ (.xopp): XML in gzip; pages of layers of strokes, whose text is x y x y … in points of a page.
 * Pages stand below each other. Strokes of other tools than the pen are no writing.
 */
import { DataError } from "../../wasm/errors.ts";
import { decimal } from "../../formats/text.ts";
import { contentOf, textOf, type FileContent } from "./content.ts";
import { DrawnStrokes, type DrawnStroke } from "./drawn-strokes.ts";
import { tags } from "./xml.ts";

/** Most bytes of XML that a file may unpack to. */
const MAX_BYTES = 1 << 26;

/** The text of gzip. Throws DataError where it is none, or too long. */
async function unzipped(bytes: Uint8Array): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const stream = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      if (size > MAX_BYTES) throw new DataError(`readXournal: more than ${MAX_BYTES} bytes of XML`);
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
      const values = inside.trim().split(/\s+/);
      if (values.length % 2 !== 0) throw fail(line, `a stroke of ${values.length} numbers, want pairs`);
      for (let i = 0; i < values.length; i += 2)
        strokes.add(decimal(values[i]), top + decimal(values[i + 1]));
      strokes.lift();
    }
  }
  return strokes.all();
}
