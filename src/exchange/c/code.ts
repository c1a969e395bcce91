/** C code in the making: constants, fields of the state, and the statements of a step. */
import type { Activation } from "../../wasm/kernels.ts";
import { quantize } from "../../formats/int8.ts";
import type { Matrix } from "../nets/matrix.ts";
import { byteArray, realArray, type WeightKind } from "./weights.ts";

/** The functions of C that compute them. */
export const activations: Readonly<Record<Activation, string>> = {
  identity: "identity",
  tanh: "hyperbolic",
  logistic: "logistic",
  relu: "rectified",
};

/** What a layer reads: an expression of `width` reals, or of symbols below `symbols`. */
export interface Value {
  readonly at: string;
  readonly width: number;
  readonly symbols?: number;
}

/** The matrices of a net by their names, and what has been written of it. */
export class Code {
  /** Constant arrays. */
  readonly constants: string[] = [];
  /** Reals of the state, by field. */
  readonly fields = new Map<string, number>();
  /** Statements that start a sequence, from a state of zeros, and those of a step. */
  readonly reset: string[] = [];
  readonly step: string[] = [];
  /** Functions that the statements call. */
  readonly used = new Set<string>();
  /** Bytes of the constants. */
  bytes = 0;
  /** Largest error of a weight in 8 bits, by matrix. */
  readonly errors: string[] = [];
  /** Blocks that are open. */
  #open = 0;
  readonly #parameters: ReadonlyMap<string, Matrix>;
  readonly #kind: WeightKind;

  constructor(parameters: ReadonlyMap<string, Matrix>, kind: WeightKind) {
    this.#parameters = parameters;
    this.#kind = kind;
  }

  /** A parameter. */
  get(name: string): Matrix | undefined {
    return this.#parameters.get(name);
  }

  /** A statement that calls a function. */
  call(name: string, ...args: (string | number)[]): void {
    this.used.add(name);
    this.step.push(`${name}(${args.join(", ")});`);
  }

  /** What follows is done at the first of every `stride` steps; a field of the state counts the others. */
  every(stride: number, name: string): void {
    const wait = `${this.field(name, 1)}[0]`;
    this.step.push(`if (${wait} > 0) --${wait};`, "else {", `${wait} = ${stride - 1};`);
    this.#open += 1;
  }

  /** All statements of a step. */
  get statements(): readonly string[] {
    return [...this.step, ...Array.from({ length: this.#open }, () => "}")];
  }

  /** A field of the state with this many reals. */
  field(name: string, reals: number): string {
    const id = name.replaceAll(".", "_");
    this.fields.set(id, reals);
    return `s->${id}`;
  }

  /** A constant array of reals; its name. */
  reals(name: string): string | undefined {
    const matrix = this.get(name);
    if (!matrix) return undefined;
    const id = name.replaceAll(".", "_");
    this.constants.push(realArray(id, matrix.data));
    this.bytes += 4 * matrix.data.length;
    return id;
  }

  /** The constants of a matrix; its name. */
  matrix(name: string): string {
    const id = name.replaceAll(".", "_");
    if (this.#kind === "float32") return this.reals(name)!;
    const matrix = this.get(name)!;
    const { values, scale, error } = quantize(matrix);
    this.constants.push(byteArray(id, values), realArray(`${id}_scale`, scale));
    this.bytes += values.length + 4 * scale.length;
    const [largest, relative] = [error.largest, error.relative].map((e) => e.toPrecision(2));
    this.errors.push(`${name}: at most ${largest} a weight, ${relative} of their size in the mean square`);
    return id;
  }

  /** y += x·W, for `columns` columns of W from `from` on; W is `width` wide. */
  product(x: Value, id: string, width: number, y: string, { from = 0, columns = width } = {}): void {
    const at = (name: string): string => (from ? `${name} + ${from}` : name);
    if (this.#kind === "float32") this.call("product", x.width, columns, width, x.at, at(id), y);
    else this.call("product8", x.width, columns, width, x.at, at(id), at(`${id}_scale`), y);
  }

  /** y [width] = row x[i] of a matrix. */
  row(index: string, id: string, width: number, y: string): void {
    const row = `${id} + ${width} * ${index}`;
    if (this.#kind === "float32") this.call("copy", width, row, y);
    else this.call("copy8", width, row, `${id}_scale`, y);
  }

  /** y [width] = bias + x·W; y holds the bias, which stands in `b`, or zeros. */
  affine(x: Value, id: string, width: number, b: string | undefined, y: string): void {
    if (x.symbols === undefined) return this.product(x, id, width, y);
    this.row(`${x.at}[0]`, id, width, y);
    if (b) this.call("add", width, b, y);
  }

  /** f(x) in the place of x. */
  activated(activation: Activation, x: Value): Value {
    if (activation === "identity") return x;
    const f = activations[activation];
    this.used.add(f);
    this.call("apply", x.width, f, x.at);
    return x;
  }
}
