/** Weights by gate out of an LSTM, GRU or RNN node of ONNX: the inverse of recurrent.ts. */
import { DataError } from "../../wasm/errors.ts";
import type { Activation } from "../../wasm/kernels.ts";
import type { Floats } from "../../wasm/memory.ts";
import { bidirectional } from "../../models/network/layers.ts";
import { gru, lstm, rnn, type RecurrentLayer } from "../../models/network/recurrent-layers.ts";
import type { Gates } from "../nets/gates.ts";
import { plus, transpose, zeros, type Matrix } from "../nets/matrix.ts";
import { startOption, type ReadLayer } from "../nets/net.ts";
import type { OnnxNode, OnnxTensor } from "./model.ts";
import { onnxOrders } from "./recurrent.ts";

/** Tensors of a node, and where its states start: [directions,H]. */
export interface RecurrentInputs {
  readonly W: OnnxTensor;
  readonly R: OnnxTensor;
  readonly B?: OnnxTensor;
  readonly P?: OnnxTensor;
  readonly h?: Floats;
  readonly c?: Floats;
}

const activations: Readonly<Record<string, Activation>> = {
  Affine: "identity",
  Tanh: "tanh",
  Sigmoid: "logistic",
  Relu: "relu",
};

/** The real numbers of a tensor. */
export function realsOf(who: string, what: string, { data }: OnnxTensor): Floats {
  if (data instanceof Float32Array || data instanceof Float64Array) return data as Floats;
  throw new DataError(`${who}: ${what} holds whole numbers, want reals`);
}

/** Takes a node apart. */
class NodeReader {
  readonly #who: string;
  readonly #node: OnnxNode;
  readonly #inputs: RecurrentInputs;
  readonly units: number;
  readonly directions: number;
  readonly #width: number;
  readonly letters: string;

  constructor(who: string, node: OnnxNode, inputs: RecurrentInputs) {
    this.#who = who;
    this.#node = node;
    this.#inputs = inputs;
    this.letters = onnxOrders[node.op.toLowerCase() as keyof typeof onnxOrders];
    const [D, rows, H] = inputs.R.shape;
    const [, , I] = inputs.W.shape;
    const fits = H > 0 && rows === this.letters.length * H && (D === 1 || D === 2);
    if (!fits || inputs.R.shape.length !== 3) this.fail(`R is [${inputs.R.shape}], want [directions,G·H,H]`);
    this.units = H;
    this.directions = D;
    this.#width = I;
    this.#want("W", inputs.W, [D, rows, I]);
    if (inputs.B) this.#want("B", inputs.B, [D, 2 * rows]);
    if (inputs.P) this.#want("P", inputs.P, [D, 3 * H]);
    if (!(I > 0)) this.fail(`W is [${inputs.W.shape}], want at least one input`);
  }

  fail(what: string): never {
    throw new DataError(`${this.#who}: ${this.#node.op} "${this.#node.outputs[0] ?? ""}": ${what}`);
  }

  #want(what: string, { shape }: OnnxTensor, want: readonly number[]): void {
    if (shape.join() !== want.join()) this.fail(`${what} is [${shape}], want [${want}]`);
  }

  /** Rows of letter i of direction d as a matrix [rows, columns]. */
  #block(tensor: OnnxTensor, d: number, i: number, columns: number): Matrix {
    const H = this.units;
    const from = ((d * tensor.shape[1]) / H + i) * H * columns;
    const data = realsOf(this.#who, this.#node.op, tensor).slice(from, from + H * columns);
    return columns === 1 ? { rows: 1, columns: H, data } : { rows: H, columns, data };
  }

  #letters(make: (i: number) => Matrix): Record<string, Matrix> {
    return Object.fromEntries([...this.letters].map((letter, i) => [letter, make(i)]));
  }

  /** A square or wide block, laid as ours are. */
  #matrix(tensor: OnnxTensor, d: number, i: number, columns: number): Matrix {
    const block = this.#block(tensor, d, i, columns);
    return columns === 1 ? { rows: 1, columns: this.units, data: block.data } : transpose(block);
  }

  #start(d: number): Gates["start"] {
    const { h, c } = this.#inputs;
    if (!h && !c) return undefined;
    const H = this.units;
    const row = (state: Floats | undefined): Matrix =>
      state && state.length === this.directions * H
        ? { rows: 1, columns: H, data: state.slice(d * H, (d + 1) * H) }
        : zeros(Float32Array.of(), 1, H);
    return { h: row(h), c: this.#node.op === "LSTM" ? row(c) : undefined };
  }

  /** Direction d. */
  gates(d: number, inside: boolean): Gates {
    const { W, R, B, P } = this.#inputs;
    const n = this.letters.length;
    const none = zeros(realsOf(this.#who, "R", R), 1, this.units);
    const bias = this.#letters((i) => {
      if (!B) return none;
      const own = this.#block(B, d, i, 1);
      return inside && this.letters[i] === "n" ? own : plus(own, this.#block(B, d, n + i, 1));
    });
    return {
      input: this.#letters((i) => this.#matrix(W, d, i, this.#width)),
      recurrent: this.#letters((i) => this.#matrix(R, d, i, this.units)),
      bias,
      inner: B && inside ? this.#block(B, d, n + this.letters.indexOf("n"), 1) : undefined,
      peepholes: P && Object.fromEntries([..."iof"].map((letter, i) => [letter, this.#block(P, d, i, 1)])),
      start: this.#start(d),
    };
  }

  /** The names of the node's functions, the same for both directions. */
  functions(defaults: readonly string[]): readonly string[] {
    const given = this.#node.attributes.activations;
    const names = Array.isArray(given) && given.length > 0 ? given.map(String) : undefined;
    if (!names) return defaults;
    const own = names.slice(0, defaults.length);
    if (names.some((name, i) => name !== own[i % own.length]))
      this.fail(`directions with other activations (${names.join(" ")})`);
    return own;
  }

  /** Throws on attributes that change what the cell is. */
  checkAttributes(): void {
    const { clip, direction = "forward", layout = 0, input_forget: coupled = 0 } = this.#node.attributes;
    const want = this.directions === 2 ? "bidirectional" : "forward";
    if (direction !== want) this.fail(`direction ${String(direction)}, want ${want}`);
    if (clip !== undefined) this.fail("clip, which this library has not");
    if (layout !== 0) this.fail("layout 1, want 0: [time, batch, width]");
    if (coupled !== 0) this.fail("input_forget, which this library has not");
  }

  list(name: string): readonly number[] {
    const given = this.#node.attributes[name];
    return Array.isArray(given) ? given.map(Number) : [];
  }
}

/** The LSTM of a node: as it is today, or as it was in 1997. */
function lstmOf(
  node: NodeReader,
  gates: readonly Gates[],
): { layer: RecurrentLayer; gates: readonly Gates[] } {
  const names = node.functions(["Sigmoid", "Tanh", "Tanh"]).join();
  const peepholes = gates[0].peepholes !== undefined;
  const options = { peepholes, ...startOption(gates[0]) };
  if (names === "Sigmoid,Tanh,Tanh") return { layer: lstm(node.units, options), gates };
  const alpha = node.list("activation_alpha").slice(0, 2).join();
  const beta = node.list("activation_beta").slice(0, 2).join();
  const open = gates.every(({ bias, input, recurrent }) =>
    [
      bias.f.data.every((x) => x >= 20),
      [input.f, recurrent.f].every(({ data }) => data.every((x) => x === 0)),
    ].every(Boolean),
  );
  if (names !== "Sigmoid,ScaledTanh,ScaledTanh" || alpha !== "2,1" || beta !== "0.5,0.5" || !open)
    node.fail(`activations ${names} (${alpha}; ${beta}), want Sigmoid, Tanh, Tanh`);
  return { layer: lstm(node.units, { ...options, forgetGate: false }), gates };
}

function layerOf(node: NodeReader, op: string, after: boolean, gates: readonly Gates[]): RecurrentLayer {
  if (op === "LSTM") return lstmOf(node, gates).layer;
  if (op === "GRU") {
    const names = node.functions(["Sigmoid", "Tanh"]).join();
    if (names !== "Sigmoid,Tanh") node.fail(`activations ${names}, want Sigmoid, Tanh`);
    return gru(node.units, { reset: after ? "after" : "before", ...startOption(gates[0]) });
  }
  const [name] = node.functions(["Tanh"]);
  const activation = new Map(Object.entries(activations)).get(name);
  const [alpha = 1] = node.list("activation_alpha");
  const [beta = 0] = node.list("activation_beta");
  if (!activation || (activation === "identity" && (alpha !== 1 || beta !== 0)))
    return node.fail(`activation ${name}, want ${Object.keys(activations).join(", ")}`);
  return rnn(node.units, { activation, ...startOption(gates[0]) });
}

/** The layer of a recurrent node; `who` names the caller in errors. */
export function recurrentOf(who: string, node: OnnxNode, inputs: RecurrentInputs): ReadLayer {
  const reader = new NodeReader(who, node, inputs);
  reader.checkAttributes();
  const after = node.op === "GRU" && node.attributes.linear_before_reset === 1;
  const gates = Array.from({ length: reader.directions }, (_, d) => reader.gates(d, after));
  const layer = layerOf(reader, node.op, after, gates);
  if (gates.length === 1) return { layer, gates: gates[0] };
  return { layer: bidirectional(layer), forward: gates[0], backward: gates[1] };
}
