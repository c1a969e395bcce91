/**
 * The reference: what TypeDoc says of the types, as pages of the site. The core is a page a kind (functions,
 * classes, …), every other entry one page; links between names are set anew.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";
import { html, parsed, rendered } from "./markdown.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Has TypeDoc write Markdown, a file an entry, into a folder. */
async function write(folder) {
  rmSync(folder, { recursive: true, force: true });
  const app = await Application.bootstrapWithPlugins({
    options: join(root, "typedoc.json"),
    plugin: [createRequire(import.meta.url).resolve("typedoc-plugin-markdown")],
    out: folder,
    readme: "none",
    router: "module",
    hidePageHeader: true,
    hideBreadcrumbs: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    classPropertiesFormat: "table",
    typeAliasPropertiesFormat: "table",
    typeDeclarationFormat: "table",
    propertyMembersFormat: "table",
    skipErrorChecking: true, // the checks have their own step: npm run docs
    logLevel: "Error",
  });
  const project = await app.convert();
  if (!project) throw new Error("reference: TypeDoc found no names");
  await app.generateOutputs(project);
}

/** A name as a page's address. */
const addressOf = (words) => words.toLowerCase().replace(/\W+/g, "-");

/** Parts of an entry: for the core one a kind, else one for all. */
function partsOf(entry, text) {
  const { tokens, headings } = parsed(text);
  const first = headings[0]?.level === 1 ? headings[0].at + 3 : 0;
  if (entry !== "index") {
    const title = `unrolled/${entry}`;
    const names = namesOf(headings, tokens);
    return [{ path: `reference/${entry}`, title, tokens: tokens.slice(first), headings, names }];
  }
  const kinds = headings.filter(({ level }) => level === 2);
  return kinds.map(({ words, at }, k) => {
    const end = kinds[k + 1]?.at ?? tokens.length;
    const own = headings.filter((heading) => heading.at > at && heading.at < end);
    return {
      path: `reference/${addressOf(words)}`,
      title: `unrolled: ${words.toLowerCase()}`,
      tokens: tokens.slice(at + 3, end),
      headings: own,
      names: namesOf(own, tokens),
    };
  });
}

const levelOf = (token) => (token?.type === "heading_open" ? Number(token.tag.slice(1)) : Infinity);

/** Where the part under the heading at i ends: at the next heading that is no deeper, or at a rule. */
function endOf(tokens, i) {
  const level = levelOf(tokens[i]);
  const end = tokens.findIndex((token, k) => k > i && (levelOf(token) <= level || token.type === "hr"));
  return end < 0 ? tokens.length : end;
}

/** A part that says nothing new: a constructor that a factory calls, or a type that a signature ends with. */
function isSaid(tokens, i, end) {
  const words = tokens[i + 1].content;
  if (words === "Constructors") return tokens.slice(i, end).some(({ content }) => /^Use `/.test(content));
  return words === "Returns" && end - i === 6; // the heading, and one paragraph
}

/** Tokens without the parts that say nothing new. */
function shortened(tokens) {
  const kept = [];
  for (let i = 0; i < tokens.length; ++i) {
    const end = levelOf(tokens[i]) < Infinity ? endOf(tokens, i) : i;
    if (end > i && isSaid(tokens, i, end)) i = end - 1;
    else kept.push(tokens[i]);
  }
  return kept;
}

/** What an entry is for. */
const purposes = {
  classes: "what factories give: nets, models, streams, errors",
  interfaces: "options and reports, member by member",
  "type-aliases": "unions and shapes by name",
  variables: "tables and constants",
  functions: "factories, layers, losses, optimizers, tools",
  anomalies: "what stands out in a series, and where it changes for good",
  cluster: "training over many machines by a NATS server",
  driven: "hidden Markov models that known inputs drive",
  durations: "hidden semi-Markov models, whose states last a while",
  exchange: "nets and arrays of PyTorch, tfjs, Keras, ONNX, C and NumPy",
  handwriting: "ink in, characters out, and texts as ink",
  reservoirs: "nonlinear vector autoregressions, and the search for reservoirs",
  statespace: "state-space models of your own: matrices as functions of named parameters, nonlinear filters",
  speech: "from samples of sound to features, words and texts",
};

/** Links of TypeDoc, `file.md#anchor` or `#anchor`, as links between pages. */
function relink(tokens, entry, places) {
  for (const token of tokens) {
    for (const child of token.children ?? []) {
      if (child.type !== "link_open") continue;
      const [, file, anchor] = /^(?:(.*?)\.md)?(?:#(.*))?$/.exec(child.attrGet("href")) ?? [];
      const to = places.get(`${file || entry}#${anchor ?? ""}`);
      if (to) child.attrSet("href", to);
    }
  }
}

/** The paragraph that says what the name under the heading at i is: the first outside of its signature. */
function saysOf(tokens, i) {
  const end = tokens.findIndex((token, k) => k > i && levelOf(token) <= 3);
  const part = tokens.slice(i + 3, end < 0 ? undefined : end);
  const at = part.findIndex(({ type, level }) => type === "paragraph_open" && level === 0);
  return at < 0 ? "" : part[at + 1].content;
}

/** The names of a page, each with what it is and with its members. */
function namesOf(headings, tokens) {
  const names = [];
  for (const { level, words, id, at } of headings) {
    if (level === 3 && words) names.push({ words, id, says: saysOf(tokens, at), members: [] });
    else if (level === 5 && words !== "Constructor") names.at(-1)?.members.push(words.replace("()", ""));
  }
  return names;
}

/** Pages of the reference: `{ path, title, names, body }`. */
export async function reference() {
  const folder = join(root, "build/site-reference");
  await write(folder);
  const files = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md");
  // the core first, then the other entries
  const entries = files
    .map((name) => name.slice(0, -3))
    .sort((a, b) => Number(b === "index") - Number(a === "index") || a.localeCompare(b));
  const parts = entries.flatMap((entry) =>
    partsOf(entry, readFileSync(join(folder, `${entry}.md`), "utf8")).map((part) => ({ ...part, entry })),
  );
  const places = new Map();
  for (const { entry, path, headings } of parts) {
    const file = `${path.replace("reference/", "")}.html`;
    if (!places.has(`${entry}#`)) places.set(`${entry}#`, file);
    for (const { id } of headings) places.set(`${entry}#${id}`, `${file}#${id}`);
  }
  return parts.map(({ path, title, tokens, names, entry }) => {
    relink(tokens, entry, places);
    const list = names.map(({ words, id }) => `<a href="#${id}"><code>${words}</code></a>`).join(" ");
    const purpose = purposes[path.replace("reference/", "")];
    if (!purpose) throw new Error(`reference: ${path} is new: say in site/build/reference.js what it is for`);
    return {
      path,
      title,
      names,
      purpose,
      body: `<h1>${title}</h1>
<p>${purpose[0].toUpperCase()}${purpose.slice(1)}.</p>
<nav class="names" aria-label="Names on this page">${list}</nav>
<div class="reference">${rendered(shortened(tokens))}</div>`,
    };
  });
}

/** The first page of the reference: entries and kinds. */
export function referenceIndex(pages, text) {
  const rows = pages.map(
    ({ path, title, names, purpose }) =>
      `<li><a href="${path.replace("reference/", "")}.html"><b>${title}</b></a> ${purpose}
<span class="count">${names.length} names</span></li>`,
  );
  return `${html(text)}<ul class="plain">${rows.join("")}</ul>`;
}
