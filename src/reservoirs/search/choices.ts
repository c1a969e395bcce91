/** What is searched of an echo state network: numbers of its spec, each fixed or a range. */
import { elementwise } from "../../inference/elementwise.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import type { EsnSpec } from "../../models/esn/spec.ts";
import { inRange, knownOptions, OptionError, show } from "../../wasm/errors.ts";
import type { Random } from "../../wasm/random.ts";
import { sobolPoints } from "./sobol.ts";

/** From the smallest to the largest; by their ratio where the ends are apart by a factor of 10 or more. */
export type Range = readonly [number, number];

/** What a range is searched of. The ridge is not drawn: a run of the reservoir serves many. */
const drawn = ["spectralRadius", "leak", "inputScale", "biasScale", "feedbackScale"] as const;
/** A number that the search draws. */
export type Drawn = (typeof drawn)[number];

/** A spec whose numbers may be ranges. */
export interface EsnChoices extends Omit<EsnSpec, Drawn | "ridge"> {
  /** Default [0.2, 1.4]. */
  readonly spectralRadius?: number | Range;
  /** Default [0.1, 1]. */
  readonly leak?: number | Range;
  /** Default [0.05, 2]. */
  readonly inputScale?: number | Range;
  /** Default [0, 0.5]. */
  readonly biasScale?: number | Range;
  /** Default 0. */
  readonly feedbackScale?: number | Range;
  /** Default [1e-10, 1]. */
  readonly ridge?: number | Range;
}

/** A net that was tried. */
export interface EsnCandidate extends Record<Drawn, number> {
  /** Largest modulus of an eigenvalue of W. */
  readonly spectralRadius: number;
  /** In (0, 1]; smaller is slower. */
  readonly leak: number;
  /** Weights from inputs: uniform in ±scale. */
  readonly inputScale: number;
  /** Weights from the constant 1: uniform in ±scale. */
  readonly biasScale: number;
  /** Weights from the outputs of the step before: uniform in ±scale. */
  readonly feedbackScale: number;
  /** λ of its readout, the best for its reservoir. */
  readonly ridge: number;
  /**
   * Root of the mean square of its errors over the variance of the targets; Infinity where a run diverged.
   */
  readonly error: number;
  /** Whether it passed the stability test; undefined where it was not tried, a better one having passed. */
  readonly stable?: boolean;
}

const usual: Readonly<Record<Drawn | "ridge", number | Range>> = {
  spectralRadius: [0.2, 1.4],
  leak: [0.1, 1],
  inputScale: [0.05, 2],
  biasScale: [0, 0.5],
  feedbackScale: 0,
  ridge: [1e-10, 1],
};
/** Ridges that are tried of a range: factors of 10 in the usual one. */
const RIDGES = 11;
/** Ends of a range from which ratios count. */
const WIDE = 10;

/** Members of a spec that are not searched. */
const specNames = [
  "input",
  "output",
  "units",
  "reservoir",
  "incoming",
  "reservoirs",
  "noise",
  "washout",
  "seed",
];

/** What is tried, in order. */
export interface Plan {
  /** The spec but for what is drawn. */
  readonly base: EsnSpec;
  readonly ridges: readonly number[];
  /** The largest of what may be drawn. */
  readonly largest: Record<Drawn, number>;
  /** The next numbers. */
  next(): Record<Drawn, number>;
}

function readRange(who: string, name: Drawn | "ridge", asked: number | Range | undefined): Range {
  const given = asked ?? usual[name];
  const range = typeof given === "number" ? [given, given] : given;
  if (!Array.isArray(range) || range.length !== 2)
    throw new OptionError(`${who}: ${name} is ${show(given)}, want a number or [smallest, largest]`);
  const [from, to] = range as [number, number];
  const smallest = name === "leak" ? Number.MIN_VALUE : 0;
  inRange(who, `${name}[0]`, from, smallest, name === "leak" ? 1 : Infinity);
  inRange(who, `${name}[1]`, to, from, name === "leak" ? 1 : Infinity);
  return [from, to];
}

const byName = (numbers: readonly number[]): Record<Drawn, number> =>
  Object.fromEntries(drawn.map((name, i) => [name, numbers[i]])) as Record<Drawn, number>;

/** The plan of a search. Throws OptionError. */
export function readChoices(who: string, choices: EsnChoices, engine: InferenceEngine, random: Random): Plan {
  const math = elementwise(engine);
  const between = ([from, to]: Range, u: number): number => {
    if (from === to) return from;
    if (from === 0 || to / from < WIDE) return from + (to - from) * u;
    const [low, high] = math.log([from, to]);
    return math.exp([low + (high - low) * u])[0];
  };
  knownOptions(who, choices, [...specNames, ...drawn, "ridge"]);
  const { spectralRadius, leak, inputScale, biasScale, feedbackScale, ridge, ...base } = choices;
  const asked = { spectralRadius, leak, inputScale, biasScale, feedbackScale };
  const ranges = drawn.map((name) => readRange(who, name, asked[name]));
  const lambda = readRange(who, "ridge", ridge);
  const count = lambda[0] === lambda[1] ? 1 : RIDGES;
  const ridges = Array.from({ length: count }, (_, i) => between(lambda, i / Math.max(1, count - 1)));
  const points = sobolPoints(drawn.length, random);
  return {
    base,
    ridges,
    largest: byName(ranges.map(([, to]) => to)),
    next() {
      const point = points.next().value;
      return byName(ranges.map((range, i) => between(range, point[i])));
    },
  };
}
