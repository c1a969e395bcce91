/** Every bench says how it is run and where its record stands, and the list of records is whole. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const read = (path: string): string => readFileSync(root + path, "utf8");
const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "bench"], {
  cwd: root,
  encoding: "utf8",
})
  .trim()
  .split("\n");
const records = tracked
  .filter((path) => path.startsWith("bench/results/") && !path.endsWith("/README.md"))
  .map((path) => path.slice("bench/results/".length));
/** Benches are run; other files of the folder export what they have in common. */
const benches = tracked.filter(
  (path) => /^bench\/([\w-]+|peers\/run)\.js$/.test(path) && !/^export /m.test(read(path)),
);
const list = read("bench/results/README.md");

/** Whether a name stands for a record: `file.txt`, `files-*.txt` or `folder/`. */
const standsFor = (name: string, record: string): boolean =>
  new RegExp(`^${name.replaceAll(".", "\\.").replaceAll("*", ".*")}`).test(record);
/** Names of records in a text. */
const names = (text: string): string[] =>
  [...text.matchAll(/`([\w*-]+(?:\.(?:txt|md|json)|\/))`/g)].map(([, name]) => name);
/** Records that no name of the text stands for. */
const left = (text: string): string[] =>
  records.filter((record) => !names(text).some((name) => standsFor(name, record)));
/** Names of the text that stand for no record. */
const dead = (text: string): string[] =>
  names(text).filter((name) => !records.some((record) => standsFor(name, record)));

test.each(benches)("%s says its command and where its record stands", (path) => {
  const [header] = /^(\/\*\*[\s\S]*?\*\/|(\/\/.*\n)+)/.exec(read(path)) ?? [""];
  expect(header).toMatch(new RegExp(`(node ${path}|npm run bench)\\b`));
  expect(header).toMatch(/bench\/results\b|site\/pages\/guides\//);
  const files = [...header.matchAll(/bench\/results\/([\w-]+\.\w+)/g)].map(([, name]) => name);
  expect(files.filter((name) => name !== "README.md" && !records.includes(name))).toEqual([]);
});

test("the list of records names every bench and every record, and none that is not there", () => {
  expect(benches.length).toBeGreaterThan(30);
  expect(records.length).toBeGreaterThan(90);
  expect(benches.filter((path) => !list.includes(`\`${path}\``))).toEqual([]);
  const told = [...list.matchAll(/`(bench\/[\w/-]+\.js)`/g)].map(([, path]) => path);
  expect(told.filter((path) => !tracked.includes(path))).toEqual([]);
  expect(left(list)).toEqual([]);
  expect(dead(list)).toEqual([]);
});

test("a record that is not named is seen, and so is a name without a record", () => {
  expect(left(list.replaceAll("`esn.txt`", ""))).toEqual(["esn.txt"]);
  expect(dead("see `none.txt`, `momentum/` and `hessian-free-*.txt`")).toEqual(["none.txt"]);
});
