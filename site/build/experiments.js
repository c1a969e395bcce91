/** The experiments of the lecture: what each claims, asks and is written like, and which run in a page. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "dist/cli/lecture");

/** Whether a module of the build, or one that it imports, asks for something that only Node has. */
function asksForNode(path, seen = new Set()) {
  if (seen.has(path)) return false;
  seen.add(path);
  const text = readFileSync(path, "utf8");
  const imports = [...text.matchAll(/^(?:import|export)[^;"]*?"([^"\n]+)";$|import\("([^"\n]+)"\)/gm)];
  return imports.some(([, fixed, late]) => {
    const name = fixed ?? late;
    return name.startsWith("node:") || (name.startsWith(".") && asksForNode(join(dirname(path), name), seen));
  });
}

const { experiments } = await import(join(folder, "registry.js"));
const { decide } = await import(join(folder, "verdict.js"));

/** Ids of the experiments that run in a page. */
export const runnable = () =>
  experiments.map(({ id }) => id).filter((id) => !asksForNode(join(folder, `${id}.js`)));

/**
 * The comment that opens a source, as Markdown, without the id that its page has above: its formulas, which
 * are indented, as they stand.
 */
function opening(source) {
  const [, comment = ""] = /^\/\*\*([\s\S]*?)\*\//.exec(source) ?? [];
  return comment
    .replace(/^\s*\* ?/gm, "")
    .trim()
    .replace(/^7[a-e](-\d)?[:,] (.)/, (_, part, first) => first.toUpperCase())
    .replace(/^ {2,}/gm, "    $&");
}

/** What was recorded of an experiment: its figure, and its line in the table of verdicts. */
function recordOf(id) {
  const file = join(root, "site/recorded", `${id}.svg`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** A criterion before anything was measured: what it wants can be said already. */
const unmeasured = (criterion) => ({ ...criterion, of: () => NaN });

/** All that a page of the lecture shows, in the lecture's order. */
export async function lecture() {
  const inPage = new Set(runnable());
  return Promise.all(
    experiments.map(async ({ id, claim }) => {
      const { criteria = [] } = await import(join(folder, `${id}.js`));
      const source = readFileSync(join(root, `src/cli/lecture/${id}.ts`), "utf8");
      return {
        id,
        claim,
        about: opening(source),
        source,
        figure: recordOf(id),
        runs: inPage.has(id),
        asks: decide(criteria.map(unmeasured)).checks,
      };
    }),
  );
}
