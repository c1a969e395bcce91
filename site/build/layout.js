/** The frame of every page: head, header, side, foot. All addresses are relative, so any folder serves it. */
import { escape } from "./markdown.js";

/** What a page may load and run: its own origin, and WebAssembly; no inline code, no inline style. */
export const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const sections = [
  ["guides/index", "Guides"],
  ["lecture/index", "Lecture"],
  ["reference/index", "Reference"],
  ["how-it-works", "How it works"],
  ["performance", "Performance"],
  ["coming-from", "Coming from"],
];

/** The address of one page (or file) as seen from another. */
export function address(from, to) {
  const up = "../".repeat(from.split("/").length - 1);
  const [path, anchor] = to.split("#");
  const file = /\.\w+$/.test(path) ? path : `${path}.html`;
  return `${up || "./"}${file === "index.html" ? "" : file}${anchor ? `#${anchor}` : ""}`;
}

function header(path, section) {
  const links = sections.map(([to, words]) => {
    const current = section === words ? ' aria-current="true"' : "";
    return `<a href="${address(path, to)}"${current}>${words}</a>`;
  });
  return `<header class="top"><a class="name" href="${address(path, "index")}">unrolled</a>
<nav aria-label="Sections">${links.join("\n")}</nav>
<div class="tools">
<button type="button" id="search" aria-keyshortcuts="/"><span>Search</span> <kbd>/</kbd></button>
<button type="button" id="theme" aria-label="Colors: as the system has them">◐</button>
</div></header>`;
}

/** Words of a link to a page of the lecture: its id stands out. */
const withId = (words) => escape(words).replace(/^7[a-e]-\S+/, "<b>$&</b>");

function side(path, links) {
  if (!links) return "";
  const items = links.map(({ to, words }) => {
    const current = to === path ? ' aria-current="page"' : "";
    return `<li><a href="${address(path, to)}"${current}>${withId(words)}</a></li>`;
  });
  return `<nav class="side" id="pages" aria-label="Pages of this section"><ul>
${items.join("\n")}</ul></nav>`;
}

function turn(path, links) {
  const at = links?.findIndex(({ to }) => to === path) ?? -1;
  if (at < 0) return "";
  const link = (to, mark) =>
    to ? `<a href="${address(path, to.to)}" rel="${mark}">${escape(to.words)}</a>` : "<span></span>";
  const both = link(links[at - 1], "prev") + link(links[at + 1], "next");
  return `<nav class="turn" aria-label="Pages before and after">${both}</nav>`;
}

/** What every page begins with, on to its own lines of the head. */
const opening = (attributes = "") => `<!doctype html>
<html lang="en"${attributes}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">`;

/**
 * A whole page. `path` is its file without `.html`; `section` the words of its section; `links` the section's
 * pages; `body` its main part.
 */
export function layout({ path, title, about, section, links: all, body, version }) {
  const links = all?.length > 1 ? all : undefined; // a page that is alone has nothing beside it
  const whole = path === "index" ? title : `${title} · unrolled`;
  const to = (file) => address(path, file);
  return `${opening(` data-root="${to("index")}"`)}
<meta name="description" content="${escape(about)}">
<title>${escape(whole)}</title>
<link rel="icon" href="${to("icon.svg")}" type="image/svg+xml">
<link rel="manifest" href="${to("site.webmanifest")}">
<script src="${to("assets/theme.js")}"></script>
<link rel="stylesheet" href="${to("style.css")}">
<script type="module" src="${to("assets/page.js")}"></script>
</head>
<body${path === "index" ? ' class="home"' : ""}>
<a class="skip" href="#main">To the content</a>
${header(path, section)}
<div class="page">${side(path, links)}
<main id="main" tabindex="-1">
${links ? '<p class="more"><a href="#pages">Pages of this section ↓</a></p>' : ""}
${body}
${turn(path, links)}
</main></div>
<footer><p>unrolled ${version} · MIT · no tracker, no foreign request ·
<a href="${to("llms.txt")}">llms.txt</a></p></footer>
</body>
</html>
`;
}

/**
 * The page of addresses that have none, 404.html. A server shows it at any depth, so it asks for no other
 * file, and its links go to the folder it is shown in.
 */
export const notFound = `${opening()}
<link rel="icon" href="data:,">
<title>No page here · unrolled</title>
</head>
<body>
<main>
<h1>No page here</h1>
<p>This address has no page. <a href="./">The first page of this folder</a> has more, or
<a href="../">that of the folder above</a>.</p>
</main>
</body>
</html>
`;

/** What runs a program that makes Workers of its own, in a frame of the page that shows it: frame.html. */
export const programFrame = `${opening()}
<meta name="robots" content="noindex">
<title>A program · unrolled</title>
<script type="module" src="assets/frame.js"></script>
</head>
<body></body>
</html>
`;
