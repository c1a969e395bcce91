/**
 * Layers as plain data, and how each becomes nodes of a graph. A saved model is this data and its parameters.
 */
import { OptionError, inRange, knownOptions, oneOf, show, whole } from "../../wasm/errors.ts";
import type { Activation } from "../../wasm/kernels.ts";
import { cells, cellTypes, type CellOptions, type CellType } from "../../cells/cells.ts";
import type { GruOptions } from "../../cells/gru.ts";
import type { LstmOptions } from "../../cells/lstm.ts";
import type { RnnOptions } from "../../cells/rnn.ts";
import type { Cell } from "../../ops/recurrent/cell.ts";
import { optionalKinds } from "./kinds.ts";
import type { OptionalLayer } from "./optional/layers.ts";
import { checkInitializer, type Initializer } from "./initializers.ts";

/** Initializers by role; what is left out has the layer's default. */
export interface Initialization {
  /** Matrix from the layer's input. Default normal(1/√I). */
  readonly input?: Initializer;
  /** Matrix from the old state. Default normal(1/√H). */
  readonly recurrent?: Initializer;
  /** Biases. Default 0, and 1 for an LSTM's forget gate. */
  readonly bias?: Initializer;
  /** Biases of single gates, by their letter: i f g o (lstm), i g o (without forget gate), n r z (gru). */
  readonly gates?: Readonly<Record<string, Initializer>>;
  /** Learned initial states. Default 0. */
  readonly state?: Initializer;
  /** Peephole weights. Default 0. */
  readonly peepholes?: Initializer;
}

/** Where a recurrent layer's sequences start, and how its parameters do. */
export interface RecurrentOptions {
  /** "learned" (default): the state before the first step is a parameter; "zero": it is 0. */
  readonly initialState?: "learned" | "zero";
  /**
   * State columns (unit, or H + unit for an LSTM's cell) whose start comes with each item as `initial`.
   * Default none.
   */
  readonly given?: readonly number[];
  /** How parameters start, by role. Default: each role's own default. */
  readonly init?: Initialization;
}

/** Plain or leaky units. */
export interface RnnLayer extends RecurrentOptions, Required<RnnOptions> {
  /** The kind of layer. */
  readonly type: "rnn";
  /** H, the width of its outputs. */
  readonly units: number;
}
/** Memory cells. */
export interface LstmLayer extends RecurrentOptions, Required<LstmOptions> {
  /** The kind of layer. */
  readonly type: "lstm";
  /** H, the width of its outputs; its state is 2H wide. */
  readonly units: number;
}
/** Gated units. */
export interface GruLayer extends RecurrentOptions, Required<GruOptions> {
  /** The kind of layer. */
  readonly type: "gru";
  /** H, the width of its outputs. */
  readonly units: number;
}
/** Layers of a cell, run through time. */
export type RecurrentLayer = RnnLayer | LstmLayer | GruLayer;
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

const activations = ["identity", "tanh", "logistic", "relu"] as const;
const recurrentKeys = ["initialState", "given", "init"];

function checkInit(who: string, init: Initialization | undefined, roles: readonly string[]): void {
  knownOptions(`${who}.init`, init, roles);
  for (const [role, value] of Object.entries(init ?? {})) {
    if (role !== "gates") checkInitializer(`${who}.init.${role}`, value as Initializer);
    else
      for (const [gate, one] of Object.entries(value as Record<string, Initializer>))
        checkInitializer(`${who}.init.gates.${gate}`, one);
  }
}

/** The table of a recurrent layer's cell. */
export const cellOf = <K extends CellType>(layer: { readonly type: K } & CellOptions[K]): Cell =>
  cells[layer.type](layer);

function checkSwitch(who: string, what: string, value: unknown): void {
  if (typeof value !== "boolean")
    throw new OptionError(`${who}: ${what} is ${show(value)}, want true or false`);
}

/** Throws OptionError on what no recurrent layer has. */
function checkRecurrent(layer: RecurrentLayer): void {
  const { type: who, units } = layer;
  const { carried, gates } = cellOf(layer);
  whole(who, "units", units, 1);
  oneOf(who, "initialState", layer.initialState ?? "learned", ["learned", "zero"]);
  for (const column of layer.given ?? []) whole(who, "given", column, 0, carried * units - 1);
  if (new Set(layer.given).size !== (layer.given ?? []).length)
    throw new OptionError(`${who}: given names a column twice, want each once`);
  checkInit(who, layer.init, ["input", "recurrent", "bias", "gates", "state", "peepholes"]);
  for (const gate of Object.keys(layer.init?.gates ?? {}))
    oneOf(`${who}.init.gates`, "gate", gate, [...new Set(gates)]);
}

/** Plain or leaky recurrent units: h = (1-leak)·h₀ + leak·f(x·Wx + h₀·Wh + b). */
export function rnn(units: number, options: RecurrentOptions & RnnOptions = {}): RnnLayer {
  knownOptions("rnn", options, ["activation", "leak", ...recurrentKeys]);
  const layer: RnnLayer = { type: "rnn", units, activation: "tanh", leak: 1, ...options };
  oneOf("rnn", "activation", layer.activation, activations);
  inRange("rnn", "leak", layer.leak, 0, 1);
  checkRecurrent(layer);
  return layer;
}

/** Long short-term memory; `forgetGate: false` is the cell of 1997. */
export function lstm(units: number, options: RecurrentOptions & LstmOptions = {}): LstmLayer {
  knownOptions("lstm", options, ["forgetGate", "peepholes", ...recurrentKeys]);
  const layer: LstmLayer = { type: "lstm", units, forgetGate: true, peepholes: false, ...options };
  checkSwitch("lstm", "forgetGate", layer.forgetGate);
  checkSwitch("lstm", "peepholes", layer.peepholes);
  checkRecurrent(layer);
  return layer;
}

/**
 * Gated recurrent units; reset "after" the recurrent product (PyTorch, cuDNN) or "before" it (Cho et al.
 * 2014).
 */
export function gru(units: number, options: RecurrentOptions & GruOptions = {}): GruLayer {
  knownOptions("gru", options, ["reset", ...recurrentKeys]);
  const layer: GruLayer = { type: "gru", units, reset: "after", ...options };
  oneOf("gru", "reset", layer.reset, ["after", "before"]);
  checkRecurrent(layer);
  return layer;
}

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

/**
 * Joins every `steps` steps into one, side by side: less time, more width. For losses whose targets are not
 * tied to steps (ctc).
 */
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
