/**
 * The rule of CONTRIBUTING for errors, over every model and every public method: what is refused, by which
 * class, with who it is that refuses, and that nothing has changed then.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as u from "../../src/index.ts";
import * as driven from "../../src/driven/index.ts";
import * as durations from "../../src/durations/index.ts";
import * as reservoirs from "../../src/reservoirs/index.ts";
import * as statespace from "../../src/statespace/index.ts";
import { argumentsOf, everyModel, type Argument, type Model, type Row } from "./every-model.js";

const { DataError, DisposedError, OptionError, ShapeError } = u;
type ErrorClass = new (message?: string) => Error;

/** A wrong value of an argument, and the classes that may refuse it. */
interface Fault {
  readonly what: string;
  readonly value: unknown;
  readonly classes: readonly ErrorClass[];
}

const fault = (what: string, value: unknown, ...classes: ErrorClass[]): Fault => ({ what, value, classes });
const replaced = (list: unknown, put: (flat: unknown[]) => unknown): unknown => {
  const [first, ...rest] = structuredClone(list) as unknown[][];
  return [put(first), ...rest];
};
/** The first sequence with its first number replaced. */
const withFirst = (x: unknown) => (sequence: unknown[]) => {
  const [first, ...rest] = sequence;
  return [Array.isArray(first) ? [x, ...(first as unknown[]).slice(1)] : x, ...rest];
};

const dataFaults = ({ value, width, missing, words }: Argument): Fault[] => [
  fault("undefined", undefined, DataError),
  fault("null", null, DataError),
  fault("a number", 5, DataError),
  fault("an object", {}, DataError),
  fault("no sequences", [], DataError),
  fault("a length that is a lie", { length: 1e9 }, DataError, ShapeError),
  fault("a length that is a lie behind a number", { 0: 1, length: 1e9 }, DataError, ShapeError),
  fault("a length that is a lie behind a row", { 0: [1], length: 1e9 }, DataError, ShapeError),
  fault("a length that no array has", { 0: [1], length: 2 ** 53 }, DataError, ShapeError),
  fault("a length below 0", { 0: [1], length: -1 }, DataError, ShapeError),
  fault("an empty sequence", [[]], DataError),
  fault("infinity", replaced(value, withFirst(Infinity)), DataError),
  fault("text", replaced(value, withFirst("1.5 m")), DataError),
  fault("null inside", replaced(value, withFirst(null)), DataError),
  fault("undefined inside", replaced(value, withFirst(undefined)), DataError),
  ...(missing ? [] : [fault("NaN", replaced(value, withFirst(NaN)), DataError)]),
  ...(words
    ? [fault("a foreign word", replaced(value, withFirst(7)), DataError)]
    : [fault("rows of another width", [[new Array<number>(width! + 1).fill(1)]], ShapeError)]),
];

const itemFaults = ({ value, fields }: Argument): Fault[] => {
  const [item] = value as Record<string, unknown>[];
  const others = (change: object): unknown => [{ ...item, ...change }];
  return [
    fault("undefined", undefined, DataError),
    fault("null", null, DataError),
    fault("a number", 5, DataError),
    fault("no items", [], DataError),
    fault("null for an item", [null], DataError),
    fault("a number for an item", [3], DataError),
    fault("a misspelt field", others({ weigth: [1] }), DataError),
    ...fields!.flatMap((field) => [
      fault(`no ${field}`, others({ [field]: undefined }), DataError),
      fault(`${field} of NaN`, others({ [field]: withFirst(NaN)(item[field] as unknown[]) }), DataError),
      fault(`${field} of text`, others({ [field]: withFirst("x")(item[field] as unknown[]) }), DataError),
    ]),
    fault("a wrong width", others({ input: [[1, 1, 1, 1]] }), ShapeError),
    fault("a length that is a lie", others({ input: { 0: [1, 1], length: 1e9 } }), DataError, ShapeError),
    fault("no steps", others({ input: [] }), DataError),
  ];
};

const optionFaults = ({ value, needs }: Argument): Fault[] => [
  fault("an unknown option", { ...(value as object), nonesuch: 1 }, OptionError),
  fault("null", null, OptionError),
  fault("a number", 5, OptionError),
  fault("a list", [], OptionError),
  ...needs!.map((name) =>
    fault(`no ${name}`, { ...(value as object), [name]: undefined }, OptionError, DataError),
  ),
  ...Object.keys(value as object).flatMap((name) =>
    [null, NaN, {}].map((x) =>
      fault(`${name}: ${String(x)}`, { ...(value as object), [name]: x }, OptionError, DataError),
    ),
  ),
];

const countFaults = (): Fault[] =>
  [undefined, null, -1, 1.5, NaN, Infinity, "3", {}, []].map((x) =>
    fault(JSON.stringify(x) ?? "undefined", x, OptionError),
  );

const vectorFaults = ({ value, of }: Argument, model: Model): Fault[] => {
  const good = (of ? of(model) : value) as ArrayLike<number>;
  return [
    fault("undefined", undefined, DataError),
    fault("null", null, DataError),
    fault("a number", 5, DataError),
    fault("another length", [...Array.from(good), 0], ShapeError),
    fault("NaN", [NaN, ...Array.from(good).slice(1)], DataError),
    fault("text", ["x", ...Array.from(good).slice(1)], DataError),
  ];
};

const faultsOf = (argument: Argument, model: Model): Fault[] =>
  ({
    data: dataFaults,
    items: itemFaults,
    options: optionFaults,
    count: countFaults,
    vector: (given: Argument) => vectorFaults(given, model),
  })[argument.kind](argument);

/** What a call throws, at once or later; undefined where it does not. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Why an error is not as the rule has it. */
function wrong(error: unknown, who: string, classes: readonly ErrorClass[]): string[] {
  const names = classes.map(({ name }) => name).join(" or ");
  if (!(error instanceof Error)) return [`${who}: is taken, want ${names}`];
  if (!classes.some((kind) => error instanceof kind)) return [`${who}: ${String(error)}, want ${names}`];
  return /^\S+.*: /.test(error.message) ? [] : [`${who}: "${error.message}" does not say who`];
}

const callsOf = (row: Row): [string, readonly Argument[]][] =>
  Object.entries({ ...(row.fit ? { fit: row.fit } : {}), ...row.methods }).filter(
    ([name]) => !row.refused?.includes(name),
  );

/** Public methods of a model: all of its classes' but what every model has. */
function methodsOf(model: object): string[] {
  const names = new Set<string>();
  for (let proto = Object.getPrototypeOf(model) as object; proto !== Object.prototype;) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(proto)))
      if (typeof value === "function") names.add(name);
    proto = Object.getPrototypeOf(proto) as object;
  }
  for (const name of ["constructor", "save", "dispose"]) names.delete(name);
  return [...names];
}

/** Methods that are for subclasses: not public. */
const inner = [
  ...["estimates", "at", "data", "one", "withInputs"],
  ...["check", "target", "answer", "running", "measure", "notes", "prepare"],
];
/** Methods of nets of other kinds, which say so. */
const byKind: Record<string, readonly string[]> = {
  network: ["forecast", "sample", "logLikelihood", "train", "learn"],
};

describe.each(everyModel(u, { reservoirs, durations, driven, statespace }))("$name", (row) => {
  let fitted: Model;
  beforeAll(async () => {
    fitted = await row.factory(row.spec);
    if (row.fit) await fitted.fit(...argumentsOf(row.fit, fitted));
  });
  afterAll(() => fitted.dispose());

  test("the table has every public method", () => {
    const known = ["fit", ...Object.keys(row.methods), ...(byKind[row.name.split(" ")[0]] ?? [])];
    expect(methodsOf(fitted).filter((name) => !known.includes(name) && !inner.includes(name))).toEqual([]);
  });

  test("a wrong argument is refused by its class, and changes nothing", async () => {
    const before = fitted.save();
    const found: string[] = [];
    for (const [name, list] of callsOf(row))
      for (const [i, argument] of list.entries())
        for (const { what, value, classes } of faultsOf(argument, fitted)) {
          const args = argumentsOf(list, fitted).map((good, j) => (i === j ? value : good));
          const who = `${name}(${argument.kind}: ${what})`;
          found.push(...wrong(await thrownBy(() => fitted[name](...args)), who, classes));
        }
    expect(found).toEqual([]);
    expect(fitted.save()).toEqual(before);
  });

  test("right arguments are taken", async () => {
    for (const [name, list] of callsOf(row)) {
      const answer = await fitted[name](...argumentsOf(list, fitted));
      if (name === "stream") (answer as { dispose(): void }).dispose();
    }
    if (row.fit) await fitted.fit(...argumentsOf(row.fit, fitted));
  });

  test("an unknown spec, and a wrong one, is an OptionError", async () => {
    const found: string[] = [];
    for (const spec of [null, 5, "x", [], { ...row.spec, nonesuch: 1 }] as object[])
      found.push(...wrong(await thrownBy(() => row.factory(spec)), String(spec), [OptionError]));
    for (const name of Object.keys(row.spec))
      for (const x of [null, NaN, {}, -1, "x"]) {
        const error = await thrownBy(() => row.factory({ ...row.spec, [name]: x }));
        const classes = [OptionError, ShapeError, u.NumericError];
        if (error !== undefined) found.push(...wrong(error, `${name}: ${String(x)}`, classes));
      }
    expect(found).toEqual([]);
  });

  test.skipIf(row.files === false)("a file that is none is a DataError", async () => {
    const bytes = row.factory.load(fitted.save().subarray(0, 40));
    const found = wrong(await thrownBy(() => bytes), "half a file", [DataError]);
    for (const x of [null, undefined, 5, "x", {}, new Uint8Array(0)] as Uint8Array[])
      found.push(...wrong(await thrownBy(() => row.factory.load(x)), `load(${String(x)})`, [DataError]));
    expect(found).toEqual([]);
  });

  test("before fit a method answers, or says that fit comes first", async () => {
    const model = await row.factory(row.spec);
    const found: string[] = [];
    for (const [name, list] of callsOf(row)) {
      if (name === "fit") continue;
      const error = await thrownBy(() => model[name](...argumentsOf(list, model)));
      const answers = row.unfitted === "all" || row.unfitted.includes(name);
      if (answers && error !== undefined) found.push(`${name}: ${String(error)}, want an answer`);
      if (!answers) found.push(...wrong(error, name, [OptionError]));
    }
    model.dispose();
    expect(found).toEqual([]);
  });

  test("after dispose every method, and every stream, is a DisposedError", async () => {
    const model = await row.factory.load(fitted.save());
    const found: string[] = [];
    if (row.methods.stream && !row.refused) {
      const stream = model.stream() as Record<string, (...x: unknown[]) => void>;
      stream.dispose();
      for (const name of ["step", "reset"]) {
        const error = await thrownBy(() => stream[name](row.step, row.stepInput));
        found.push(...wrong(error, `stream.${name}`, [DisposedError]));
      }
    }
    const calls = [...callsOf(row), ["save", []] as [string, readonly Argument[]]];
    const args = calls.map(([, list]) => argumentsOf(list, model));
    model.dispose();
    model.dispose();
    for (const [i, [name]] of calls.entries())
      if (name !== "summary")
        found.push(...wrong(await thrownBy(() => model[name](...args[i])), name, [DisposedError]));
    if ("parameters" in Object.getPrototypeOf(model))
      found.push(...wrong(await thrownBy(() => model.parameters), "parameters", [DisposedError]));
    expect(found).toEqual([]);
  });
});
