/** InkML (W3C 2011) of strokes: a trace each, x and y, and what is written as the annotation "truth". */
import { DataError, knownOptions, show } from "../../wasm/errors.ts";
import type { PenStroke } from "../reader/spec.ts";
import { placeStrokes } from "../reader/strokes.ts";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** Characters that XML 1.0 has no way to write. */
const UNWRITABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/** An InkML document; coordinates as float32 holds them. Throws DataError on strokes that are none. */
export function writeInkML(strokes: readonly PenStroke[], options: { text?: string } = {}): string {
  knownOptions("writeInkML", options, ["text"]);
  const { text } = options;
  if (text !== undefined && (typeof text !== "string" || UNWRITABLE.test(text)))
    throw new DataError(`writeInkML: text is ${show(text)}, want characters that XML can hold`);
  const truth = text?.replace(/[&<>"]/g, (c) => escapes[c]);
  const traces = placeStrokes("writeInkML", strokes).map(({ places }) => {
    const points = Array.from(
      { length: places.length / 2 },
      (_, i) => `${places[2 * i]} ${places[2 * i + 1]}`,
    );
    return `  <trace>${points.join(", ")}</trace>\n`;
  });
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ink xmlns="http://www.w3.org/2003/InkML">\n' +
    (truth === undefined ? "" : `  <annotation type="truth">${truth}</annotation>\n`) +
    `${traces.join("")}</ink>\n`
  );
}
