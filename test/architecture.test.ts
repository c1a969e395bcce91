import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";

/** Lowest first; folders of one rank do not import each other. */
const ranks = [
  ["wasm"],
  ["data"],
  ["graph", "formats", "figures"],
  ["ops", "inference"],
  ["cells"],
  ["losses"],
  ["optim"],
  ["train"],
  ["models"],
  ["tasks", "parallel", "exchange", "jobs", "float32", "kernels"],
  ["analysis", "forecasting", "anomalies", "reservoirs", "durations", "driven", "statespace", "cluster"],
  ["handwriting", "speech"],
  ["cli"],
];
const root = new URL("../src", import.meta.url).pathname;

interface Source {
  readonly path: string;
  readonly text: string;
}
const files = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/(^|\/)(binary|node_modules)\//.test(name))
    .map((name) => join(dir, name));
const read = (dir: string): Source[] =>
  files(dir).map((path) => ({ path: relative(dir, path), text: readFileSync(path, "utf8") }));
const folder = (path: string): string => (path.includes("/") ? path.split("/")[0] : "");
const rankOf = (name: string): number => ranks.findIndex((names) => names.includes(name));
/** Code without comments and strings, line by line. */
const code = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, " "))
    .replace(/\/\/[^\n]*/g, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');

/** Imports that point upwards, or sideways where that is not allowed. */
function rankFaults({ path, text }: Source): string[] {
  const from = folder(path);
  if (from === "") return [];
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].flatMap(([, target]) => {
    const to = folder(join(path, "..", target));
    if (to === from) return [];
    const [a, b] = [rankOf(from), rankOf(to)];
    if (a < 0) return [`${path}: folder ${from} has no rank`];
    return b < a && b >= 0 ? [] : [`${path} imports ${target}: ${from} is not above ${to || "src/"}`];
  });
}

/** Math functions whose bits differ between engines, chance and clocks, below the command line. */
function bitFaults({ path, text }: Source): string[] {
  if (folder(path) === "cli") return [];
  const allowed = [
    "sqrt",
    "abs",
    "floor",
    "ceil",
    "round",
    "trunc",
    "sign",
    "min",
    "max",
    "fround",
    "imul",
    "clz32",
  ];
  return code(text)
    .split("\n")
    .flatMap((line, i) => [
      ...[...line.matchAll(/\bMath\.(\w+)/g)]
        .filter(([, name]) => !allowed.includes(name))
        .map(([use]) => `${path}:${i + 1}: ${use}`),
      ...[...line.matchAll(/\bnew Date(?!\(\w)|\bDate\.(?!UTC\b)\w+/g)].map(
        ([use]) => `${path}:${i + 1}: ${use}`,
      ),
      // powers of two are exact everywhere, others are Math.pow
      ...[...line.matchAll(/([\w)\]!.]+)\s*\*\*/g)]
        .filter(([, base]) => base !== "2")
        .map(() => `${path}:${i + 1}: ** is Math.pow`),
    ]);
}

/** Modules of Node where a browser would load them. */
const nodeFaults = ({ path, text }: Source): string[] =>
  folder(path) === "cli"
    ? []
    : [...text.matchAll(/(?:^import (?!type)[^;]*from|await import\()\s*"(node:[^"]+)"/gm)].map(
        ([, name]) => `${path} imports ${name}`,
      );

describe("the house", () => {
  const sources = read(root);
  test("files import their own folder or a lower rank", () =>
    expect(sources.flatMap(rankFaults)).toEqual([]));
  test(
    "no number below the command line depends on Math's transcendental functions, on chance, or on a " +
      "clock",
    () => expect(sources.flatMap(bitFaults)).toEqual([]),
  );
  test("what a browser loads imports nothing of Node", () =>
    expect(sources.filter(({ path }) => !path.endsWith(".node.ts")).flatMap(nodeFaults)).toEqual([]));
});

describe("the checks themselves", () => {
  const planted = (path: string, text: string): Source => ({ path, text });
  test("an import upwards is caught", () => {
    expect(rankFaults(planted("graph/x.ts", 'import { a } from "../models/network.ts";'))).toHaveLength(1);
    expect(rankFaults(planted("ops/x.ts", 'const a = await import("../inference/matrix.ts");'))).toHaveLength(
      1,
    );
    expect(rankFaults(planted("wasm/x.ts", 'export { a } from "../index.ts";'))).toHaveLength(1);
    expect(
      rankFaults(planted("models/x.ts", 'import { a } from "../wasm/errors.ts"; import b from "./y.ts";')),
    ).toEqual([]);
  });
  test("transcendental functions, powers, chance and clocks are caught, comments are not", () => {
    for (const bad of [
      "Math.exp(1)",
      "x = Math.random()",
      "new Date()",
      "Date.now()",
      "y ** x",
      "Math.hypot(1, 2)",
    ])
      expect(bitFaults(planted("train/x.ts", bad))).toHaveLength(1);
    for (const good of ["Math.sqrt(2)", "// Math.exp", '"Math.exp"', "2 ** 26", "/** Math.log */"])
      expect(bitFaults(planted("train/x.ts", good))).toEqual([]);
    expect(bitFaults(planted("cli/x.ts", "Date.now()"))).toEqual([]);
  });
  test("a module of Node is caught", () => {
    expect(nodeFaults(planted("models/x.ts", 'import { readFileSync } from "node:fs";'))).toHaveLength(1);
    expect(nodeFaults(planted("models/x.ts", 'import type { X } from "node:fs";'))).toEqual([]);
  });
});
