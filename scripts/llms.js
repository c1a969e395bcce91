// For programs that write programs, and for reading offline: dist/llms.txt says which job needs which call,
// with one whole program a job and the errors with their remedies; dist/reference.md has every public name
// in a line. Both are made from what is there (examples/, the exports and their comments), so neither can be
// out of date.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import ts from "typescript";

const read = (path) => readFileSync(path, "utf8");

/** The sentence that opens a comment: to a stop that ends no abbreviation, or to the end of its paragraph. */
const firstSentence = (text) => {
  const [paragraph] = text.trim().split(/\n\s*\n|\n {2,}/);
  const words = paragraph.replace(/\s+/g, " ");
  return /^.*?(?<!\b(al|e\.g|i\.e|cf|vs|pp|Eq|Fig))[.?](?= [A-Z\d"'`(]|$)/.exec(words)?.[0] ?? words;
};

/** The rows of the table that stands below a heading, each a list of its cells. */
export function tableBelow(text, heading) {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line === heading);
  const from = lines.findIndex((line, i) => i > at && line.startsWith("|"));
  const until = lines.findIndex((line, i) => i > from && !line.startsWith("|"));
  if (at < 0 || from < 0) throw new Error(`no table below "${heading}"`);
  return lines.slice(from, until).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** A table of the project's texts, without columns behind `columns`. */
const tableOf = (path, heading, columns) =>
  tableBelow(read(path), heading)
    .map((cells) => `| ${cells.slice(0, columns).join(" | ")} |`)
    .join("\n");

/** The programs of a folder: `{ name, text, says, calls }`, `calls` the names that they import, by entry. */
export function programs(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => {
      const text = read(`${folder}/${name}`);
      const comment = /^(?:\/\/.*\n)+/.exec(text)?.[0].replace(/^\/\/ ?/gm, "") ?? "";
      const imports = [...text.matchAll(/^import \{([^}]*)\} from "(unrolled[^"]*)";/gm)];
      const calls = imports.flatMap(([, names, entry]) =>
        names
          .split(",")
          .map((word) => word.trim())
          .filter(Boolean)
          .map((word) => ({ word, entry })),
      );
      return { name, text, says: comment.trim().replace(/\s+/g, " "), calls };
    });
}

/** Entry points and their declarations: `unrolled/x` to dist/x.d.ts. */
export function entryTypes() {
  const { exports } = JSON.parse(read("package.json"));
  return Object.entries(exports)
    .filter(([name, to]) => to.types && !name.includes("*"))
    .map(([name, to]) => [name.replace(/^\./, "unrolled"), to.types]);
}

/** What a declaration is to users. */
function kindOf(symbol) {
  if (symbol.flags & ts.SymbolFlags.Class) return "class";
  if (symbol.flags & ts.SymbolFlags.Function) return "function";
  return symbol.flags & ts.SymbolFlags.Value ? "value" : "type";
}

/** Every public name of every entry: `{ entry, name, kind, signature, says }`. */
export function publicNames(entries = entryTypes()) {
  const program = ts.createProgram(
    entries.map(([, path]) => path),
    { noLib: true, skipLibCheck: true, types: [], module: ts.ModuleKind.NodeNext },
  );
  const checker = program.getTypeChecker();
  return entries.flatMap(([entry, path]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(path));
    if (!module) return [];
    return checker.getExportsOfModule(module).map((exported) => {
      const aliased = exported.flags & ts.SymbolFlags.Alias;
      const symbol = aliased ? checker.getAliasedSymbol(exported) : exported;
      const [declaration] = symbol.declarations ?? [];
      const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker));
      return {
        entry,
        name: exported.getName(),
        kind: kindOf(symbol),
        signature: ts.isFunctionDeclaration(declaration) ? parametersOf(declaration) : "",
        says: firstSentence(comment),
      };
    });
  });
}

/** `(a, b?)` of a function. */
function parametersOf({ parameters }) {
  const names = parameters.map(({ name, questionToken, initializer, dotDotDotToken }) => {
    const word = ts.isIdentifier(name) ? name.text : "options";
    return `${dotDotDotToken ? "…" : ""}${word}${questionToken || initializer ? "?" : ""}`;
  });
  return `(${names.join(", ")})`;
}

/** The text of dist/llms.txt. */
export function llmsText(list, errors) {
  const { version, description } = JSON.parse(read("package.json"));
  const rows = list.map(({ name, says, calls }) => {
    const words = calls.map(({ word, entry }) => (entry === "unrolled" ? word : `${word} (${entry})`));
    return `| ${says.replaceAll("|", "\\|")} | ${words.join(", ")} | ${name} |`;
  });
  const whole = list.map(({ name, text }) => `### ${name}\n\n\`\`\`js\n${text.trimEnd()}\n\`\`\``);
  return `# unrolled ${version}

> ${description}

Install: \`npm install unrolled\`. ES modules only: programs are named .mjs,
or package.json says \`"type": "module"\`. Node 20.19 or later, and browsers with WebAssembly SIMD.
Every model is made by an awaited factory (\`await network(…)\`), learns by \`fit\`, answers by \`predict\`,
\`forecast\`, \`sample\`, \`logLikelihood\` or \`stream()\`, is kept by \`save()\` and \`load(bytes)\`, and
gives its memory back by \`dispose()\`. Data are arrays of sequences; a sequence is a flat array of numbers,
row by row, or an array of rows. A seed gives the same bits everywhere. Every public name: reference.md beside
this file.

## Which job needs which call

${tableOf("README.md", "## Jobs by name", 3)}

## The verbs of every model

${tableOf("CONTRIBUTING.md", "## Grammar", 2)}

## What is looked for first

${tableOf("site/pages/coming-from.md", "## What is looked for first", 2)}

${errors.trim()}

## Which program shows which calls

| what it does | calls | program |
|---|---|---|
${rows.join("\n")}

## The programs

${whole.join("\n\n")}
`;
}

const inOrder = (a, b) => (a < b ? -1 : 1);

/** The text of dist/reference.md. */
export function referenceText(names) {
  const entries = [...new Set(names.map(({ entry }) => entry))];
  const seen = new Set();
  const parts = entries.map((entry) => {
    const own = names.filter((each) => each.entry === entry && !seen.has(each.name));
    own.forEach(({ name }) => seen.add(name));
    const lines = own
      .sort((a, b) => inOrder(`${a.kind} ${a.name}`, `${b.kind} ${b.name}`))
      .map(({ name, kind, signature, says }) => `- \`${name}${signature}\` ${kind}: ${says}`);
    return lines.length ? `## ${entry}\n\n${lines.join("\n")}` : "";
  });
  return `# Every public name of unrolled\n\n${parts.filter(Boolean).join("\n\n")}\n`;
}

/** The section of errors as the guide has it, without its front matter. */
export const errorsText = () =>
  read("site/pages/guides/errors.md")
    .replace(/^---[\s\S]*?\n---\n/, "")
    .replace(/^\s*# /, "## ");

if (process.argv[1] && basename(process.argv[1]) === "llms.js") {
  writeFileSync("dist/llms.txt", llmsText(programs("examples"), errorsText()));
  writeFileSync("dist/reference.md", referenceText(publicNames()));
}
