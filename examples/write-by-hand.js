// A text written by hand, with the net that the library ships: strokes as a reader takes them, tidier with
// more bias, in a hand that came with the net or in your own.
import { handwritingReader, handwritingWriter } from "unrolled/handwriting";

const writer = await handwritingWriter();
const reader = await handwritingReader();
const strokes = await writer.write("the garden", { bias: 2, seed: 3 });
const [{ text }] = await reader.read(strokes);
console.log(`${strokes.length} strokes, read as "${text}"`);

// on in a style: one of the net's, or { text, strokes } of a word of your own
const [name] = writer.styles;
const again = await writer.write("hello world", { style: name, bias: 2 });
const path = again
  .map((stroke) => `M${stroke.map(([x, y]) => `${x.toFixed()} ${y.toFixed()}`).join("L")}`)
  .join("");
console.log(`hands: ${writer.styles.length}; an SVG path of ${path.length} characters`);
writer.dispose();
reader.dispose();
