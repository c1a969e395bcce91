/**
 * What users can name is explained: every export of an entry point, and every public member of it, has a doc
 * comment.
 */
import { existsSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const settings = ts.parseJsonConfigFileContent(
  ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
  ts.sys,
  root,
);

/** Sources of the package's entry points, by what package.json exports. */
function entries(): string[] {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    exports: Record<string, { types?: string } | string>;
  };
  const declared = Object.values(exports).flatMap((to) =>
    typeof to === "object" && to.types ? [to.types] : [],
  );
  const sources = declared.map((path) => path.replace("./dist/", `${root}src/`).replace(/\.d\.ts$/, ".ts"));
  return [...new Set(sources)].filter((path) => existsSync(path));
}

const documented = (node: ts.Node): boolean =>
  ts.getJSDocCommentsAndTags(node).some((doc) => ts.isJSDoc(doc) && doc.comment !== undefined);

const holder = (node: ts.Node): ts.Node => (ts.isVariableDeclaration(node) ? node.parent.parent : node);

function isPublic(member: ts.ClassElement | ts.TypeElement): boolean {
  if (!member.name || ts.isPrivateIdentifier(member.name)) return false;
  if (ts.isClassElement(member) && ts.isConstructorDeclaration(member)) return false;
  const flags = ts.getCombinedModifierFlags(member);
  return (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Override)) === 0;
}

/** Members that stand without a doc comment, a getter and its setter counted as one. */
function bareMembers(declaration: ts.Declaration): string[] {
  if (!ts.isClassDeclaration(declaration) && !ts.isInterfaceDeclaration(declaration)) return [];
  const bare = new Set<string>();
  const explained = new Set<string>();
  for (const member of declaration.members) {
    if (!isPublic(member)) continue;
    const name = member.name!.getText();
    (documented(member) ? explained : bare).add(name);
  }
  return [...bare].filter((name) => !explained.has(name));
}

/** Names without a doc comment among the exports of a file, members as `Name.member`. */
function bareNames(program: ts.Program, path: string): string[] {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(path)!)!;
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const aliased = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = aliased ? checker.getAliasedSymbol(exported) : exported;
    const declarations = symbol.declarations ?? [];
    const name = exported.getName();
    const bare = declarations.some((declaration) => documented(holder(declaration))) ? [] : [name];
    return [...bare, ...declarations.flatMap(bareMembers).map((member) => `${name}.${member}`)];
  });
}

test("every export of every entry point, and every member, has a doc comment", () => {
  const paths = entries();
  expect(paths.length).toBeGreaterThan(0);
  const program = ts.createProgram(paths, { ...settings.options, noEmit: true });
  const bare = [...new Set(paths.flatMap((path) => bareNames(program, path)))].sort();
  expect(bare).toEqual([]);
}, 60_000);

test("a name without a comment is seen", () => {
  const text =
    "/** Explained. */\nexport interface A {\n  x: number;\n  /** Explained. */\n  y: " +
    "number;\n}\nexport const b = 1;\n";
  const path = "/planted.ts";
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const host = ts.createCompilerHost({});
  const program = ts.createProgram(
    [path],
    { noLib: true },
    {
      ...host,
      getSourceFile: (name) => (name === path ? file : undefined),
      fileExists: (name) => name === path,
    },
  );
  expect(bareNames(program, path)).toEqual(["A.x", "b"]);
});
