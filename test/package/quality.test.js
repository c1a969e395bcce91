/** The packed package as it is: checkers of packages, types, contents, cold start. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { publint } from "publint";
import ts from "typescript";
import { consumer, modules, read, root, run } from "./consumer.js";

let fresh;
let index;

before(() => {
  fresh = consumer();
  index = join(fresh.installed, "dist/index.d.ts");
});
after(() => fresh?.remove());

test("publint finds nothing", async () => {
  const { messages } = await publint({ pkgDir: fresh.installed, strict: true });
  assert.deepEqual(
    messages.filter((message) => message.type !== "suggestion"),
    [],
  );
});

test("attw finds nothing", () => {
  // it ends with 1 where it does, and execFileSync throws
  const printed = execFileSync(
    process.execPath,
    [
      join(modules, "@arethetypeswrong/cli/dist/index.js"),
      fresh.tarball,
      "--profile",
      "esm-only",
      "--format",
      "ascii",
      "--no-color",
    ],
    { encoding: "utf8" },
  );
  assert.match(printed, /"unrolled"/);
});

/** Complaints of TypeScript about a file of the consumer, library declarations included. */
function complaints(options) {
  const program = ts.createProgram([join(fresh.folder, "types.ts")], {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
    types: [],
    ...options,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map((d) => `${d.file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(d.messageText, "\n")}`);
}

const resolutions = {
  node: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundlers: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

test("the types check in a user's program, by Node's and by bundlers' resolution", () => {
  for (const options of Object.values(resolutions)) assert.deepEqual(complaints(options), []);
});

/** Complaints about the declarations of all entries, compiled with these libraries alone. */
function complaintsOfEntries(lib) {
  const { exports } = JSON.parse(read(fresh.installed, "package.json"));
  const names = Object.values(exports).flatMap((entry) => entry.types ?? []);
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: ts.ScriptTarget.ES2022,
    types: [],
  };
  const program = ts.createProgram(
    names.map((name) => join(fresh.installed, name)),
    { ...options, ...resolutions.node, lib },
  );
  return ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, "\n"));
}

test("all declarations compile without the DOM library, and the check sees what is missing", () => {
  assert.deepEqual(complaintsOfEntries(["lib.es2022.d.ts"]), []);
  assert.notDeepEqual(complaintsOfEntries(["lib.es5.d.ts"]), []);
});

const lineOf = (source, node) => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;

/** Places of `any`, written or inferred, in the declarations that a file reaches. */
function anys(file) {
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    noEmit: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const found = [];
  for (const source of program
    .getSourceFiles()
    .filter((f) => !f.fileName.includes("/typescript/") && !f.fileName.includes("@assemblyscript"))) {
    const visit = (node) => {
      const written = node.kind === ts.SyntaxKind.AnyKeyword;
      const inferred =
        (ts.isVariableDeclaration(node) ||
          ts.isParameter(node) ||
          ts.isPropertySignature(node) ||
          ts.isPropertyDeclaration(node)) &&
        !ts.isPrivateIdentifier(node.name) &&
        checker.getTypeAtLocation(node).flags & ts.TypeFlags.Any;
      if (written || inferred)
        found.push(
          `${relative(fresh.folder, source.fileName)}:${lineOf(source, node)} ` +
            node.parent.getText().slice(0, 80),
        );
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

test("no any in the public types, and a planted one is found", () => {
  assert.deepEqual(anys(index), []);
  assert.deepEqual(anys(join(fresh.installed, "dist/parallel/worker.d.ts")), []);
  const planted = join(fresh.folder, "planted.d.ts");
  writeFileSync(planted, "export declare function f(x: any): void;\nexport declare const y;\n");
  assert.equal(anys(planted).length, 3);
});

/** Files that the README links to. */
const linked = () =>
  [...read(root, "README.md").matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, name]) => name);

test("the tarball holds what the README links to, and a dist in which every file is used", () => {
  const beside = ["README.md", "LICENSE", "CHANGELOG.md", "package.json", ...linked()];
  for (const name of beside) assert.ok(fresh.files.includes(name), `${name} is missing`);
  assert.deepEqual(
    fresh.files.filter((name) => !name.startsWith("dist/") && !beside.includes(name)),
    [],
  );
  const reached = new Set();
  const walk = (file) => {
    if (reached.has(file)) return;
    assert.ok(existsSync(file), `${file} is imported and missing`);
    reached.add(file);
    if (file.endsWith(".d.ts")) {
      for (const [, name] of read(file).matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)\.(?:js|ts)"/g))
        walk(join(dirname(file), `${name}.d.ts`));
      return;
    }
    for (const [, name, address] of read(file).matchAll(
      /(?:from|import)\s*\(?\s*"(\.[^"]+\.js)"|new URL\("(\.[^"]+\.js)", import\.meta\.url\)/g,
    ))
      walk(join(dirname(file), name ?? address));
  };
  const { bin, exports, unpkg } = JSON.parse(read(fresh.installed, "package.json"));
  const entries = Object.values(exports).flatMap(({ types, node, default: code }) => [types, node, code]);
  for (const entry of [...entries, unpkg, ...Object.values(bin)])
    if (/\.(js|d\.ts)$/.test(entry)) walk(join(fresh.installed, entry));
  const unused = readdirSync(join(fresh.installed, "dist"), { recursive: true }).filter(
    (name) => /\.(js|d\.ts)$/.test(name) && !reached.has(join(fresh.installed, "dist", name)),
  );
  assert.deepEqual(unused, []);
});

test("the cold start: import, init and the first prediction of a saved net, printed", async (t) => {
  const { network, lstm, dense } = await import(join(fresh.installed, "dist/index.js"));
  const net = await network({ input: 64, layers: [lstm(128), dense(64)], loss: "softmax" });
  writeFileSync(join(fresh.folder, "net.safetensors"), net.save());
  const runs = Array.from({ length: 15 }, () =>
    run(process.execPath, ["cold.js", "net.safetensors"], fresh.folder),
  ).sort((a, b) => a.total - b.total);
  const show = (ms) =>
    Object.entries(ms)
      .map(([key, value]) => `${key} ${value.toFixed(1)}`)
      .join(", ");
  t.diagnostic(`ms: best of ${runs.length}: ${show(runs[0])}; median: ${show(runs[runs.length >> 1])}`);
});
