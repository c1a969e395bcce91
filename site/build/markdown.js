/**
 * Markdown to HTML without a style attribute or a script: code is colored by classes at build time, headings
 * have anchors, and a line `@live examples/x.js` becomes the program, shown and run.
 */
import { readFileSync } from "node:fs";
import hljs from "highlight.js/lib/core";
import c from "highlight.js/lib/languages/c";
import javascript from "highlight.js/lib/languages/javascript";
import python from "highlight.js/lib/languages/python";
import shell from "highlight.js/lib/languages/bash";
import typescript from "highlight.js/lib/languages/typescript";
import MarkdownIt from "markdown-it";

for (const [names, grammar] of [
  [["c"], c],
  [["js", "javascript"], javascript],
  [["python", "py"], python],
  [["sh", "bash"], shell],
  [["ts", "typescript"], typescript],
])
  for (const name of names) hljs.registerLanguage(name, grammar);

/** Text made safe for content and attributes. */
export const escape = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

/** Code as HTML with classes. */
export function code(text, language = "js") {
  const known = hljs.getLanguage(language);
  const inside = known ? hljs.highlight(text, { language }).value : escape(text);
  return `<pre tabindex="0"><code>${inside.trimEnd()}</code></pre>`;
}

/** An anchor from the words of a heading, as GitHub makes it; `taken` counts those that are there. */
function slug(words, taken) {
  const bare = words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
  const times = taken.get(bare) ?? 0;
  taken.set(bare, times + 1);
  return times ? `${bare}-${times}` : bare;
}

/** Words of an inline token, without marks. */
const wordsOf = (token) =>
  token.children
    .filter(({ type }) => type === "text" || type === "code_inline")
    .map(({ content }) => content)
    .join("");

/** Tokens of a text, its headings with anchors. */
export function parsed(text) {
  const env = { headings: [] };
  const tokens = renderer.parse(text, env);
  const taken = new Map();
  tokens.forEach((token, i) => {
    if (token.type !== "heading_open") return;
    const words = wordsOf(tokens[i + 1]);
    const id = slug(words, taken);
    token.attrSet("id", id);
    env.headings.push({ level: Number(token.tag.slice(1)), words, id, at: i });
  });
  return { tokens, headings: env.headings };
}

/** HTML of tokens. */
export const rendered = (tokens) => renderer.renderer.render(tokens, renderer.options, {});

/** HTML of a text. */
export const html = (text) => rendered(parsed(text).tokens);

const renderer = new MarkdownIt({
  html: true,
  highlight: (text, language) => code(text, language || "text"),
});
/** Wide tables scroll by themselves; those of words stand one row below the other on a phone. */
renderer.renderer.rules.table_open = (tokens, i) =>
  `<div class="wide" tabindex="0"><table${isProse(tokens, i) ? ' class="words" role="table"' : ""}>`;
renderer.renderer.rules.table_close = () => "</table></div>";

const LONG = 40; // characters of a cell that no narrow column shows well

/** Whether the table that opens at i has long cells. */
function isProse(tokens, i) {
  const end = tokens.findIndex(({ type }, k) => k > i && type === "table_close");
  return tokens.slice(i, end).some(({ type, content }) => type === "inline" && content.length > LONG);
}

/** Cells say which column is theirs, and stay cells where a narrow screen shows them as blocks. */
renderer.core.ruler.push("columns", ({ tokens }) => {
  let heads = [];
  let column = 0;
  tokens.forEach((token, i) => {
    if (token.type === "table_open") heads = [];
    if (token.type === "tr_open") {
      column = 0;
      token.attrSet("role", "row");
    }
    if (token.type === "th_open") {
      heads.push(tokens[i + 1].content);
      token.attrSet("role", "columnheader");
    }
    if (token.type !== "td_open") return;
    token.attrSet("role", "cell");
    token.attrSet("data-column", heads[column++]);
  });
});

/**
 * A program, shown and run: `name` is its file below examples/ of the site or of the project. What it prints,
 * and the figure that it posts, stand below it. `frame`: it makes Workers of its own.
 */
export function live(name, { folded = false, auto = false, frame = false, knobs = "" } = {}) {
  const path = new URL(
    name.startsWith("project/") ? `../../examples/${name.slice(8)}` : `../examples/${name}`,
    import.meta.url,
  );
  const shown = code(readFileSync(path, "utf8"));
  const program = folded ? `<details><summary>The program</summary>${shown}</details>` : shown;
  const controls = runControls(knobs, auto ? "Run it again" : "Run it here");
  const how = `${auto ? " data-auto" : ""}${frame ? " data-frame" : ""}`;
  return `<section class="live" data-program="${escape(name)}"${how}>
${folded ? "" : program}${controls}<p class="state" role="status"></p>
<div class="figure"></div><pre class="printed" tabindex="0" hidden></pre>${folded ? program : ""}</section>`;
}

/** The knobs of what runs, its button and the one that stops it. */
export const runControls = (knobs = "", words = "Run it here") =>
  `<form class="controls">${knobs}<button type="submit" class="run">${words}</button>
<button type="button" class="stop" hidden>Stop</button></form>`;

/** A knob: a number that the program is given by name. */
export const knob = ({ name, label, value, min, max, step = 1 }) =>
  `<label>${escape(label)} <input type="number" name="${name}" value="${value}"
min="${min}" max="${max}" step="${step}" required></label>`;
