/** What an echo state network is: its spec, checked, and what it wants of its data. */
import { inRange, knownOptions, oneOf, OptionError, seedOption, whole } from "../../wasm/errors.ts";
import type { DataSpec } from "../../data/item.ts";

/** What an echo state network is. */
export interface EsnSpec {
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
  /** N, units of the reservoir. Default 500. */
  readonly units?: number;
  /** Default "sparse". */
  readonly reservoir?: "sparse" | "orthogonal";
  /** Senders into each unit of a sparse reservoir. Default 10. */
  readonly incoming?: number;
  /**
   * Largest modulus of an eigenvalue of W. Default 0.95; an orthogonal reservoir has it in every direction,
   * default 1.
   */
  readonly spectralRadius?: number;
  /** In (0, 1]; smaller is slower. Default 1. */
  readonly leak?: number;
  /** Weights from inputs: uniform in ±scale. Default 1. */
  readonly inputScale?: number;
  /** Weights from the constant 1: uniform in ±scale. Default 0. */
  readonly biasScale?: number;
  /** Weights from the outputs of the step before: uniform in ±scale. Default 0. */
  readonly feedbackScale?: number;
  /** Standard deviation of noise inside the tanh while training. Default 0. */
  readonly noise?: number;
  /** Steps at the start of every sequence that training leaves out. Default 0. */
  readonly washout?: number;
  /** λ of the readout, absolute. Default 1e-6. */
  readonly ridge?: number;
  /** Default 1. */
  readonly seed?: number;
}

const defaults = {
  units: 500,
  reservoir: "sparse",
  incoming: 10,
  spectralRadius: 0.95,
  leak: 1,
  inputScale: 1,
  biasScale: 0,
  feedbackScale: 0,
  noise: 0,
  washout: 0,
  ridge: 1e-6,
  seed: 1,
} as const;

/** Which options are numbers of at least 0. */
const amounts = ["spectralRadius", "inputScale", "biasScale", "feedbackScale", "noise", "ridge"] as const;

/** The spec with its defaults. Throws OptionError. */
export function readEsnSpec(who: string, spec: EsnSpec): Required<EsnSpec> {
  knownOptions(who, spec, Object.keys(defaults).concat("input", "output"));
  const orthogonal = spec.reservoir === "orthogonal";
  const full: Required<EsnSpec> = { ...defaults, spectralRadius: orthogonal ? 1 : 0.95, ...spec };
  if (typeof full.input === "object") whole(who, "input.symbols", full.input?.symbols, 1);
  else whole(who, "input", full.input, 0);
  if (typeof full.output === "object") whole(who, "output.classes", full.output?.classes, 2);
  else whole(who, "output", full.output, 1);
  for (const name of ["units", "incoming"] as const) whole(who, name, full[name], 1);
  whole(who, "washout", full.washout, 0);
  seedOption(who, full.seed);
  oneOf(who, "reservoir", full.reservoir, ["sparse", "orthogonal"]);
  for (const name of amounts) inRange(who, name, full[name], 0);
  inRange(who, "leak", full.leak, Number.MIN_VALUE, 1);
  if (full.input === 0 && full.feedbackScale === 0)
    throw new OptionError(
      `${who}: input is 0 and feedbackScale is 0, so nothing drives the reservoir; want one of them above 0`,
    );
  return full;
}

/** Columns of inputs, outputs, feedback and features of a net. */
export interface EsnWidths {
  /** I: reals, or symbols as one-of-I. */
  readonly input: number;
  readonly output: number;
  /** Outputs that are fed back: O or 0. */
  readonly feedback: number;
  /** D = 1 + I + N: [1; u; h]. */
  readonly features: number;
}

export function widthsOf({ input, output, feedbackScale, units }: Required<EsnSpec>): EsnWidths {
  const I = typeof input === "object" ? input.symbols : input;
  const O = typeof output === "object" ? output.classes : output;
  return { input: I, output: O, feedback: feedbackScale > 0 ? O : 0, features: 1 + I + units };
}

/** What the items of a net must be. */
export function dataOf(spec: Required<EsnSpec>): DataSpec {
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
