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
    return [{ path: `reference/${entry}`, title, tokens: tokens.slice(first), headings }];
  }
  const kinds = headings.filter(({ level }) => level === 2);
  return kinds.map(({ words, at }, k) => {
    const end = kinds[k + 1]?.at ?? tokens.length;
    return {
      path: `reference/${addressOf(words)}`,
      title: `unrolled: ${words.toLowerCase()}`,
      tokens: tokens.slice(at + 3, end),
      headings: headings.filter((heading) => heading.at > at && heading.at < end),
    };
  });
}

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

const isMember = ({ level, words }, title) =>
  title.startsWith("unrolled/") ? level === 3 : level === 3 && words.length > 0;

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
  return parts.map(({ path, title, tokens, headings, entry }) => {
    relink(tokens, entry, places);
    const names = headings
      .filter((heading) => isMember(heading, title))
      .map(({ words, id }) => ({ words, id }));
    const list = names.map(({ words, id }) => `<a href="#${id}"><code>${words}</code></a>`).join(" ");
    return {
      path,
      title,
      names,
      body: `<h1>${title}</h1>
<nav class="names" aria-label="Names on this page">${list}</nav>
${rendered(tokens)}`,
    };
  });
}

/** The first page of the reference: entries and kinds. */
export function referenceIndex(pages, text) {
  const rows = pages.map(
    ({ path, title, names }) =>
      `<li><a href="${path.replace("reference/", "")}.html"><b>${title}</b></a> ${names.length} names</li>`,
  );
  return `${html(text)}<ul class="plain">${rows.join("")}</ul>`;
}
