/**
 * The kernels as TypeScript sees them are those that the modules export, and every one of them is called from
 * TypeScript: nothing is shipped that nobody uses.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { packed as float32 } from "../../src/wasm/binary/float32.ts";
import { packed as float32forward } from "../../src/wasm/binary/float32forward.ts";
import { packed as float32relaxed } from "../../src/wasm/binary/float32relaxed.ts";
import { packed as float64 } from "../../src/wasm/binary/float64.ts";
import { packed as float64relaxed } from "../../src/wasm/binary/float64relaxed.ts";
import { packed as optional32 } from "../../src/wasm/binary/optional32.ts";
import { packed as optional64 } from "../../src/wasm/binary/optional64.ts";
import { packed as speech } from "../../src/wasm/binary/speech.ts";
import { unpack, type Packed } from "../../src/wasm/unpack.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const source = (path: string): string => join(root, "src", path);
const { config } = ts.readConfigFile(join(root, "tsconfig.build.json"), (path) => ts.sys.readFile(path));
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram(fileNames, options);
const checker = program.getTypeChecker();

/** Members of an interface, or of a member of one, by name. */
function members(path: string, name: string, member?: string): Map<string, ts.Symbol> {
  const found = program
    .getSourceFile(source(path))!
    .statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (!found) throw new Error(`${path} has no interface ${name}`);
  let type = checker.getTypeAtLocation(found);
  if (member) type = checker.getTypeOfSymbol(type.getProperty(member)!);
  return new Map(type.getProperties().map((property) => [property.name, property]));
}

/** What stands at a name, of whatever type it was seen. */
const places = (symbol: ts.Symbol | undefined): readonly ts.Node[] => symbol?.declarations ?? [];

/** Texts in the code: kernels that are chosen by name, as "mapLog", are among them. */
const named = new Set<string>();

/** Declarations of all members that some code reads: x.name, x[one of the names], { name } = x. */
function readPlaces(): Set<ts.Node> {
  const read = new Set<ts.Node>();
  const note = (symbol: ts.Symbol | undefined): void => places(symbol).forEach((place) => read.add(place));
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) named.add(node.text);
    if (ts.isPropertyAccessExpression(node)) note(checker.getSymbolAtLocation(node.name));
    if (ts.isElementAccessExpression(node)) {
      const key = checker.getTypeAtLocation(node.argumentExpression);
      const of = checker.getTypeAtLocation(node.expression);
      for (const one of key.isUnion() ? key.types : [key])
        if (one.isStringLiteral()) note(of.getProperty(one.value));
    }
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const name = node.propertyName ?? node.name;
      if (ts.isIdentifier(name)) note(checker.getTypeAtLocation(node.parent).getProperty(name.text));
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) if (file.fileName.startsWith(source(""))) visit(file);
  return read;
}
const read = readPlaces();

const EXPORT_SECTION = 7;
const HEADER = 8;

/** Names in the export section of a module, which Node 20 could not compile if it is a relaxed one. */
function exported(packed: Packed): string[] {
  const bytes = unpack(packed);
  let at = HEADER;
  const number = (): number => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  for (;;) {
    const section = bytes[at++];
    const size = number();
    if (section === EXPORT_SECTION) break;
    at += size;
  }
  return Array.from({ length: number() }, () => {
    const length = number();
    const name = new TextDecoder().decode(bytes.subarray(at, at + length));
    at += length + 1; // the kind
    number();
    return name;
  });
}

const isCalled = (name: string, symbol: ts.Symbol): boolean =>
  named.has(name) || places(symbol).some((place) => read.has(place));

/** What optional kernels export besides: the core's memory, and the end of constants, for the build. */
const NO_KERNELS = ["memory", "optionalEnd"];

/** What is declared and not exported, exported and not declared, declared and never read. */
function faults(declared: ReadonlyMap<string, ts.Symbol>, names: readonly string[]): string[] {
  return [
    ...[...declared.keys()].filter((name) => !names.includes(name)).map((name) => `${name}: not exported`),
    ...names.filter((name) => !declared.has(name)).map((name) => `${name}: not declared`),
    ...[...declared]
      .filter(([name, symbol]) => !isCalled(name, symbol))
      .map(([name]) => `${name}: never called`),
  ];
}

const core = members("wasm/kernels.ts", "Kernels");
const inference = members("inference/inference-engine.ts", "InferenceEngine", "kernels");
const optional = members("wasm/optional-kernels.ts", "OptionalKernels");
const sound = members("speech/engine.ts", "Exports");

describe("the kernels that TypeScript declares and calls are those that a module exports", () => {
  test.each([
    ["float32", core, float32],
    ["float32, relaxed", core, float32relaxed],
    ["float64", inference, float64],
    ["float64, relaxed", inference, float64relaxed],
    ["speech", sound, speech],
  ])("%s", (_, declared, packed) => expect(faults(declared, exported(packed))).toEqual([]));

  test.each([optional32, optional64])("optional, $size bytes", (packed) => {
    const names = exported(packed).filter((name) => !NO_KERNELS.includes(name));
    expect(faults(optional, names)).toEqual([]);
  });

  test("the kernels of a net that only answers are a part of them", () => {
    const names = exported(float32forward);
    expect(names.filter((name) => !core.has(name))).toEqual([]);
    expect(names.length).toBeLessThan(core.size / 2);
  });
});

test("the names are those that the engine finds", () =>
  expect(exported(float64)).toEqual(
    WebAssembly.Module.exports(new WebAssembly.Module(unpack(float64))).map(({ name }) => name),
  ));

test("a kernel too many, one too few and one that nobody calls are found", () => {
  const names = exported(float32);
  expect(faults(core, [...names, "planted"])).toEqual(["planted: not declared"]);
  expect(faults(core, names.slice(1))).toEqual([`${names[0]}: not exported`]);
  const planted = members("wasm/unpack.ts", "Packed").get("size")!;
  const unread = checker.getSymbolAtLocation(program.getSourceFile(source("wasm/unpack.ts"))!)!;
  expect(read.has(planted.declarations![0])).toBe(true);
  expect(faults(new Map([...core, ["unread", unread]]), [...names, "unread"])).toEqual([
    "unread: never called",
  ]);
});
