/** Recurrent layers as plain data: plain units, memory cells, gated units, and the noise of their states. */
import { OptionError, inRange, knownOptions, oneOf, show, whole } from "../../wasm/errors.ts";
import { cells } from "../../cells/cells.ts";
import type { GruOptions } from "../../cells/gru.ts";
import type { LstmOptions } from "../../cells/lstm.ts";
import type { RnnOptions } from "../../cells/rnn.ts";
import { stateGates, type Cell } from "../../ops/recurrent/cell.ts";
import { optionalKinds } from "./kinds.ts";
import type { OptionalRecurrentLayer } from "./optional/recurrent-layers.ts";
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
  /** ν of a linear recurrent unit, |λ| = exp(-e^ν). Default: even from ln 10⁻³ to ln ½. */
  readonly decay?: Initializer;
  /** φ of a linear recurrent unit, arg λ = e^φ. Default: spread from ln 10⁻² to ln π. */
  readonly phase?: Initializer;
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
  /**
   * While training, numbers of the old state that enter the recurrent product are 0 with this probability,
   * the same ones at all steps of a sequence, or of a cut of it (Gal & Ghahramani 2016). Default 0.
   */
  readonly recurrentDropout?: number;
  /**
   * While training, numbers of the state stay as they were with this probability at each step; at rest states
   * are the mean of old and new by it (Krueger et al. 2017). Default 0.
   */
  readonly zoneout?: number;
  /** How parameters start, by role. Default: each role's own default. */
  readonly init?: Initialization;
}

/** Plain or leaky units. */
export interface RnnLayer
  extends RecurrentOptions, Required<Omit<RnnOptions, "orthogonal">>, Pick<RnnOptions, "orthogonal"> {
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
/** Names of activations. */
export const activations = ["identity", "tanh", "logistic", "relu"] as const;
/** Options that all recurrent layers have. */
export const recurrentKeys = ["initialState", "given", "init", "recurrentDropout", "zoneout"];

/** Throws OptionError on roles that are not these, and on what is no initializer. */
export function checkInit(who: string, init: Initialization | undefined, roles: readonly string[]): void {
  knownOptions(`${who}.init`, init, roles);
  for (const [role, value] of Object.entries(init ?? {})) {
    if (role !== "gates") checkInitializer(`${who}.init.${role}`, value as Initializer);
    else
      for (const [gate, one] of Object.entries(value as Record<string, Initializer>))
        checkInitializer(`${who}.init.gates.${gate}`, one);
  }
}

/** Throws OptionError on what is neither true nor false. */
export function checkSwitch(who: string, what: string, value: unknown): void {
  if (typeof value !== "boolean")
    throw new OptionError(`${who}: ${what} is ${show(value)}, want true or false`);
}

/** The table of a recurrent layer's cell, with the layer's noise. */
export function cellOf(layer: RecurrentLayer | OptionalRecurrentLayer): Cell {
  const { type, recurrentDropout = 0, zoneout = 0 } = layer;
  const tables = { ...cells, ...optionalKinds()?.cells } as Record<string, (options: object) => Cell>;
  const cell = tables[type](layer);
  return recurrentDropout || zoneout ? optionalKinds()!.noisy(cell, { recurrentDropout, zoneout }) : cell;
}

/** What layers may say of a cell. */
export interface CellForm {
  readonly gates: readonly string[];
  /** State blocks that go on from step to step. */
  readonly carried: number;
  /** Whose start may be given, beside those of every cell. */
  readonly roles: readonly string[];
}

/** The form of a cell. */
const formOf = (cell: Cell): CellForm => ({
  gates: cell.gates,
  carried: cell.carried,
  roles: [
    ...(stateGates(cell) > 0 ? ["recurrent"] : []),
    ...(cell.own?.rows.map(({ role }) => role) ?? ["peepholes"]),
  ],
});

/** Throws OptionError on what no recurrent layer of this cell has. */
export function checkRecurrent(
  layer: { readonly type: string; readonly units: number } & RecurrentOptions,
  { carried, gates, roles }: CellForm,
): void {
  const { type: who, units } = layer;
  whole(who, "units", units, 1);
  oneOf(who, "initialState", layer.initialState ?? "learned", ["learned", "zero"]);
  for (const column of layer.given ?? []) whole(who, "given", column, 0, carried * units - 1);
  if (new Set(layer.given).size !== (layer.given ?? []).length)
    throw new OptionError(`${who}: given names a column twice, want each once`);
  for (const rate of ["recurrentDropout", "zoneout"] as const)
    inRange(who, rate, layer[rate] ?? 0, 0, 1 - 2 ** -24);
  if (!roles.includes("recurrent") && layer.recurrentDropout)
    throw new OptionError(
      `${who}: recurrentDropout is of a recurrent product, and there is none; want zoneout`,
    );
  checkInit(who, layer.init, ["input", "bias", "gates", "state", ...roles]);
  for (const gate of Object.keys(layer.init?.gates ?? {}))
    oneOf(`${who}.init.gates`, "gate", gate, [...new Set(gates)]);
}

/**
 * Plain or leaky recurrent units: h = (1-leak)·h₀ + leak·f(x·Wx + h₀·Wh + b). `orthogonal: true` keeps Wh
 * orthogonal: it neither shrinks nor grows what passes through it.
 */
export function rnn(units: number, options: RecurrentOptions & RnnOptions = {}): RnnLayer {
  knownOptions("rnn", options, ["activation", "leak", "orthogonal", ...recurrentKeys]);
  const layer: RnnLayer = { type: "rnn", units, activation: "tanh", leak: 1, ...options };
  oneOf("rnn", "activation", layer.activation, activations);
  inRange("rnn", "leak", layer.leak, 0, 1);
  if (layer.orthogonal !== undefined) checkSwitch("rnn", "orthogonal", layer.orthogonal);
  checkRecurrent(layer, formOf(cells[layer.type](layer)));
  return layer;
}

/** Long short-term memory; `forgetGate: false` is the cell of 1997. */
export function lstm(units: number, options: RecurrentOptions & LstmOptions = {}): LstmLayer {
  knownOptions("lstm", options, ["forgetGate", "peepholes", ...recurrentKeys]);
  const layer: LstmLayer = { type: "lstm", units, forgetGate: true, peepholes: false, ...options };
  checkSwitch("lstm", "forgetGate", layer.forgetGate);
  checkSwitch("lstm", "peepholes", layer.peepholes);
  checkRecurrent(layer, formOf(cells[layer.type](layer)));
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
  checkRecurrent(layer, formOf(cells[layer.type](layer)));
  return layer;
}
