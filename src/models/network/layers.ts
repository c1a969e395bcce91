/**
 * Layers as plain data, and how each becomes nodes of a graph. A saved model is this data and its parameters.
 */
import { OptionError, inRange, knownOptions, oneOf, whole } from "../../wasm/errors.ts";
import type { Activation } from "../../wasm/kernels.ts";
import { cellTypes } from "../../cells/cells.ts";
import { optionalKinds } from "./kinds.ts";
import type { OptionalLayer } from "./optional/layers.ts";
import {
  activations,
  checkInit,
  checkSwitch,
  gru,
  lstm,
  rnn,
  type Initialization,
  type RecurrentLayer,
} from "./recurrent-layers.ts";

/**
 * A recurrent layer in both directions of time, as `bidirectional` makes it: width 2H, forward part first.
 */
export interface BidirectionalLayer {
  /** The kind of layer. */
  readonly type: "bidirectional";
  /** The layer of each direction; their parameters are separate. */
  readonly layer: RecurrentLayer;
}
/** y = f(x·W + b) at each step, as `dense` makes it. */
export interface DenseLayer {
  /** The kind of layer. */
  readonly type: "dense";
  /** The width of its outputs. */
  readonly units: number;
  /** f, element by element. */
  readonly activation: Activation;
  /** Whether there is a b. */
  readonly bias: boolean;
  /** How W and b start. Default: each role's own default. */
  readonly init?: Pick<Initialization, "input" | "bias">;
}
/** A learned row for each symbol, as `embedding` makes it. */
export interface EmbeddingLayer {
  /** The kind of layer. */
  readonly type: "embedding";
  /** V: inputs are whole numbers below it. */
  readonly symbols: number;
  /** Numbers in a row, the width of its outputs. */
  readonly width: number;
  /** How the rows [V,width] start. Default: the role's own default. */
  readonly init?: Pick<Initialization, "input">;
}
/** The inputs of the last steps side by side, as `delayTaps` makes it. */
export interface DelayTapsLayer {
  /** The kind of layer. */
  readonly type: "delayTaps";
  /** How many steps stand side by side, this one included: the width is that many times the input's. */
  readonly taps: number;
}
/** Fewer and wider steps, as `subsample` makes it. */
export interface SubsampleLayer {
  /** The kind of layer. */
  readonly type: "subsample";
  /** How many steps become one. */
  readonly steps: number;
}
/** A dense layer's output and its input side by side, as `skip` makes it. */
export interface SkipLayer {
  /** The kind of layer. */
  readonly type: "skip";
  /** The layer whose input goes past it. */
  readonly layer: DenseLayer;
}
/** Random zeros while training, as `dropout` makes it (Srivastava et al. 2014). */
export interface DropoutLayer {
  /** The kind of layer. */
  readonly type: "dropout";
  /** The probability of a zero, [0, 1). */
  readonly rate: number;
}
/** A layer that every net knows. */
export type CoreLayer =
  | RecurrentLayer
  | BidirectionalLayer
  | DenseLayer
  | EmbeddingLayer
  | DelayTapsLayer
  | SubsampleLayer
  | SkipLayer
  | DropoutLayer;
/** Any layer. */
export type Layer = CoreLayer | OptionalLayer;

/**
 * Two copies of a recurrent layer, one in each direction of time, their outputs side by side (Schuster &
 * Paliwal 1997).
 */
export function bidirectional(layer: RecurrentLayer): BidirectionalLayer {
  if (!cellTypes.includes(layer?.type))
    throw new OptionError(`bidirectional: got ${layer?.type}, want one of ${cellTypes.join(", ")}`);
  return { type: "bidirectional", layer };
}

/** y = f(x·W + b). */
export function dense(
  units: number,
  options: { activation?: Activation; bias?: boolean; init?: DenseLayer["init"] } = {},
): DenseLayer {
  knownOptions("dense", options, ["activation", "bias", "init"]);
  whole("dense", "units", units, 1);
  const layer: DenseLayer = { type: "dense", units, activation: "identity", bias: true, ...options };
  checkSwitch("dense", "bias", layer.bias);
  oneOf("dense", "activation", layer.activation, activations);
  checkInit("dense", layer.init, ["input", "bias"]);
  return layer;
}

/** A learned row of `width` reals for each symbol, one table for all symbols of a step. */
export function embedding(
  symbols: number,
  width: number,
  options: { init?: EmbeddingLayer["init"] } = {},
): EmbeddingLayer {
  knownOptions("embedding", options, ["init"]);
  whole("embedding", "symbols", symbols, 1);
  whole("embedding", "width", width, 1);
  checkInit("embedding", options.init, ["input"]);
  return { type: "embedding", symbols, width, ...options };
}

/** The last `taps` rows side by side, newest first; zeros before the first step. */
export function delayTaps(taps: number): DelayTapsLayer {
  return { type: "delayTaps", taps: whole("delayTaps", "taps", taps, 1) };
}

/** Joins every `steps` steps into one, side by side: less time, more width. Targets are of the new steps. */
export function subsample(options: { steps: number }): SubsampleLayer {
  knownOptions("subsample", options, ["steps"]);
  return { type: "subsample", steps: whole("subsample", "steps", options.steps, 1) };
}

/** A dense layer's output and its input side by side: what follows has direct connections past the layer. */
export function skip(layer: DenseLayer): SkipLayer {
  if (layer?.type !== "dense") throw new OptionError(`skip: got ${layer?.type}, want dense(…)`);
  return { type: "skip", layer };
}

/** Drops values with probability `rate` while training. */
export function dropout(rate: number): DropoutLayer {
  return { type: "dropout", rate: inRange("dropout", "rate", rate, 0, 1 - 2 ** -24) };
}

/** Each type of layer made again from its own description, which throws where that is wrong. */
const makers: { readonly [T in CoreLayer["type"]]: (layer: Extract<Layer, { type: T }>) => Layer } = {
  rnn: ({ type: _, units, ...options }) => rnn(units, options),
  lstm: ({ type: _, units, ...options }) => lstm(units, options),
  gru: ({ type: _, units, ...options }) => gru(units, options),
  dense: ({ type: _, units, ...options }) => dense(units, options),
  embedding: ({ type: _, symbols, width, ...options }) => embedding(symbols, width, options),
  delayTaps: ({ taps }) => delayTaps(taps),
  subsample: ({ steps }) => subsample({ steps }),
  dropout: ({ rate }) => dropout(rate),
  bidirectional: ({ layer }) => bidirectional(readLayer("bidirectional", layer) as RecurrentLayer),
  skip: ({ layer }) => skip(readLayer("skip", layer) as DenseLayer),
};

/**
 * A layer out of its description in a file, with the defaults of what is left out. Throws OptionError on what
 * is no layer; `who` names it.
 */
export function readLayer(who: string, layer: unknown): Layer {
  if (typeof layer !== "object" || layer === null)
    throw new OptionError(`${who} is ${String(layer)}, want a layer`);
  const { type } = layer as { type?: unknown };
  const optional = optionalKinds()?.layers ?? {};
  const known = oneOf(who, "type", type, [...Object.keys(makers), ...Object.keys(optional)]);
  if (!Object.hasOwn(makers, known)) return optional[known].read(layer);
  const make = makers[known as CoreLayer["type"]] as (layer: object) => Layer;
  return make(layer);
}
