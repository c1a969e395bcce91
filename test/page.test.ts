/**
 * The page that a reader meets: narrow lines, short functions, short files, each of which opens with its
 * subject.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

const WIDEST = 110;
const LONGEST_FUNCTION = 60;
const LONGEST_FILE = 300;

interface Page {
  readonly path: string;
  readonly text: string;
}

const root = new URL("..", import.meta.url).pathname;
const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
});
const pages: Page[] = listed
  .split("\n")
  .filter((path) => /\.(ts|js|mjs)$/.test(path) && existsSync(root + path))
  .map((path) => ({ path, text: readFileSync(root + path, "utf8") }));

const wide = ({ path, text }: Page): string[] =>
  text
    .split("\n")
    .flatMap((line, i) => (line.length > WIDEST ? [`${path}:${i + 1} has ${line.length} columns`] : []));

const long = ({ path, text }: Page): string[] => {
  const lines = text.trimEnd().split("\n").length;
  return lines > LONGEST_FILE ? [`${path} has ${lines} lines`] : [];
};

/** A block that groups tests is a table of contents, not a function that anyone calls. */
function isGroup(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isCallExpression(parent)) return false;
  return /^describe\b/.test(parent.expression.getText());
}

/** Functions longer than a screen, by the place of their first line. */
function longFunctions({ path, text }: Page): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line + 1;
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body && !isGroup(node)) {
      const from = lineOf(node.getStart());
      const lines = lineOf(node.getEnd()) - from + 1;
      if (lines > LONGEST_FUNCTION) faults.push(`${path}:${from} is a function of ${lines} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return faults;
}

const opens = ({ text }: Page): boolean => /^(#![^\n]*\n)?\/(\*\*|\/)/.test(text);

const held: [string, (page: Page) => string[]][] = [
  [`lines over ${WIDEST} columns`, wide],
  [`functions over ${LONGEST_FUNCTION} lines`, longFunctions],
  [`more than ${LONGEST_FILE} lines`, long],
];
test.each(held)("no file has %s", (_, look) => {
  expect(pages.flatMap(look)).toEqual([]);
});
test("every file of src and assembly opens with its subject", () => {
  const code = pages.filter(({ path }) => /^(src|assembly)\//.test(path));
  expect(code.filter((page) => !opens(page)).map(({ path }) => path)).toEqual([]);
});

test("each of these faults is seen where it is planted", () => {
  const page = (text: string): Page => ({ path: "src/x.ts", text });
  const lines = (count: number): string => "f();\n".repeat(count);
  expect(wide(page("x".repeat(111)))).toHaveLength(1);
  expect(wide(page("x".repeat(110)))).toEqual([]);
  expect(long(page(lines(301)))).toHaveLength(1);
  expect(long(page(lines(300)))).toEqual([]);
  expect(longFunctions(page(`function f() {\n${lines(59)}}`))).toHaveLength(1);
  expect(longFunctions(page(`const f = () => {\n${lines(58)}};`))).toEqual([]);
  expect(longFunctions(page(`class A {\n  f() {\n${lines(59)}}\n}`))).toHaveLength(1);
  expect(longFunctions(page(`describe("x", () => {\n${lines(99)}});`))).toEqual([]);
  expect(opens(page("import x from 'y';"))).toBe(false);
  expect(opens(page("/** A subject. */"))).toBe(true);
});
