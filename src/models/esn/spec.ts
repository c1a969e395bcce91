/** What an echo state network is: its spec, checked, and what it wants of its data. */
import { inRange, knownOptions, oneOf, OptionError, seedOption, whole } from "../../wasm/errors.ts";
import type { DataSpec } from "../../data/item.ts";
import { ridgeSolvers, type RidgeSolver } from "../../inference/ridge.ts";
import { checkReservoir, readReservoirs, reservoirDefaults, usualRadius } from "./reservoir-options.ts";
import type { EsnReservoir, FullReservoir, ReservoirOptions } from "./reservoir-options.ts";

/** What an echo state network is. */
export interface EsnSpec extends ReservoirOptions {
  /** Reals a step, or symbols. 0: driven by feedback alone. */
  readonly input:
    | number
    | {
        /** V: one of V symbols a step. */
        readonly symbols: number;
      };
  /** Reals a step, or classes. */
  readonly output:
    | number
    | {
        /** K: one of K classes a step, learned as one-of-K. */
        readonly classes: number;
      };
  /**
   * Several reservoirs, of which the readout sees all: side by side, or stacked by `hears`. Default: the one
   * of this spec.
   */
  readonly reservoirs?: readonly EsnReservoir[];
  /** Standard deviation of noise inside the tanh while training. Default 0. */
  readonly noise?: number;
  /** Steps at the start of every sequence that training leaves out. Default 0. */
  readonly washout?: number;
  /** λ of the readout, absolute. Default 1e-6. */
  readonly ridge?: number;
  /**
   * How the readout is solved for: "cholesky" of ZᵀZ + λI, or "qr" of the features Z themselves, which can
   * use a λ far below 1e-9 of the features' squares, at several times the work. Default "cholesky".
   */
  readonly solver?: RidgeSolver;
  /** Default 1. */
  readonly seed?: number;
}

/** A spec with its defaults; `reservoirs` only where several were asked for. */
export interface FullEsnSpec extends Required<Omit<EsnSpec, "reservoirs">> {
  /** As given, what was left out filled in. */
  readonly reservoirs?: readonly FullReservoir[];
}

const defaults = {
  ...reservoirDefaults,
  noise: 0,
  washout: 0,
  ridge: 1e-6,
  solver: "cholesky",
  seed: 1,
} as const;

/** The spec with its defaults. Throws OptionError. */
export function readEsnSpec(who: string, spec: EsnSpec): FullEsnSpec {
  knownOptions(who, spec, Object.keys(defaults).concat("input", "output", "reservoirs"));
  const { reservoirs: asked, ...own } = spec;
  const full = { ...defaults, spectralRadius: usualRadius(own.reservoir), ...own };
  if (typeof full.input === "object") whole(who, "input.symbols", full.input?.symbols, 1);
  else whole(who, "input", full.input, 0);
  if (typeof full.output === "object") whole(who, "output.classes", full.output?.classes, 2);
  else whole(who, "output", full.output, 1);
  checkReservoir(who, full);
  whole(who, "washout", full.washout, 0);
  seedOption(who, full.seed);
  oneOf(who, "solver", full.solver, ridgeSolvers);
  for (const name of ["noise", "ridge"] as const) inRange(who, name, full[name], 0);
  const reservoirs = asked && readReservoirs(who, asked, own, inputColumns(full.input));
  const read: FullEsnSpec = reservoirs ? { ...full, reservoirs } : full;
  if (full.input === 0 && widthsOf(read).feedback === 0)
    throw new OptionError(
      `${who}: input is 0 and feedbackScale is 0, so nothing drives the reservoir; want one of them above 0`,
    );
  return read;
}

/** The reservoirs of a net: those of its list, or the one of its spec. */
export const reservoirsOf = (spec: FullEsnSpec): readonly FullReservoir[] => spec.reservoirs ?? [spec];

/** Columns of inputs, outputs, feedback and features of a net. */
export interface EsnWidths {
  /** I: reals, or symbols as one-of-I. */
  readonly input: number;
  readonly output: number;
  /** Outputs that are fed back: O or 0. */
  readonly feedback: number;
  /** D = 1 + I + N, N the units of all reservoirs: [1; u; h]. */
  readonly features: number;
}

const inputColumns = (input: EsnSpec["input"]): number => (typeof input === "object" ? input.symbols : input);

export function widthsOf(spec: FullEsnSpec): EsnWidths {
  const { output } = spec;
  const I = inputColumns(spec.input);
  const O = typeof output === "object" ? output.classes : output;
  const all = reservoirsOf(spec);
  const fed = all.some(({ feedbackScale }) => feedbackScale > 0);
  const features = all.reduce((sum, { units }) => sum + units, 1 + I);
  return { input: I, output: O, feedback: fed ? O : 0, features };
}

/** What the items of a net must be. */
export function dataOf(spec: FullEsnSpec): DataSpec {
  const symbols = typeof spec.input === "object" ? spec.input.symbols : undefined;
  const { input, output } = widthsOf(spec);
  return {
    precision: "float64",
    input: symbols ? 1 : input,
    symbols,
    output,
    target: typeof spec.output === "object" ? "class" : "reals",
    initial: 0,
  };
}
