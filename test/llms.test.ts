/** What programs and offline readers are given names every export and holds every example whole. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
// @ts-expect-error: a script, without types
import * as llms from "../scripts/llms.js";

const { entryTypes, errorsText, llmsText, programs, publicNames, referenceText, tableBelow } = llms;
const root = new URL("..", import.meta.url).pathname;
const read = (path: string): string => readFileSync(root + path, "utf8");
const classes = ["OptionError", "ShapeError", "DataError", "NumericError", "MemoryError", "DisposedError"];

test("dist/llms.txt has every example whole, and every class of error with its remedy", () => {
  const text = read("dist/llms.txt");
  const names = readdirSync(`${root}examples`).filter((name) => name.endsWith(".js"));
  for (const name of names) expect(text).toContain(read(`examples/${name}`).trimEnd());
  for (const name of classes) expect(text).toMatch(new RegExp(`\\| \`${name}\` \\|.*\\|.*\\w.*\\|`));
  expect(text).toBe(llmsText(programs("examples"), errorsText()));
});

test("dist/llms.txt begins with the jobs, the verbs and what is looked for first", () => {
  const text = read("dist/llms.txt");
  for (const call of ["nonlinearFilter", "adapt", "patience", "classWeights", "quantiles", "`stream()`"])
    expect(text.slice(0, text.indexOf("## The programs"))).toContain(call);
  expect(tableBelow("# a\n\n## b\n\n| x | y |\n| 1 | `2` |\n\n| z |", "## b")).toEqual([
    ["x", "y"],
    ["1", "`2`"],
  ]);
  expect(() => tableBelow("## b\n\nno table", "## b") as unknown).toThrow(/no table below/);
});

test("dist/reference.md has whole sentences", () => {
  const cut = read("dist/reference.md").match(/^- .*(: |:|\bal\.)$/gm);
  expect(cut).toBeNull();
});

test("dist/reference.md has every export that runs; an unknown name in a program is seen", async () => {
  const text = read("dist/reference.md");
  const known = new Set([...text.matchAll(/^- `(\w+)/gm)].map(([, name]) => name));
  for (const file of [
    "unrolled.js",
    "unrolled-anomalies.js",
    "unrolled-driven.js",
    "unrolled-durations.js",
    "unrolled-exchange.js",
    "unrolled-reservoirs.js",
    "unrolled-statespace.js",
  ]) {
    const names = Object.keys((await import(`${root}dist/${file}`)) as object);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  }
  const unknown = (list: { calls: { word: string }[] }[]): string[] =>
    list.flatMap(({ calls }) => calls.map(({ word }) => word)).filter((word) => !known.has(word));
  expect(unknown(programs("examples"))).toEqual([]);
  expect(unknown([{ calls: [{ word: "noSuchName" }] }])).toEqual(["noSuchName"]);
});

test("every entry point with types that the package exports is in the reference", () => {
  for (const [, types] of entryTypes() as [string, string][]) expect(existsSync(root + types)).toBe(true);
  const [first] = publicNames([["unrolled/float32", "dist/float32/index.d.ts"]]) as { name: string }[];
  expect(referenceText([first])).toContain(`## unrolled/float32\n\n- \`${first.name}`);
});
