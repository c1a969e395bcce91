/** Recurrent layers that few nets use, as plain data: their cells are fetched when a spec first names one. */
import { inRange, knownOptions, oneOf } from "../../../wasm/errors.ts";
import type { LemOptions } from "../../../cells/optional/lem.ts";
import type { SlstmOptions } from "../../../cells/optional/slstm.ts";
import { checkRecurrent, recurrentKeys, type CellForm, type RecurrentOptions } from "../recurrent-layers.ts";

/** Minimal gated units, as `minGru` makes them. */
export interface MinGruLayer extends RecurrentOptions {
  /** The kind of layer. */
  readonly type: "minGru";
  /** H, the width of its outputs. */
  readonly units: number;
}
/** Minimal memory cells, as `minLstm` makes them. */
export interface MinLstmLayer extends RecurrentOptions {
  /** The kind of layer. */
  readonly type: "minLstm";
  /** H, the width of its outputs. */
  readonly units: number;
}
/** Linear recurrent units, as `lru` makes them. */
export interface LruLayer extends RecurrentOptions {
  /** The kind of layer. */
  readonly type: "lru";
  /** H, the width of its outputs; its state is 2H wide. */
  readonly units: number;
}
/** Long expressive memory, as `lem` makes it. */
export interface LemLayer extends RecurrentOptions, Required<LemOptions> {
  /** The kind of layer. */
  readonly type: "lem";
  /** H, the width of its outputs; its state is 2H wide. */
  readonly units: number;
}
/** Memory cells with exponential gates, as `slstm` makes them. */
export interface SlstmLayer extends RecurrentOptions, Required<SlstmOptions> {
  /** The kind of layer. */
  readonly type: "slstm";
  /** H, the width of its outputs; its state is 3H wide. */
  readonly units: number;
}
/** Any of them. */
export type OptionalRecurrentLayer = MinGruLayer | MinLstmLayer | LruLayer | LemLayer | SlstmLayer;

/** The forms of their cells, which stand apart from the tables: these are fetched. */
export const forms: { readonly [T in OptionalRecurrentLayer["type"]]: CellForm } = {
  minGru: { gates: ["z", "n"], carried: 1, roles: ["peepholes"] },
  minLstm: { gates: ["i", "f", "n"], carried: 1, roles: ["peepholes"] },
  lru: { gates: ["x", "y"], carried: 2, roles: ["decay", "phase"] },
  lem: { gates: ["a", "b", "z", "y"], carried: 2, roles: ["recurrent", "peepholes"] },
  slstm: { gates: ["i", "f", "z", "o"], carried: 3, roles: ["recurrent", "peepholes"] },
};

/**
 * Minimal gated units h = (1-z)⊙h₀ + z⊙n whose gates see the input alone: no recurrent product, so a step
 * costs a fraction of a GRU's (Feng et al. 2024). Throws OptionError.
 */
export function minGru(units: number, options: RecurrentOptions = {}): MinGruLayer {
  knownOptions("minGru", options, recurrentKeys);
  const layer: MinGruLayer = { type: "minGru", units, ...options };
  checkRecurrent(layer, forms.minGru);
  return layer;
}

/**
 * Minimal memory cells h = (f⊙h₀ + i⊙n)/(i + f) whose gates see the input alone (Feng et al. 2024). Throws
 * OptionError.
 */
export function minLstm(units: number, options: RecurrentOptions = {}): MinLstmLayer {
  knownOptions("minLstm", options, recurrentKeys);
  const layer: MinLstmLayer = { type: "minLstm", units, ...options };
  checkRecurrent(layer, forms.minLstm);
  return layer;
}

/**
 * Linear recurrent units h = λ⊙h₀ + γ⊙(x·B + b), complex, γ = √(1-|λ|²); the real part of h comes out
 * (Orvieto et al. 2023). Layers behind it must not be linear alone: see `block`. Throws OptionError.
 */
export function lru(units: number, options: RecurrentOptions = {}): LruLayer {
  knownOptions("lru", options, recurrentKeys);
  const layer: LruLayer = { type: "lru", units, ...options };
  checkRecurrent(layer, forms.lru);
  return layer;
}

/**
 * Long expressive memory: two coupled differential equations in learned steps of at most `dt` (Rusch et al.
 * 2022). Throws OptionError.
 */
export function lem(units: number, options: RecurrentOptions & LemOptions = {}): LemLayer {
  knownOptions("lem", options, ["dt", ...recurrentKeys]);
  const layer: LemLayer = { type: "lem", units, dt: 1, ...options };
  inRange("lem", "dt", layer.dt, 2 ** -24, 1);
  checkRecurrent(layer, forms.lem);
  return layer;
}

/**
 * Memory cells with an exponential input gate, and a forget gate that is logistic or exponential (sLSTM, Beck
 * et al. 2024). Throws OptionError.
 */
export function slstm(units: number, options: RecurrentOptions & SlstmOptions = {}): SlstmLayer {
  knownOptions("slstm", options, ["forgetGate", ...recurrentKeys]);
  const layer: SlstmLayer = { type: "slstm", units, forgetGate: "logistic", ...options };
  oneOf("slstm", "forgetGate", layer.forgetGate, ["logistic", "exponential"]);
  checkRecurrent(layer, forms.slstm);
  return layer;
}
