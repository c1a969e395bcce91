/**
 * Files that are given to the page: ink of applications is written on the pad and read, a hand is taken; what
 * is no such file, empty or huge is told in a sentence, and nothing is lost.
 */
import assert from "node:assert/strict";

const value = (id) => `document.getElementById("${id}").value`;
const text = (id) => `document.getElementById("${id}").textContent`;

/** Gives a choice of files one file, of a text or of so many zeros. */
const give = (page, input, name, content) =>
  page.evaluate(`
    const content = ${JSON.stringify(content)};
    const part = typeof content === "number" ? new Uint8Array(content) : content;
    const given = new DataTransfer();
    given.items.add(new File([part], ${JSON.stringify(name)}));
    const choice = document.getElementById("${input}");
    choice.files = given.files;
    choice.dispatchEvent(new Event("change"));
    return 1`);

/** Files of each choice that are refused, with words of the sentence that says why. */
const refused = {
  "ink-file": [
    ["notes.txt", "no ink here", "no ink in it, want InkML"],
    ["empty.inkml", "", "the file is empty"],
    ["huge.inkml", 30e6, "30.0 MB, want at most 5.0 MB"],
    ["drawing.svg", '<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>', "no strokes of a pen"],
    ["cut.inkml", '<ink xmlns="http://www.w3.org/2003/InkML"><trace>1 2, 3', "readInkMLFile: line 1"],
    ["other.json", '{"documents": []}', "readTldraw"],
  ],
  "hand-file": [
    ["notes.txt", "no hand here", "notes.txt: "],
    ["empty.safetensors", "", "the file is empty"],
    ["huge.safetensors", 30e6, "30.0 MB, want at most 10.0 MB"],
  ],
};

/** Where the words about a choice of files stand. */
const places = { "ink-file": "refused", "hand-file": "taught" };

/** Wrong files change nothing, and ink of an SVG is written and read. `lessons`: how many are kept. */
export async function checkFiles({ page, until }, samples) {
  const { word, strokes } = samples[0];
  const kept = `return [${value("answer")}, document.getElementById("answer").dataset.points,
    ${text("lessons")}, document.getElementById("export-hand").disabled].join("|")`;
  const lines = strokes.map((stroke) => `<polyline points="${stroke.map((p) => p.join()).join(" ")}"/>`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${lines.join("")}</svg>`;
  await page.evaluate('document.getElementById("clear").click(); return 1');
  await until("the pad is empty", 'document.getElementById("answer").dataset.points === "0"', 10);
  await give(page, "ink-file", "word.svg", svg);
  const count = strokes.flat().length;
  await until(
    "ink of a file is written and read",
    `${value("answer")} === "${word}" && document.getElementById("answer").dataset.points === "${count}"`,
    20,
  );
  const before = await page.evaluate(kept);
  for (const [input, files] of Object.entries(refused))
    for (const [name, content, words] of files) {
      await give(page, input, name, content);
      const says = `${text(places[input])}.includes(${JSON.stringify(words)})`;
      await until(`${name}: a sentence with "${words}"`, says, 10);
      assert.match(await page.evaluate(`return ${text(places[input])}`), new RegExp(`^${name}: `));
      assert.equal(await page.evaluate(kept), before, `${name} changes something`);
    }
}
