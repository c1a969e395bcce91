/** Layers that few nets use, as plain data: norms, residual connections and blocks, convolution, pooling. */
import { OptionError, inRange, knownOptions, oneOf, show, whole } from "../../../wasm/errors.ts";
import type { Activation } from "../../../wasm/kernels.ts";
import type { PoolKind } from "../../../ops/optional/pool.ts";
import { dropout, type Layer } from "../layers.ts";
import { activations, type RecurrentLayer } from "../recurrent-layers.ts";
import type { OptionalRecurrentLayer } from "./recurrent-layers.ts";
import type { SoftWindowLayer } from "./soft-window-layer.ts";

/** Each step's values brought to mean 0 and variance 1, as `layerNorm` makes it. */
export interface LayerNormLayer {
  /** The kind of layer. */
  readonly type: "layerNorm";
  /** Added to the variance. */
  readonly epsilon: number;
}
/** Layers with a way past them, as `residual` makes it. */
export interface ResidualLayer {
  /** The kind of layer. */
  readonly type: "residual";
  /** What is added to their input; they keep width and time. */
  readonly layers: readonly Layer[];
}
/** A convolution over time, as `conv` makes it. */
export interface ConvLayer {
  /** The kind of layer. */
  readonly type: "conv";
  /** O, the width of its outputs. */
  readonly units: number;
  /** Taps. */
  readonly width: number;
  /** Steps from one output to the next. */
  readonly stride: number;
  /** Steps from one tap to the next. */
  readonly dilation: number;
  /** Whether it reads no later step. */
  readonly causal: boolean;
  /** Of its outputs, element by element. */
  readonly activation: Activation;
}
/** One step from many, as `pool` makes it. */
export interface PoolLayer {
  /** The kind of layer. */
  readonly type: "pool";
  /** What the steps of a window become. */
  readonly kind: PoolKind;
  /** Steps a window; without it the whole sequence is one. */
  readonly width?: number;
}
/** A weighted mean over time, as `attention` makes it. */
export interface AttentionLayer {
  /** The kind of layer. */
  readonly type: "attention";
  /** Units of the layer that scores the steps. */
  readonly units: number;
}
/** Output units with states, as `feedback` makes them. */
export interface FeedbackLayer {
  /** The kind of layer. */
  readonly type: "feedback";
  /** Hidden and output units; the output units are the last. */
  readonly layer: RecurrentLayer | OptionalRecurrentLayer;
  /** How many of them are output units: the width of its outputs. */
  readonly outputs: number;
}
/** A dense layer that another one gates, as `glu` makes it. */
export interface GluLayer {
  /** The kind of layer. */
  readonly type: "glu";
  /** The width of its outputs. */
  readonly units: number;
}
/** Any of them. */
export type OptionalLayer =
  | SoftWindowLayer
  | LayerNormLayer
  | ResidualLayer
  | ConvLayer
  | PoolLayer
  | AttentionLayer
  | GluLayer
  | FeedbackLayer
  | OptionalRecurrentLayer;

/** Steps that a convolution may look back: what streams keep of the past. */
const REACH = 2 ** 16;
const MAX_DEPTH = 16;
const recurrentTypes = ["rnn", "lstm", "gru", "minGru", "minLstm", "lru", "lem", "slstm"];

/** y = g ⊙ (x - mean)/√(variance + epsilon) + b over the values of each step (Ba et al. 2016). */
export function layerNorm(options: { epsilon?: number } = {}): LayerNormLayer {
  knownOptions("layerNorm", options, ["epsilon"]);
  return { type: "layerNorm", epsilon: inRange("layerNorm", "epsilon", options.epsilon ?? 1e-5, 1e-12, 1) };
}

const depthOf = (layers: readonly unknown[]): number => {
  let depth = 1;
  for (let level = layers; depth <= MAX_DEPTH; ++depth) {
    level = level.flatMap((layer) => {
      const inner = (layer as { layers?: unknown } | null)?.layers;
      return Array.isArray(inner) ? (inner as unknown[]) : [];
    });
    if (level.length === 0) break;
  }
  return depth;
};

const changesTime = (layer: Layer): boolean =>
  ["subsample", "pool", "attention"].includes(layer?.type) || (layer?.type === "conv" && layer.stride > 1);

/** y = x + f(x), f the layers one after another: they keep width and time (He et al. 2016). */
export function residual(layers: readonly Layer[]): ResidualLayer {
  if (!Array.isArray(layers) || layers.length === 0)
    throw new OptionError(`residual: layers is ${show(layers)}, want a list of at least one layer`);
  if (depthOf(layers) > MAX_DEPTH)
    throw new OptionError(`residual: more than ${MAX_DEPTH} inside one another, want fewer`);
  const changing = (layers as readonly Layer[]).find(changesTime);
  if (changing)
    throw new OptionError(`residual: ${changing.type} changes the number of steps, want layers that keep it`);
  return { type: "residual", layers };
}

/**
 * y_s = f(b + Σ_j x_{s·stride + j·dilation - pad}·W_j), zeros outside the sequence, f the activation.
 * causal: no later step is read, so that it streams; else as many on either side ("same"). ⌈T/stride⌉ steps.
 * Throws OptionError.
 */
export function conv(options: {
  units: number;
  width: number;
  stride?: number;
  dilation?: number;
  causal?: boolean;
  activation?: Activation;
}): ConvLayer {
  knownOptions("conv", options, ["units", "width", "stride", "dilation", "causal", "activation"]);
  const { units, width, stride = 1, dilation = 1, causal = false, activation = "identity" } = options;
  whole("conv", "units", units, 1);
  whole("conv", "width", width, 1, REACH);
  whole("conv", "stride", stride, 1, REACH);
  whole("conv", "dilation", dilation, 1, REACH);
  if ((width - 1) * dilation > REACH)
    throw new OptionError(`conv: width ${width} with dilation ${dilation} reaches beyond ${REACH} steps`);
  if (typeof causal !== "boolean")
    throw new OptionError(`conv: causal is ${show(causal)}, want true or false`);
  oneOf("conv", "activation", activation, activations);
  return { type: "conv", units, width, stride, dilation, causal, activation };
}

/**
 * The last step, the mean or the maximum of a sequence, which then is one step; with `width` of each window
 * of so many steps, by default the maximum. Throws OptionError.
 */
export function pool(over: PoolKind | { width: number; kind?: PoolKind }): PoolLayer {
  const kinds = ["last", "mean", "max"] as const;
  if (typeof over !== "object" || over === null)
    return { type: "pool", kind: oneOf("pool", "kind", over, kinds) };
  knownOptions("pool", over, ["width", "kind"]);
  const kind = oneOf("pool", "kind", over.kind ?? "max", kinds);
  return { type: "pool", kind, width: whole("pool", "width", over.width, 1) };
}

/**
 * y = Σ_t α_t·x_t, α = softmax over a sequence's steps of v·tanh(x_t·W + b): one step from many, weighted by
 * what they hold (Bahdanau et al. 2015). units: of W. Throws OptionError.
 */
export function attention(options: { units: number }): AttentionLayer {
  knownOptions("attention", options, ["units"]);
  return { type: "attention", units: whole("attention", "units", options.units, 1) };
}

/**
 * Output units with states of their own, beside hidden ones: of a recurrent layer's units the last `outputs`.
 * All units, hidden and output, feed all units of the next step and have initial states; later layers and the
 * loss see the output units alone (Williams & Zipser 1989). Throws OptionError.
 */
export function feedback(
  layer: RecurrentLayer | OptionalRecurrentLayer,
  options: { outputs: number },
): FeedbackLayer {
  knownOptions("feedback", options, ["outputs"]);
  if (!recurrentTypes.includes(layer?.type))
    throw new OptionError(`feedback: got ${layer?.type}, want one of ${recurrentTypes.join(", ")}`);
  return { type: "feedback", layer, outputs: whole("feedback", "outputs", options.outputs, 1, layer.units) };
}

/** y = (x·W + b) ⊙ σ(x·V + c), a gated linear unit (Dauphin et al. 2017). Throws OptionError. */
export function glu(units: number): GluLayer {
  return { type: "glu", units: whole("glu", "units", units, 1) };
}

/**
 * y = x + glu(layer(layerNorm(x))): what deep stacks of linear recurrent units are made of (Orvieto et al.
 * 2023). units: the width of x and y; dropout: a rate, behind the layer and behind the gate. Throws
 * OptionError.
 */
export function block(units: number, layer: Layer, options: { dropout?: number } = {}): ResidualLayer {
  knownOptions("block", options, ["dropout"]);
  const drop = options.dropout ? [dropout(options.dropout)] : [];
  return residual([layerNorm(), layer, ...drop, glu(units), ...drop]);
}
