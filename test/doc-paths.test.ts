/** Every path of a file or folder that the documents name is there. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
}).split("\n");
const documents = ["README.md", "CONTRIBUTING.md", ...tracked.filter((path) => /^docs\/[^/]*$/.test(path))];

/** `a/{b,c}.ts` is a/b.ts and a/c.ts. */
const spread = (path: string): string[] => {
  const [, before, choices, behind] = /^(.*?)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  if (choices === undefined) return [path];
  return choices.split(/[ ,]+/).flatMap((choice) => spread(before + choice + behind));
};

/** The first step of adding a cell names the files that it makes. */
const made = /\bmycell\.ts$/;

/** Paths that stand in a text as code, those of src with `src/` or without; `<id>` stands for any name. */
const named = (text: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)]
    .flatMap(([, code]) => code.split(/[\s,;()"']+(?![^{]*\})/))
    .filter(
      (word) =>
        /^(src|assembly|test|bench|demo|examples|docs|scripts|site)\/[\w./{}, -]*$/.test(word) ||
        /^[\w-]+(\/[\w-]+)+\.[jt]s$/.test(word),
    )
    .filter((word) => !made.test(word) && !word.startsWith("node_modules/"))
    .flatMap(spread);

/** Paths that are neither a file nor a folder of the project. */
const missing = (text: string): string[] =>
  named(text).filter((path) => {
    const bare = path.replace(/[./]+$/, "");
    const places = [bare, `src/${bare}`];
    return !tracked.some((file) => places.some((place) => file === place || file.startsWith(`${place}/`)));
  });

test.each(documents)("%s names no path that is not there", (document) => {
  expect(missing(readFileSync(root + document, "utf8"))).toEqual([]);
});

test("paths are found, and one that is not there is seen", () => {
  expect(documents.flatMap((path) => named(readFileSync(root + path, "utf8"))).length).toBeGreaterThan(40);
  expect(missing("in `src/wasm/memory.ts` and `assembly/cells/` and `src/models/{hmm,lds}/`")).toEqual([]);
  expect(missing("see `src/wasm/no-such.ts`, `train/none.ts`, `node bench/none.js --x`")).toEqual([
    "src/wasm/no-such.ts",
    "train/none.ts",
    "bench/none.js",
  ]);
});
