/** The layers of a net as statements of C: constants, fields of the state, and the body of a step. */
import type { Activation } from "../../wasm/kernels.ts";
import { OptionError } from "../../wasm/errors.ts";
import type { DenseLayer, Layer } from "../../models/network/layers.ts";
import type {
  ConvLayer,
  FeedbackLayer,
  LayerNormLayer,
  ResidualLayer,
} from "../../models/network/optional/layers.ts";
import type { RecurrentLayer } from "../../models/network/recurrent-layers.ts";
import { inputOf } from "../../models/network/spec.ts";
import { quantize } from "../../formats/int8.ts";
import type { Matrix } from "../nets/matrix.ts";
import type { NetData } from "../nets/net.ts";
import { constant } from "./kernels.ts";
import { byteArray, realArray, type WeightKind } from "./weights.ts";

const who = "toC";

const activations: Readonly<Record<Activation, string>> = {
  identity: "identity",
  tanh: "hyperbolic",
  logistic: "logistic",
  relu: "rectified",
};

/** What a layer reads: an expression of `width` reals, or of symbols below `symbols`. */
interface Value {
  readonly at: string;
  readonly width: number;
  readonly symbols?: number;
}

/** A net, statement by statement. */
export class Program {
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
  /** Where the last layer leaves its result. */
  readonly output: Value;
  readonly #net: NetData;
  readonly #kind: WeightKind;

  constructor(net: NetData, kind: WeightKind) {
    this.#net = net;
    this.#kind = kind;
    const { columns, symbols } = inputOf(net.spec);
    let x: Value = { at: "x", width: columns, symbols };
    net.spec.layers.forEach((layer, i) => {
      x = this.#layer(layer, `${layer.type}${i + 1}`, x);
    });
    this.output = x;
  }

  #get(name: string): Matrix | undefined {
    return this.#net.parameters.get(name);
  }

  #call(name: string, ...args: (string | number)[]): void {
    this.used.add(name);
    this.step.push(`${name}(${args.join(", ")});`);
  }

  /** A field of the state with this many reals. */
  #field(name: string, reals: number): string {
    const id = name.replaceAll(".", "_");
    this.fields.set(id, reals);
    return `s->${id}`;
  }

  /** A constant array of reals; its name. */
  #reals(name: string): string | undefined {
    const matrix = this.#get(name);
    if (!matrix) return undefined;
    const id = name.replaceAll(".", "_");
    this.constants.push(realArray(id, matrix.data));
    this.bytes += 4 * matrix.data.length;
    return id;
  }

  /** The constants of a matrix; its name. */
  #matrix(name: string): string {
    const id = name.replaceAll(".", "_");
    if (this.#kind === "float32") return this.#reals(name)!;
    const matrix = this.#get(name)!;
    const { values, scale, error } = quantize(matrix);
    this.constants.push(byteArray(id, values), realArray(`${id}_scale`, scale));
    this.bytes += values.length + 4 * scale.length;
    const [largest, relative] = [error.largest, error.relative].map((e) => e.toPrecision(2));
    this.errors.push(`${name}: at most ${largest} a weight, ${relative} of their size in the mean square`);
    return id;
  }

  /** y += x·W, for `columns` columns of W from `from` on; W is `width` wide. */
  #product(x: Value, id: string, width: number, y: string, { from = 0, columns = width } = {}): void {
    const at = (name: string): string => (from ? `${name} + ${from}` : name);
    if (this.#kind === "float32") this.#call("product", x.width, columns, width, x.at, at(id), y);
    else this.#call("product8", x.width, columns, width, x.at, at(id), at(`${id}_scale`), y);
  }

  /** y [width] = row x[i] of a matrix. */
  #row(index: string, id: string, width: number, y: string): void {
    const row = `${id} + ${width} * ${index}`;
    if (this.#kind === "float32") this.#call("copy", width, row, y);
    else this.#call("copy8", width, row, `${id}_scale`, y);
  }

  /** y [width] = bias + x·W; y holds the bias, which stands in `b`, or zeros. */
  #affine(x: Value, id: string, width: number, b: string | undefined, y: string): void {
    if (x.symbols === undefined) return this.#product(x, id, width, y);
    this.#row(`${x.at}[0]`, id, width, y);
    if (b) this.#call("add", width, b, y);
  }

  #dense(layer: DenseLayer, name: string, x: Value): Value {
    const O = layer.units;
    const W = this.#matrix(`${name}.W`);
    const b = this.#reals(`${name}.b`);
    const y = this.#field(name, O);
    if (b) this.#call("copy", O, b, y);
    else this.step.push(`memset(${y}, 0, sizeof ${y});`);
    this.#affine(x, W, O, b, y);
    return this.#activated(layer.activation, { at: y, width: O });
  }

  /** f(x) in the place of x. */
  #activated(activation: Activation, x: Value): Value {
    if (activation === "identity") return x;
    const f = activations[activation];
    this.used.add(f);
    this.#call("apply", x.width, f, x.at);
    return x;
  }

  /** States before the first step. */
  #start(layer: RecurrentLayer, name: string, blocks: readonly string[]): void {
    const H = layer.units;
    const state = this.#reals(`${name}.state`);
    blocks.forEach((block, i) => {
      if (!state) return;
      this.used.add("copy");
      this.reset.push(`copy(${H}, ${state} + ${i * H}, ${block});`);
    });
    (layer.given ?? []).forEach((column, i) => {
      this.reset.push(`${blocks[Math.floor(column / H)]}[${column % H}] = initial[${i}];`);
    });
  }

  #recurrent(layer: RecurrentLayer, name: string, x: Value): Value {
    const H = layer.units;
    const Wx = this.#matrix(`${name}.Wx`);
    const Wh = this.#matrix(`${name}.Wh`);
    const b = this.#reals(`${name}.b`)!;
    const G = this.#get(`${name}.b`)!.columns;
    const h = this.#field(`${name}_h`, H);
    const old: Value = { at: h, width: H };
    const pre = this.#field(`${name}_pre`, G);
    this.#call("copy", G, b, pre);
    this.#affine(x, Wx, this.#get(`${name}.Wx`)!.columns, b, pre);
    const c = layer.type === "lstm" ? this.#field(`${name}_c`, H) : undefined;
    if (layer.type === "lstm") {
      this.#product(old, Wh, G, pre);
      const peep = this.#reals(`${name}.peep`) ?? "0";
      this.#call(layer.forgetGate ? "lstm_step" : "lstm1997_step", H, pre, peep, h, c!);
    } else if (layer.type === "rnn") {
      this.#product(old, Wh, G, pre);
      const f = activations[layer.activation];
      this.used.add(f);
      if (layer.leak === 1) this.#call("rnn_step", H, f, pre, h);
      else this.#call("leaky_step", H, f, constant(layer.leak), constant(1 - layer.leak), pre, h);
    } else if (layer.reset === "after") {
      this.#product(old, Wh, 3 * H, `${pre} + ${H}`);
      this.#call("gru_step", H, pre, h);
    } else {
      const q = this.#field(`${name}_q`, H);
      this.#product(old, Wh, 3 * H, pre, { columns: 2 * H });
      this.#call("gru_reset", H, pre, h, q);
      this.#product({ at: q, width: H }, Wh, 3 * H, `${pre} + ${2 * H}`, { from: 2 * H, columns: H });
      this.#call("gru_blend", H, pre, h);
    }
    this.#start(layer, name, c ? [h, c] : [h]);
    return { at: h, width: H };
  }

  /** The last `taps` inputs, newest first. */
  #delayTaps(taps: number, name: string, x: Value): Value {
    const F = x.width;
    const y = this.#field(name, taps * F);
    if (taps > 1) this.step.push(`memmove(${y} + ${F}, ${y}, ${(taps - 1) * F} * sizeof(float));`);
    this.#call("copy", F, x.at, y);
    return { at: y, width: taps * F };
  }

  /** A causal convolution: each tap is a product with an input of the past. */
  #conv(layer: ConvLayer, name: string, x: Value): Value {
    const { units: O, width, dilation, stride, causal } = layer;
    if (!causal) throw this.#whole(name);
    if (stride > 1)
      throw new OptionError(
        `${who}: layer "${name}" has stride ${stride}, and C code gives an output a step`,
      );
    const reach = (width - 1) * dilation;
    const past = this.#delayTaps(reach + 1, `${name}.past`, x);
    const W = this.#matrix(`${name}.W`);
    const y = this.#field(name, O);
    this.#call("copy", O, this.#reals(`${name}.b`)!, y);
    for (let j = 0; j < width; ++j) {
      const tap = { at: `${past.at} + ${(reach - j * dilation) * x.width}`, width: x.width };
      this.#product(tap, W, width * O, y, { from: j * O, columns: O });
    }
    return this.#activated(layer.activation, { at: y, width: O });
  }

  #layerNorm({ epsilon }: LayerNormLayer, name: string, x: Value): Value {
    const y = this.#field(name, x.width);
    const [g, b] = [this.#reals(`${name}.g`)!, this.#reals(`${name}.b`)!];
    this.#call("layer_norm", x.width, epsilon.toPrecision(17), x.at, g, b, y);
    return { at: y, width: x.width };
  }

  /** What layers make of x, added to x. */
  #residual({ layers }: ResidualLayer, name: string, x: Value): Value {
    const inner = layers.reduce((y, layer, i) => this.#layer(layer, `${name}.${layer.type}${i + 1}`, y), x);
    const y = this.#field(name, x.width);
    this.#call("copy", x.width, x.at, y);
    this.#call("add", x.width, inner.at, y);
    return { at: y, width: x.width };
  }

  /** The last units of a recurrent layer. */
  #feedback({ layer, outputs }: FeedbackLayer, name: string, x: Value): Value {
    const { at, width } = this.#layer(layer, name, x);
    return { at: `${at} + ${width - outputs}`, width: outputs };
  }

  /** A gated linear unit: one dense layer times the logistic function of another. */
  #glu(units: number, name: string, x: Value): Value {
    const plain = { type: "dense", units, bias: true, activation: "identity" } as const;
    const gate = this.#dense({ ...plain, activation: "logistic" }, `${name}.gate`, x);
    const y = this.#dense(plain, name, x);
    this.#call("multiply", units, gate.at, y.at);
    return y;
  }

  #whole(name: string): OptionError {
    return new OptionError(
      `${who}: layer "${name}" needs whole sequences, and C code of this kind takes a step at a time`,
    );
  }

  #embedding(name: string, x: Value): Value {
    const F = this.#get(`${name}.table`)!.columns;
    const table = this.#matrix(`${name}.table`);
    const y = this.#field(name, x.width * F);
    for (let i = 0; i < x.width; ++i) this.#row(`x[${i}]`, table, F, i ? `${y} + ${i * F}` : y);
    return { at: y, width: x.width * F };
  }

  #skip(layer: DenseLayer, name: string, x: Value): Value {
    const { at, width } = this.#dense(layer, name, x);
    const y = this.#field(`${name}_both`, width + x.width);
    this.#call("copy", width, at, y);
    this.#call("copy", x.width, x.at, `${y} + ${width}`);
    return { at: y, width: width + x.width };
  }

  #layer(layer: Layer, name: string, x: Value): Value {
    switch (layer.type) {
      case "dense":
        return this.#dense(layer, name, x);
      case "skip":
        return this.#skip(layer.layer, name, x);
      case "lstm":
      case "gru":
      case "rnn":
        return this.#recurrent(layer, name, x);
      case "delayTaps":
        return this.#delayTaps(layer.taps, name, x);
      case "embedding":
        return this.#embedding(name, x);
      case "dropout":
        return x;
      case "conv":
        return this.#conv(layer, name, x);
      case "layerNorm":
        return this.#layerNorm(layer, name, x);
      case "residual":
        return this.#residual(layer, name, x);
      case "feedback":
        return this.#feedback(layer, name, x);
      case "glu":
        return this.#glu(layer.units, name, x);
      case "bidirectional":
      case "subsample":
        throw this.#whole(name);
      default:
        throw new OptionError(`${who}: layer "${name}" cannot be written as C`);
    }
  }
}
