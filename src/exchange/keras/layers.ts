/**
 * Layers of Keras out of their configurations and their weights in order: kernel [inputs, G·H], recurrent
 * kernel [H, G·H], bias [G·H], gates i f c o (LSTM) and z r h (GRU; with reset_after the bias is [2,3·H]).
 */
import { DataError } from "../../wasm/errors.ts";
import type { Activation } from "../../wasm/kernels.ts";
import { bidirectional, dense, dropout, embedding } from "../../models/network/layers.ts";
import { conv, layerNorm } from "../../models/network/optional/layers.ts";
import { gru, lstm, rnn, type RecurrentLayer } from "../../models/network/recurrent-layers.ts";
import { split, type Gates } from "../nets/gates.ts";
import { rowsOf, zeros, type Matrix } from "../nets/matrix.ts";
import type { ReadLayer } from "../nets/net.ts";
import type { KerasLayer, WeightSource } from "./weights.ts";
import { fromTaps } from "../nets/taps.ts";

/** What a chain of layers ends in. */
export type Ending = "squared" | "softmax" | "bernoulli";

const activations: Readonly<Record<string, Activation>> = {
  linear: "identity",
  tanh: "tanh",
  sigmoid: "logistic",
  relu: "relu",
};
const letters = { LSTM: "ifgo", GRU: "zrn", SimpleRNN: "h" } as const;
const same = new Set(["InputLayer", "Masking", "SpatialDropout1D", "GaussianNoise", "GaussianDropout"]);

/** Builds layers one after another. */
export class KerasReader {
  /** In order. */
  readonly layers: ReadLayer[] = [];
  /** What the last layer's activation asks for. */
  ending: Ending = "squared";
  readonly #who: string;
  readonly #weights: WeightSource;
  /** The layer behind which only the last step is left. */
  #last: string | undefined;

  constructor(who: string, weights: WeightSource) {
    this.#who = who;
    this.#weights = weights;
  }

  #fail(layer: KerasLayer, what: string): never {
    throw new DataError(`${this.#who}: ${layer.kind} "${layer.name}": ${what}`);
  }

  /** Adds a layer of the file. Throws DataError on layers that this library has not. */
  add(layer: KerasLayer): void {
    if (this.ending === "softmax") this.#fail(layer, "stands behind a softmax, want the softmax at the end");
    const act = new Map(Object.entries(this.#acts)).get(layer.kind);
    if (act) return act(layer);
    if (!same.has(layer.kind))
      this.#fail(
        layer,
        `a layer that cannot be read; this library knows ${Object.keys(this.#acts).join(", ")} and Masking`,
      );
  }

  readonly #acts: Readonly<Record<string, (layer: KerasLayer) => void>> = {
    LSTM: (layer) => this.#recurrent(layer),
    GRU: (layer) => this.#recurrent(layer),
    SimpleRNN: (layer) => this.#recurrent(layer),
    Bidirectional: (layer) => this.#bidirectional(layer),
    Dense: (layer) => this.#dense(layer),
    Embedding: (layer) => this.#embedding(layer),
    Conv1D: (layer) => this.#overTime(layer, () => this.#conv(layer)),
    LayerNormalization: (layer) => this.#overTime(layer, () => this.#norm(layer)),
    TimeDistributed: (layer) => this.add(this.inner(layer, "layer")),
    Dropout: (layer) => this.#dropout(layer),
    Activation: (layer) => this.#activation(layer, layer.config.activation),
  };

  #dropout(layer: KerasLayer): void {
    const rate = Number(layer.config.rate);
    if (!(rate >= 0 && rate < 1)) this.#fail(layer, `rate ${rate}, want one from 0 to 1`);
    this.layers.push({ layer: dropout(rate) });
  }

  /** A layer on all steps. */
  #overTime(layer: KerasLayer, read: () => ReadLayer): void {
    if (this.#last) this.#fail(layer, `stands behind "${this.#last}", which gives the last step alone`);
    this.layers.push(read());
  }

  /** A layer inside a layer. */
  inner(layer: KerasLayer, key: string): KerasLayer {
    const own = layer.config[key] as { class_name?: unknown; config?: unknown } | undefined;
    const config = own?.config;
    if (typeof own?.class_name !== "string" || typeof config !== "object" || config === null)
      return this.#fail(layer, `has no ${key} inside`);
    const options = config as Record<string, unknown>;
    return { kind: own.class_name, name: `${layer.name}/${String(options.name)}`, config: options };
  }

  /** The name of a function: Keras writes it plain, or as an object. */
  #function(layer: KerasLayer, value: unknown, otherwise: string): string {
    const name =
      typeof value === "object" && value !== null ? (value as { class_name?: unknown }).class_name : value;
    if (name === undefined || name === null) return otherwise;
    return typeof name === "string" ? name : this.#fail(layer, "an activation without a name");
  }

  #units(layer: KerasLayer): number {
    const { units } = layer.config;
    if (Number.isSafeInteger(units) && (units as number) > 0) return units as number;
    return this.#fail(layer, `units is ${String(units)}`);
  }

  #want(layer: KerasLayer, what: string, matrix: Matrix, rows: number | undefined, columns: number): Matrix {
    if ((rows === undefined || matrix.rows === rows) && matrix.columns === columns) return matrix;
    return this.#fail(
      layer,
      `${what} is [${matrix.rows},${matrix.columns}], want [${rows ?? "inputs"},${columns}]`,
    );
  }

  /** Weights of one direction, and the layer they make. */
  #cell(layer: KerasLayer): { layer: RecurrentLayer; gates: Gates } {
    const kind = layer.kind as keyof typeof letters;
    const order = letters[kind];
    const { config } = layer;
    const H = this.#units(layer);
    const width = order.length * H;
    const act = this.#function(layer, config.activation, "tanh");
    const gate = this.#function(layer, config.recurrent_activation, "sigmoid");
    if (config.go_backwards === true) this.#fail(layer, "go_backwards, want Bidirectional around it");
    if (kind !== "SimpleRNN" && (act !== "tanh" || gate !== "sigmoid"))
      this.#fail(layer, `activations ${act} and ${gate}, want tanh and sigmoid`);
    const input = this.#want(layer, "kernel", this.#weights.next(layer, "kernel"), undefined, width);
    const recurrent = this.#want(
      layer,
      "recurrent_kernel",
      this.#weights.next(layer, "recurrent_kernel"),
      H,
      width,
    );
    const after = kind === "GRU" && config.reset_after === true;
    const none = zeros(recurrent.data, after ? 2 : 1, width);
    const bias = config.use_bias === false ? none : this.#weights.next(layer, "bias");
    this.#want(layer, "bias", bias, after ? 2 : 1, width);
    const gates: Gates = {
      input: split(input, order),
      recurrent: split(recurrent, order),
      bias: split(rowsOf(bias, 0, 1), order),
    };
    if (kind === "LSTM") return { layer: lstm(H, { initialState: "zero" }), gates };
    if (kind === "SimpleRNN") {
      const activation = this.#known(layer, act);
      return { layer: rnn(H, { activation, initialState: "zero" }), gates };
    }
    if (!after) return { layer: gru(H, { reset: "before", initialState: "zero" }), gates };
    const inner = split(rowsOf(bias, 1, 2), order);
    const sums = Object.fromEntries(
      Object.entries(gates.bias).map(([letter, own]) => [
        letter,
        letter === "n" ? own : { ...own, data: own.data.map((x, i) => x + inner[letter].data[i]) },
      ]),
    );
    return { layer: gru(H, { initialState: "zero" }), gates: { ...gates, bias: sums, inner: inner.n } };
  }

  #known(layer: KerasLayer, name: string): Activation {
    const activation = new Map(Object.entries(activations)).get(name);
    return (
      activation ??
      this.#fail(layer, `activation ${name}, want one of ${Object.keys(activations).join(", ")}`)
    );
  }

  #recurrent(layer: KerasLayer): void {
    if (this.#last) this.#fail(layer, `stands behind "${this.#last}", which gives the last step alone`);
    this.layers.push(this.#cell(layer));
    if (layer.config.return_sequences !== true) this.#last = layer.name;
  }

  #bidirectional(layer: KerasLayer): void {
    const forward = this.inner(layer, "layer");
    const { merge_mode: merge = "concat" } = layer.config;
    if (!Object.hasOwn(letters, forward.kind) || merge !== "concat")
      this.#fail(layer, `${forward.kind} merged by ${String(merge)}, want LSTM, GRU or SimpleRNN and concat`);
    if (forward.config.return_sequences !== true)
      this.#fail(layer, "gives one answer a sequence, out of two ends of it; want return_sequences");
    if (this.#last) this.#fail(layer, `stands behind "${this.#last}", which gives the last step alone`);
    const own = this.#cell(forward);
    const back = this.#cell({
      ...forward,
      name: `${layer.name}/backward`,
      config: { ...forward.config, go_backwards: false },
    });
    this.layers.push({ layer: bidirectional(own.layer), forward: own.gates, backward: back.gates });
  }

  #dense(layer: KerasLayer): void {
    const O = this.#units(layer);
    const W = this.#want(layer, "kernel", this.#weights.next(layer, "kernel"), undefined, O);
    const b = layer.config.use_bias === false ? undefined : this.#weights.next(layer, "bias");
    if (b) this.#want(layer, "bias", b, 1, O);
    this.layers.push({ layer: dense(O, { bias: b !== undefined }), W, b });
    this.#activation(layer, layer.config.activation);
  }

  /** An activation of the dense layer before it. */
  #activation(layer: KerasLayer, value: unknown): void {
    const name = this.#function(layer, value, "linear");
    const last = this.layers[this.layers.length - 1];
    if (!last || !("W" in last) || last.layer.type !== "dense" || last.layer.activation !== "identity")
      return this.#fail(layer, "an activation behind a layer that is not Dense");
    if (name === "softmax") this.ending = "softmax";
    else
      this.layers[this.layers.length - 1] = {
        ...last,
        layer: { ...last.layer, activation: this.#known(layer, name) },
      };
  }

  /** A number of the configuration that Keras may write as a list of one. */
  #one(layer: KerasLayer, what: string): number {
    const value = layer.config[what] ?? 1;
    const one: unknown = Array.isArray(value) && value.length === 1 ? (value as unknown[])[0] : value;
    return Number.isSafeInteger(one) ? (one as number) : this.#fail(layer, `${what} is ${String(value)}`);
  }

  #conv(layer: KerasLayer): ReadLayer {
    const { config } = layer;
    const [width, stride, dilation] = ["kernel_size", "strides", "dilation_rate"].map((what) =>
      this.#one(layer, what),
    );
    const { padding = "valid", filters: O } = config;
    if (padding !== "causal" && (padding !== "same" || stride > 1))
      this.#fail(
        layer,
        `padding "${String(padding)}" with a stride of ${stride}, want causal, or same and 1`,
      );
    if ((config.groups ?? 1) !== 1 || (config.data_format ?? "channels_last") !== "channels_last")
      this.#fail(layer, "groups, or channels first, want one group and channels last");
    const activation = this.#known(layer, this.#function(layer, config.activation, "linear"));
    const kernel = this.#weights.next(layer, "kernel");
    if (kernel.shape.length !== 3 || kernel.shape[0] !== width || kernel.columns !== O)
      this.#fail(layer, `kernel is [${kernel.shape.join()}], want [${width},inputs,${String(O)}]`);
    const b =
      config.use_bias === false ? zeros(kernel.data, 1, kernel.columns) : this.#weights.next(layer, "bias");
    this.#want(layer, "bias", b, 1, kernel.columns);
    const form = { width, stride, dilation, causal: padding === "causal", activation };
    return { layer: conv({ units: kernel.columns, ...form }), W: fromTaps(kernel, width), b };
  }

  #norm(layer: KerasLayer): ReadLayer {
    const { axis = -1, epsilon = 1e-3, center = true, scale = true } = layer.config;
    const axes = (Array.isArray(axis) ? axis : [axis]) as unknown[];
    if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== 2))
      this.#fail(layer, `normalizes axis ${String(axis)}, want the last`);
    if (scale !== true && center !== true)
      this.#fail(layer, "has neither scale nor center, and so no weights that say its width");
    const row = (what: string, given: boolean): Matrix | undefined =>
      given ? this.#weights.next(layer, what) : undefined;
    const [gamma, beta] = [row("gamma", scale === true), row("beta", center === true)];
    const like = (gamma ?? beta)!;
    const g = gamma ?? { ...zeros(like.data, 1, like.columns), data: like.data.map(() => 1) };
    const b = beta ?? zeros(like.data, 1, like.columns);
    for (const one of [g, b]) this.#want(layer, "gamma or beta", one, 1, like.columns);
    return { layer: layerNorm({ epsilon: Number(epsilon) }), g, b };
  }

  #embedding(layer: KerasLayer): void {
    const table = this.#weights.next(layer, "embeddings");
    const { input_dim: V, output_dim: F } = layer.config;
    if (table.rows !== V || table.columns !== F)
      this.#fail(layer, `embeddings are [${table.rows},${table.columns}], want [${String(V)},${String(F)}]`);
    this.layers.push({ layer: embedding(table.rows, table.columns), table });
  }
}
