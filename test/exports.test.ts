/**
 * Nothing is exported for tests alone: every value that a module of src exports is imported by another one or
 * belongs to an entry point, but for those listed here with their reason.
 */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;

/** What tests look at by itself, and why that says more than what it is part of. */
const tested: Record<string, string> = {
  "src/cli/main.ts main": "the command, run inside a test's own process",
  "src/forecasting/models/echo-state.ts runsFreely": "a verdict, tried on streams that diverge",
  "src/cluster/assignment.ts median": "of few numbers, case by case",
  "src/cluster/serve.ts ShardWorker": "a worker on a network and a clock that tests command",
  "src/cli/speech/word-confusion.ts wordConfusion": "which words stand for which, on texts by hand",
  "src/exchange/arrays/dtypes.ts toHalf": "rounding of half precision at every border",
  "src/figures/scale.ts log10": "its error against the function of the platform",
  "src/forecasting/season.ts differenced": "differences of a known series",
  "src/forecasting/season.ts kpss": "the statistic against one by hand",
  "src/forecasting/season.ts seasonalStrength": "the measure on series of known season",
  "src/handwriting/read-folder.ts withSplits": "the rule of splits, on lists of writers",
  "src/optim/conjugate-gradient.ts truncated": "the paper's rule of truncation, case by case",
  "src/optim/conjugate-gradient.ts truncationGap": "the paper's k(i), at its corners",
  "src/optim/groups.ts matches": "patterns of names, case by case",
  "src/speech/recognizer/confidence.ts brierScore": "the score that calibration makes smallest",
  "src/wasm/memory.ts moveAtEveryAllocation": "a mode of memory that only tests turn on",
};

interface Module {
  readonly path: string;
  /** Names of values that it exports, and `module name` of what it imports. */
  readonly exports: readonly string[];
  readonly imports: readonly string[];
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** Names of the values that a statement declares. */
function declared(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText());
  }
  return ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) ? [node.name!.text] : [];
}

/** `module name` of every name that a statement takes from another module, or gives on. */
function taken(path: string, node: ts.Statement): string[] {
  const isImport = ts.isImportDeclaration(node);
  if (!isImport && !ts.isExportDeclaration(node)) return [];
  if (!node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) return [];
  const from = join(dirname(path), node.moduleSpecifier.text);
  const names = isImport ? node.importClause?.namedBindings : node.exportClause;
  if (!names || ts.isNamespaceImport(names) || ts.isNamespaceExport(names)) return [`${from} *`];
  return names.elements.map(({ name, propertyName }) => `${from} ${(propertyName ?? name).text}`);
}

/** What is imported while the program runs counts with the names that stand in the file that imports it. */
function takenLate(path: string, text: string): string[] {
  const words = [...new Set(text.match(/\w+/g))];
  return [...text.matchAll(/import\("(\.[^"]+)"\)/g)].flatMap(([, from]) =>
    ["run", ...words].map((name) => `${join(dirname(path), from)} ${name}`),
  );
}

function read(path: string, text: string): Module {
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return {
    path,
    exports: statements.filter(isExported).flatMap(declared),
    imports: [...statements.flatMap((node) => taken(path, node)), ...takenLate(path, text)],
  };
}

/** `module name` of each export that no other module of src uses. */
function unused(modules: readonly Module[], entries: readonly string[]): string[] {
  const used = new Set(modules.flatMap(({ imports }) => imports));
  return modules
    .filter(({ path }) => !entries.includes(path) && !used.has(`${path} *`))
    .flatMap(({ path, exports }) => exports.map((name) => `${path} ${name}`))
    .filter((name) => !used.has(name));
}

const { exports: published } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  exports: Record<string, object | string>;
};
const entries = Object.values(published)
  .flatMap((to) => (typeof to === "object" ? Object.values(to) : []) as string[])
  .map((to) => to.replace("./dist/", "src/").replace(/(\.d)?\.[jt]s$/, ".ts"));
const sources = readdirSync(`${root}src`, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.startsWith("wasm/binary/"))
  .map((path) => read(`src/${path}`, readFileSync(`${root}src/${path}`, "utf8")));

test("what src exports, src uses, users can name, or is listed with its reason", () => {
  expect(unused(sources, entries).sort()).toEqual(Object.keys(tested).sort());
});

test("an export that nobody uses is seen", () => {
  const used = read("src/a/x.ts", "export const f = 1; export function g() {}");
  const user = read("src/b/y.ts", 'import { g } from "../a/x.ts"; export const h = g;');
  expect(unused([used, user], ["src/b/y.ts"])).toEqual(["src/a/x.ts f"]);
  expect(unused([used, user], [])).toEqual(["src/a/x.ts f", "src/b/y.ts h"]);
  const late = read("src/c.ts", 'const { f } = await import("./a/x.ts"); f();');
  expect(unused([used, late], [])).toEqual(["src/a/x.ts g"]);
});
