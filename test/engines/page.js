/** Pages that import the built package by its name, and a visit to one in a real browser. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { visit } from "../browser/browsers.js";
import { serve } from "../browser/server.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * A page that runs a module script, in which `report` posts what was found; errors are reported as { error }.
 */
const page = (title, script) => `<!doctype html><title>${title}</title>
<script type="importmap">
{ "imports": {
  "unrolled": "/dist/index.js",
  "unrolled/speech": "/dist/speech/index.js",
  "@assemblyscript/loader": "/loader/index.js"
} }
</script>
<script type="module">
const report = (value) => fetch("/result", { method: "POST", body: JSON.stringify(value) });
addEventListener("error", (event) => report({ error: event.message }));
addEventListener("unhandledrejection", ({ reason }) => report({ error: String(reason?.stack ?? reason) }));
${script}
</script>`;

/**
 * What the page's script reports in a browser started with `flags`; throws its errors. `pages`: path → text
 * of what it imports.
 */
export async function inBrowser(name, { title, script, pages, flags = [] }) {
  const server = await serve({
    pages: { "/": page(title, script), ...pages },
    folders: { "/dist/": join(root, "dist"), "/loader/": join(root, "node_modules/@assemblyscript/loader") },
  });
  try {
    const result = await visit(name, `${server.url}/`, server.next(), flags);
    if (result.error) throw new Error(result.error);
    return result;
  } finally {
    await server.close();
  }
}
