/** Ink of a file, as applications write it: told apart by what is in it, not by its name. */
import {
  readExcalidraw,
  readInkMLFile,
  readSvgInk,
  readTldraw,
  readUnipenFile,
  readXournal,
} from "unrolled/handwriting";
import type { Given } from "./given-file.ts";
import type { Stroke } from "./pad.ts";

/** Most bytes of a file with ink. */
export const LARGEST_INK = 5e6;
/** Most points: some lines of writing. */
const MOST = 20_000;

/** The strokes of a file by its first element or key. */
function strokesIn({ bytes }: Given): Promise<readonly Stroke[]> | readonly Stroke[] {
  const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = isZipped ? "" : new TextDecoder().decode(bytes);
  if (isZipped || /<xournal[\s>]/.test(text)) return readXournal(bytes);
  if (/<svg[\s>]/.test(text)) return readSvgInk(text);
  if (/<([\w-]+:)?ink[\s>]/.test(text)) return readInkMLFile(bytes).strokes;
  if (/^\.PEN_DOWN\s/m.test(text))
    return readUnipenFile(bytes).then((pieces) => pieces.flatMap(({ strokes }) => strokes));
  if (text.trimStart().startsWith("{"))
    return text.includes('"elements"') ? readExcalidraw(text) : readTldraw(text);
  throw new Error("no ink in it, want InkML, UNIPEN, SVG, Excalidraw, tldraw or Xournal++");
}

/** The ink of a file. Throws where there is none, or more than a pad shows. */
export async function inkOf(given: Given): Promise<readonly Stroke[]> {
  const strokes = await strokesIn(given);
  const points = strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  if (points > MOST) throw new Error(`${points} points, want at most ${MOST}: some lines of writing`);
  return strokes;
}
