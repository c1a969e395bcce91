/**
 * Pages written in Markdown: their front matter, their live programs and drawings, their links to other
 * files.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { address } from "./layout.js";
import { html, live, parsed } from "./markdown.js";
import { machineTable, recordedTable } from "./measurements.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "site/pages");

/** Documents of the project that are pages as they are. */
const documents = {
  "docs/tour.md": {
    path: "tour",
    section: "How it works",
    about: "One batch, from the call to the kernel and back.",
  },
  "docs/cluster.md": {
    path: "guides/machines",
    words: "Many machines, in full",
    section: "Guides",
    about: "Training over many machines.",
  },
  "docs/exchange.md": {
    path: "guides/exchange",
    words: "Formats of weights, in full",
    section: "Guides",
    about: "Nets and arrays of other programs.",
  },
  "bench/results/README.md": {
    path: "records",
    section: "Performance",
    about: "What runs and benches have measured.",
  },
  "CONTRIBUTING.md": {
    path: "contributing",
    section: "How it works",
    about: "How the project is built, and how to change it.",
  },
  "SECURITY.md": {
    path: "security",
    section: "How it works",
    about: "What is promised about files of strangers.",
  },
  "CHANGELOG.md": { path: "changelog", section: "How it works", about: "What changed, version by version." },
};

/** `title: …` lines between `---`, and the text below. */
function frontMatter(text) {
  const [, head = "", body = text] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  const fields = Object.fromEntries(
    head.split("\n").map((line) => /^(\w+): (.*)$/.exec(line)?.slice(1) ?? []),
  );
  return { ...fields, body };
}

/** What stands for a line `@word rest`. */
const inserted = {
  live: (rest) => {
    const [name, ...how] = rest.split(" ");
    return live(name, Object.fromEntries(how.map((word) => [word, true])));
  },
  drawing: (name) =>
    `<figure class="drawing" tabindex="0">
${readFileSync(join(root, "site/drawings", name), "utf8")}</figure>`,
  machine: () => machineTable(),
  recorded: () => recordedTable(),
};

/** HTML of a text in which `@word rest` lines stand for more. */
function body(text) {
  const parts = [];
  const marked = text.replace(/^@(\w+) ?(.*)$/gm, (_, word, rest) => {
    parts.push(inserted[word](rest));
    return `<!--${parts.length - 1}-->`;
  });
  return html(marked).replace(/<!--(\d+)-->/g, (_, i) => parts[i]);
}

/** A link as a page has it: to another page, or, where the file is no page, its words alone. */
function relink(page, pathOf, [whole, to, anchor = "", words]) {
  if (/\.(html|txt)$/.test(to)) return whole;
  const file = posix.normalize(posix.join(posix.dirname(page.file), to));
  const path = pathOf.get(file) ?? pathOf.get(`${file}.md`);
  if (path) return `<a href="${address(page.path, path)}${anchor}">${words}</a>`;
  if (!existsSync(join(root, file))) throw new Error(`${page.file}: no file ${file} for the link ${to}`);
  return words;
}

/** Every page with its links set anew; a link to a file that is not there is an error. */
function linked(pages) {
  const pathOf = new Map(pages.map(({ file, path }) => [file, path]));
  const link = /<a href="(?!https?:|#)([^"#]*)(#[^"]*)?">([\s\S]*?)<\/a>/g;
  return pages.map((page) => ({
    ...page,
    body: page.body.replace(link, (...found) => relink(page, pathOf, found)),
  }));
}

const sectionOf = (path) => (path.startsWith("guides/") ? "Guides" : undefined);

/** All pages that are written by hand: `{ file, path, title, about, section, body, headings }`. */
export function writtenPages() {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".md"));
  const own = names.sort().map((name) => {
    const { body: text, ...fields } = frontMatter(readFileSync(join(folder, name), "utf8"));
    const path = name.slice(0, -3);
    return { file: `site/pages/${name}`, path, section: sectionOf(path), ...fields, text };
  });
  const given = Object.entries(documents).map(([file, fields]) => {
    const text = readFileSync(join(root, file), "utf8");
    return { file, title: /^# (.*)$/m.exec(text)[1].replaceAll("`", ""), ...fields, text };
  });
  return linked(
    [...own, ...given].map((page) => ({
      ...page,
      body: body(page.text),
      headings: parsed(page.text).headings,
    })),
  );
}
