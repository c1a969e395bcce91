/**
 * The built site on this machine, in a folder of some depth, as a static server gives it: with its policy on
 * every answer, and with a script in every page that notes what goes wrong.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../../test/browser/server.js";
import { policy } from "../build/layout.js";

export const dist = fileURLToPath(new URL("../dist/", import.meta.url));
/** Any folder must do. */
const PLACE = "/some/where/";

/** Notes errors, broken policies and what the console complains of. */
const notes = `
globalThis.faults = [];
const note = (text) => faults.push(String(text));
const missing = ({ target }) => "not loaded: " + (target.src ?? target.href);
addEventListener("error", (event) => note(event.message ?? missing(event)), true);
addEventListener("unhandledrejection", ({ reason }) => note(reason?.message ?? reason));
const broken = (event) => note(event.violatedDirective + " " + event.blockedURI);
addEventListener("securitypolicyviolation", broken);
for (const kind of ["error", "warn"]) {
  const print = console[kind];
  console[kind] = (...words) => { note(words.join(" ")); print(...words); };
}
`;

/** Addresses of all pages within the site that a visitor opens. */
export const pagePaths = readdirSync(dist, { recursive: true })
  .filter((name) => name.endsWith(".html") && name !== "frame.html")
  .sort();

/** Serves the site; `noted` puts the script that notes faults into every page. */
export async function serveSite({ noted = true } = {}) {
  const pages = { [`${PLACE}notes.js`]: notes };
  for (const path of pagePaths) {
    const text = readFileSync(join(dist, path), "utf8");
    const with_ = text.replace('<meta name="viewport"', `<script src="${PLACE}notes.js"></script>$&`);
    pages[PLACE + path] = noted ? with_ : text;
    if (path === "index.html") pages[PLACE] = pages[PLACE + path];
  }
  const server = await serve({
    pages,
    folders: { [PLACE]: dist },
    headers: { "content-security-policy": policy },
  });
  return { ...server, root: server.url + PLACE };
}
