/** The nodes of an ONNX graph for the layers of a net. Between layers values are [time, batch, width]. */
import { OptionError } from "../../wasm/errors.ts";
import type { DenseLayer, Layer } from "../../models/network/layers.ts";
import type { RecurrentLayer } from "../../models/network/recurrent-layers.ts";
import { inputOf } from "../../models/network/spec.ts";
import { gatesOf, type Gates } from "../nets/gates.ts";
import { beside, zeros, type Matrix } from "../nets/matrix.ts";
import type { NetData } from "../nets/net.ts";
import type { ConvLayer } from "../../models/network/optional/layers.ts";
import { paddingOf, toChannels } from "../nets/taps.ts";
import type { Attribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./model.ts";
import { onnxRecurrent } from "./recurrent.ts";

const activations = { tanh: "Tanh", logistic: "Sigmoid", relu: "Relu" } as const;
/** Past the end of any sequence. */
const END = 2 ** 31 - 1;

/** Writes a graph, layer after layer. */
export class GraphWriter {
  readonly #who: string;
  readonly #net: NetData;
  readonly #streams: boolean;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  readonly #start: Record<string, number[]> = {};
  #x = "x";
  #width: number;
  /** The values are whole numbers, symbols below this. */
  #symbols: number | undefined;

  /** `streams`: states go in and come out. */
  constructor(who: string, net: NetData, streams: boolean) {
    this.#who = who;
    this.#net = net;
    this.#streams = streams;
    const { columns, symbols } = inputOf(net.spec);
    this.#width = columns;
    this.#symbols = symbols;
    const flat = symbols !== undefined && columns === 1;
    const shape = flat ? ["batch", "time"] : ["batch", "time", columns];
    this.#inputs.push({ name: "x", dtype: symbols === undefined ? "float32" : "int64", shape });
    this.apply("Transpose", { perm: flat ? [1, 0] : [1, 0, 2] });
    net.spec.layers.forEach((layer, i) => this.#layer(layer, `${layer.type}${i + 1}`));
  }

  /** The model, once all is applied. */
  finish(): OnnxModel {
    this.#node("Transpose", [this.#x], ["y"], { perm: [1, 0, 2] });
    return {
      nodes: this.#nodes,
      constants: this.#constants,
      inputs: this.#inputs,
      outputs: [{ name: "y", dtype: "float32", shape: ["batch", "steps", this.#width] }, ...this.#outputs],
      metadata: this.#streams ? { "unrolled.start": JSON.stringify(this.#start) } : {},
    };
  }

  #node(op: string, inputs: string[], outputs: string[], attributes: Record<string, Attribute> = {}): string {
    this.#nodes.push({ op, inputs, outputs, attributes });
    return outputs[0];
  }

  /** The value of an operator on others. */
  #value(op: string, inputs: string[], attributes: Record<string, Attribute> = {}): string {
    return this.#node(op, inputs, [`${op.toLowerCase()}_${this.#nodes.length}`], attributes);
  }

  /** An operator on what the layers have made so far. */
  apply(op: string, attributes: Record<string, Attribute> = {}, ...more: string[]): void {
    this.#x = this.#value(op, [this.#x, ...more], attributes);
  }

  #reals(name: string, parts: readonly Matrix[], shape: readonly number[]): string {
    const data = Float32Array.from(parts.flatMap((part) => Array.from(part.data)));
    this.#constants.set(name, { shape, dtype: "float32", data });
    return name;
  }
  #wholes(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const name = `sizes_${this.#constants.size}`;
    this.#constants.set(name, { shape, dtype: "int64", data: BigInt64Array.from(values, BigInt) });
    return name;
  }
  #get(name: string): Matrix | undefined {
    return this.#net.parameters.get(name);
  }
  #shape(value: string, from: number): string {
    return this.#value("Slice", [
      this.#value("Shape", [value]),
      this.#wholes([from]),
      this.#wholes([from + 1]),
    ]);
  }

  #dense(layer: DenseLayer, name: string): void {
    const W = this.#get(`${name}.W`)!;
    const b = this.#get(`${name}.b`);
    const weight = this.#reals(`${name}.W`, [W], [W.rows, W.columns]);
    if (this.#symbols === undefined) this.apply("MatMul", {}, weight);
    else this.#x = this.#value("Gather", [weight, this.#x], { axis: 0 });
    if (b) this.apply("Add", {}, this.#reals(`${name}.b`, [b], [b.columns]));
    if (layer.activation !== "identity") this.apply(activations[layer.activation]);
    this.#width = layer.units;
    this.#symbols = undefined;
  }

  #embedding(name: string): void {
    const table = this.#get(`${name}.table`)!;
    const constant = this.#reals(`${name}.table`, [table], [table.rows, table.columns]);
    this.#x = this.#value("Gather", [constant, this.#x], { axis: 0 });
    if (this.#width > 1) this.apply("Reshape", {}, this.#wholes([0, 0, this.#width * table.columns]));
    this.#width *= table.columns;
    this.#symbols = undefined;
  }

  /** Symbols as rows of one 1 and zeros. */
  #oneHot(): void {
    if (this.#symbols === undefined) return;
    this.#constants.set("off_on", { shape: [2], dtype: "float32", data: Float32Array.of(0, 1) });
    this.apply("OneHot", { axis: -1 }, this.#wholes([this.#symbols], []), "off_on");
    this.#width = this.#symbols;
    this.#symbols = undefined;
  }

  /** A state before the first step [directions,batch,H], or "" where it is 0. */
  #state(name: string, letter: string, H: number, rows: readonly (Matrix | undefined)[]): string {
    const like = [...this.#net.parameters.values()][0].data;
    const row = beside(rows.map((one) => one ?? zeros(like, 1, H)));
    if (this.#streams) {
      const input = `${name}.${letter}0`;
      this.#inputs.push({ name: input, dtype: "float32", shape: [rows.length, "batch", H] });
      this.#outputs.push({ name: `${name}.${letter}`, dtype: "float32", shape: [rows.length, "batch", H] });
      this.#start[input] = Array.from(row.data);
      return input;
    }
    if (!rows.some(Boolean)) return "";
    const constant = this.#reals(`${name}.${letter}0`, [row], [rows.length, 1, H]);
    const sizes = [this.#wholes([rows.length]), this.#shape(this.#x, 1), this.#wholes([H])];
    return this.#value("Expand", [constant, this.#value("Concat", sizes, { axis: 0 })]);
  }

  #recurrent(layer: RecurrentLayer, name: string, directions: readonly Gates[]): void {
    if (layer.type === "rnn" && layer.leak !== 1)
      throw new OptionError(`${this.#who}: layer "${name}" leaks, and ONNX has no leaky units; want leak 1`);
    if (layer.given?.length && !this.#streams)
      throw new OptionError(`${this.#who}: layer "${name}" starts from data; want states: "inputs"`);
    this.#oneHot();
    const H = layer.units;
    const D = directions.length;
    const { op, attributes, W, R, B, P } = onnxRecurrent(layer, directions);
    const h = this.#state(
      name,
      "h",
      H,
      directions.map(({ start }) => start?.h),
    );
    const c =
      op === "LSTM"
        ? this.#state(
            name,
            "c",
            H,
            directions.map(({ start }) => start?.c),
          )
        : "";
    const inputs = [
      this.#x,
      this.#reals(`${name}.W`, W, [D, W[0].rows, W[0].columns]),
      this.#reals(`${name}.R`, R, [D, R[0].rows, R[0].columns]),
      this.#reals(`${name}.B`, B, [D, B[0].columns]),
      "",
      h,
    ];
    if (op === "LSTM") inputs.push(c, ...(P ? [this.#reals(`${name}.P`, P, [D, P[0].columns])] : []));
    while (inputs[inputs.length - 1] === "") inputs.pop();
    const outputs = [`${name}.y`];
    if (this.#streams) outputs.push(`${name}.h`, ...(op === "LSTM" ? [`${name}.c`] : []));
    this.#x = this.#node(op, inputs, outputs, attributes);
    if (D === 1) this.apply("Squeeze", {}, this.#wholes([1]));
    else {
      this.apply("Transpose", { perm: [0, 2, 1, 3] });
      this.apply("Reshape", {}, this.#wholes([0, 0, D * H]));
    }
    this.#width = D * H;
  }

  /** The last rows side by side: the sequence behind its past, cut at each delay. */
  #delayTaps(taps: number, name: string): void {
    const past = taps - 1;
    if (past === 0) return;
    if (this.#streams) this.#behindPast(name, past);
    else this.apply("Pad", { mode: "constant" }, this.#wholes([past, 0, 0, 0, 0, 0]));
    const all = this.#x;
    const cut = (from: number, to: number): string[] => [
      all,
      this.#wholes([from]),
      this.#wholes([to]),
      this.#wholes([0]),
    ];
    const rows = Array.from({ length: taps }, (_, k) =>
      this.#value("Slice", cut(past - k, k === 0 ? END : -k)),
    );
    this.#x = this.#value("Concat", rows, { axis: 2 });
    this.#width *= taps;
  }

  /** A convolution over time: [batch, width, time] inside. Its past goes in and comes out as a state. */
  #conv(layer: ConvLayer, name: string): void {
    const { units: O, width, stride, dilation, activation } = layer;
    const reach = (width - 1) * dilation;
    const carries = this.#streams && reach > 0;
    if (carries) this.#behindPast(name, reach);
    const kernels = toChannels(this.#get(`${name}.W`)!, width);
    const b = this.#get(`${name}.b`)!;
    const W = this.#reals(`${name}.W`, [kernels], [O, this.#width, width]);
    this.apply("Transpose", { perm: [1, 2, 0] });
    const pads = carries ? [0, 0] : [...paddingOf(layer)];
    const form = { kernel_shape: [width], strides: [stride], dilations: [dilation], pads };
    this.apply("Conv", form, W, this.#reals(`${name}.b`, [b], [O]));
    this.apply("Transpose", { perm: [2, 0, 1] });
    if (activation !== "identity") this.apply(activations[activation]);
    this.#width = O;
  }

  /** The sequence behind its last `steps` of the run before, which are a state. */
  #behindPast(name: string, steps: number): void {
    const shape = [steps, "batch", this.#width];
    this.#inputs.push({ name: `${name}.past0`, dtype: "float32", shape });
    this.#outputs.push({ name: `${name}.past`, dtype: "float32", shape });
    this.#start[`${name}.past0`] = new Array<number>(steps * this.#width).fill(0);
    this.#x = this.#value("Concat", [`${name}.past0`, this.#x], { axis: 0 });
    const cut = [this.#x, this.#wholes([-steps]), this.#wholes([END]), this.#wholes([0])];
    this.#node("Slice", cut, [`${name}.past`]);
  }

  /** k steps side by side, zeros behind the last. */
  #subsample(k: number): void {
    const size = this.#wholes([k]);
    const rest = this.#value("Mod", [this.#shape(this.#x, 0), size]);
    const missing = this.#value("Mod", [this.#value("Sub", [size, rest]), size]);
    const pads = this.#value("Concat", [this.#wholes([0, 0, 0]), missing, this.#wholes([0, 0])], { axis: 0 });
    this.apply("Pad", { mode: "constant" }, pads);
    const sizes = [this.#wholes([-1, k]), this.#shape(this.#x, 1), this.#wholes([this.#width])];
    this.apply("Reshape", {}, this.#value("Concat", sizes, { axis: 0 }));
    this.apply("Transpose", { perm: [0, 2, 1, 3] });
    this.#width *= k;
    this.apply("Reshape", {}, this.#wholes([0, 0, this.#width]));
  }

  #layer(layer: Layer, name: string): void {
    const gates = (one: RecurrentLayer, path: string): Gates => gatesOf(one, path, this.#net.parameters);
    switch (layer.type) {
      case "dense":
        return this.#dense(layer, name);
      case "lstm":
      case "gru":
      case "rnn":
        return this.#recurrent(layer, name, [gates(layer, name)]);
      case "bidirectional":
        return this.#recurrent(layer.layer, name, [
          gates(layer.layer, `${name}.forward`),
          gates(layer.layer, `${name}.backward`),
        ]);
      case "embedding":
        return this.#embedding(name);
      case "delayTaps":
        return this.#delayTaps(layer.taps, name);
      case "subsample":
        return this.#subsample(layer.steps);
      case "skip": {
        const [before, width] = [this.#x, this.#width];
        this.#dense(layer.layer, name);
        this.apply("Concat", { axis: 2 }, before);
        this.#width += width;
        return;
      }
      case "layerNorm": {
        const [g, b] = ["g", "b"].map((role) => {
          const row = this.#get(`${name}.${role}`)!;
          return this.#reals(`${name}.${role}`, [row], [row.columns]);
        });
        return this.apply("LayerNormalization", { axis: -1, epsilon: layer.epsilon }, g, b);
      }
      case "conv":
        return this.#conv(layer, name);
      case "dropout":
        return;
      default:
        throw new OptionError(`${this.#who}: layer "${name}" cannot be written as ONNX`);
    }
  }
}
