/** The layers of a net as statements of C. */
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
import type { NetData } from "../nets/net.ts";
import { activations, Code, type Value } from "./code.ts";
import { constant } from "./kernels.ts";
import type { WeightKind } from "./weights.ts";

const who = "toC";

/** A net, statement by statement. */
export class Program {
  /** What it has become. */
  readonly code: Code;
  /** Where the last layer leaves its result. */
  readonly output: Value;

  constructor(net: NetData, kind: WeightKind) {
    this.code = new Code(net.parameters, kind);
    const { columns, symbols } = inputOf(net.spec);
    let x: Value = { at: "x", width: columns, symbols };
    net.spec.layers.forEach((layer, i) => {
      x = this.#layer(layer, `${layer.type}${i + 1}`, x);
    });
    this.output = x;
  }

  #dense(layer: DenseLayer, name: string, x: Value): Value {
    const O = layer.units;
    const W = this.code.matrix(`${name}.W`);
    const b = this.code.reals(`${name}.b`);
    const y = this.code.field(name, O);
    if (b) this.code.call("copy", O, b, y);
    else this.code.step.push(`memset(${y}, 0, sizeof ${y});`);
    this.code.affine(x, W, O, b, y);
    return this.code.activated(layer.activation, { at: y, width: O });
  }

  /** States before the first step. */
  #start(layer: RecurrentLayer, name: string, blocks: readonly string[]): void {
    const H = layer.units;
    const state = this.code.reals(`${name}.state`);
    blocks.forEach((block, i) => {
      if (!state) return;
      this.code.used.add("copy");
      this.code.reset.push(`copy(${H}, ${state} + ${i * H}, ${block});`);
    });
    (layer.given ?? []).forEach((column, i) => {
      this.code.reset.push(`${blocks[Math.floor(column / H)]}[${column % H}] = initial[${i}];`);
    });
  }

  #recurrent(layer: RecurrentLayer, name: string, x: Value): Value {
    const H = layer.units;
    const Wx = this.code.matrix(`${name}.Wx`);
    const Wh = this.code.matrix(`${name}.Wh`);
    const b = this.code.reals(`${name}.b`)!;
    const G = this.code.get(`${name}.b`)!.columns;
    const h = this.code.field(`${name}_h`, H);
    const old: Value = { at: h, width: H };
    const pre = this.code.field(`${name}_pre`, G);
    this.code.call("copy", G, b, pre);
    this.code.affine(x, Wx, this.code.get(`${name}.Wx`)!.columns, b, pre);
    const c = layer.type === "lstm" ? this.code.field(`${name}_c`, H) : undefined;
    if (layer.type === "lstm") {
      this.code.product(old, Wh, G, pre);
      const peep = this.code.reals(`${name}.peep`) ?? "0";
      this.code.call(layer.forgetGate ? "lstm_step" : "lstm1997_step", H, pre, peep, h, c!);
    } else if (layer.type === "rnn") {
      this.code.product(old, Wh, G, pre);
      const f = activations[layer.activation];
      this.code.used.add(f);
      if (layer.leak === 1) this.code.call("rnn_step", H, f, pre, h);
      else this.code.call("leaky_step", H, f, constant(layer.leak), constant(1 - layer.leak), pre, h);
    } else if (layer.reset === "after") {
      this.code.product(old, Wh, 3 * H, `${pre} + ${H}`);
      this.code.call("gru_step", H, pre, h);
    } else {
      const q = this.code.field(`${name}_q`, H);
      this.code.product(old, Wh, 3 * H, pre, { columns: 2 * H });
      this.code.call("gru_reset", H, pre, h, q);
      this.code.product({ at: q, width: H }, Wh, 3 * H, `${pre} + ${2 * H}`, { from: 2 * H, columns: H });
      this.code.call("gru_blend", H, pre, h);
    }
    this.#start(layer, name, c ? [h, c] : [h]);
    return { at: h, width: H };
  }

  /** The last `taps` inputs, newest first. */
  #delayTaps(taps: number, name: string, x: Value): Value {
    const F = x.width;
    const y = this.code.field(name, taps * F);
    if (taps > 1) this.code.step.push(`memmove(${y} + ${F}, ${y}, ${(taps - 1) * F} * sizeof(float));`);
    this.code.call("copy", F, x.at, y);
    return { at: y, width: taps * F };
  }

  /**
   * A causal convolution: each tap is a product with an input of the past. With a stride, all that follows
   * waits for its next output.
   */
  #conv(layer: ConvLayer, name: string, x: Value): Value {
    const { units: O, width, dilation, stride, causal } = layer;
    if (!causal) throw this.#whole(name);
    const reach = (width - 1) * dilation;
    const past = this.#delayTaps(reach + 1, `${name}.past`, x);
    if (stride > 1) this.code.every(stride, `${name}.wait`);
    const W = this.code.matrix(`${name}.W`);
    const y = this.code.field(name, O);
    this.code.call("copy", O, this.code.reals(`${name}.b`)!, y);
    for (let j = 0; j < width; ++j) {
      const tap = { at: `${past.at} + ${(reach - j * dilation) * x.width}`, width: x.width };
      this.code.product(tap, W, width * O, y, { from: j * O, columns: O });
    }
    return this.code.activated(layer.activation, { at: y, width: O });
  }

  #layerNorm({ epsilon }: LayerNormLayer, name: string, x: Value): Value {
    const y = this.code.field(name, x.width);
    const [g, b] = [this.code.reals(`${name}.g`)!, this.code.reals(`${name}.b`)!];
    this.code.call("layer_norm", x.width, epsilon.toPrecision(17), x.at, g, b, y);
    return { at: y, width: x.width };
  }

  /** What layers make of x, added to x. */
  #residual({ layers }: ResidualLayer, name: string, x: Value): Value {
    const inner = layers.reduce((y, layer, i) => this.#layer(layer, `${name}.${layer.type}${i + 1}`, y), x);
    const y = this.code.field(name, x.width);
    this.code.call("copy", x.width, x.at, y);
    this.code.call("add", x.width, inner.at, y);
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
    this.code.call("multiply", units, gate.at, y.at);
    return y;
  }

  #whole(name: string): OptionError {
    return new OptionError(
      `${who}: layer "${name}" needs whole sequences, and C code of this kind takes a step at a time`,
    );
  }

  #embedding(name: string, x: Value): Value {
    const F = this.code.get(`${name}.table`)!.columns;
    const table = this.code.matrix(`${name}.table`);
    const y = this.code.field(name, x.width * F);
    for (let i = 0; i < x.width; ++i) this.code.row(`x[${i}]`, table, F, i ? `${y} + ${i * F}` : y);
    return { at: y, width: x.width * F };
  }

  #skip(layer: DenseLayer, name: string, x: Value): Value {
    const { at, width } = this.#dense(layer, name, x);
    const y = this.code.field(`${name}_both`, width + x.width);
    this.code.call("copy", width, at, y);
    this.code.call("copy", x.width, x.at, `${y} + ${width}`);
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
      case "bidirectional":
      case "subsample":
        throw this.#whole(name);
      default:
        return this.#optional(layer, name, x);
    }
  }

  #optional(layer: Layer, name: string, x: Value): Value {
    switch (layer.type) {
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
      default:
        throw new OptionError(`${who}: layer "${name}" cannot be written as C`);
    }
  }
}
