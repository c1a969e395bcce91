/** What a nonlinear vector autoregression is: its spec, checked, and what it wants of its data. */
import { ridgeSolvers, type RidgeSolver } from "../../inference/ridge.ts";
import { inRange, knownOptions, oneOf, OptionError, show, whole } from "../../wasm/errors.ts";
import type { DataSpec } from "../../data/item.ts";
import { countFeatures } from "./features.ts";

/** What a nonlinear vector autoregression is. */
export interface NvarSpec {
  /** I: reals a step. */
  readonly input: number;
  /** O: reals a step. Default: as many as inputs. */
  readonly output?: number;
  /** k: how many values of each input it sees, the last one among them. Default 2. */
  readonly delays?: number;
  /** s: steps between two of them. Default 1. */
  readonly stride?: number;
  /** Degrees of the monomials beside the values themselves. Default [2]. */
  readonly degrees?: readonly number[];
  /** Whether the constant 1 is among the features. Default true. */
  readonly constant?: boolean;
  /**
   * What the features say: "value" the output itself, "increment" how much it is above the input. Default
   * "value".
   */
  readonly says?: "value" | "increment";
  /** λ of the readout, absolute, and so in units of the data. Default 1e-6. */
  readonly ridge?: number;
  /**
   * How the readout is solved for: "cholesky" of ZᵀZ + λI, or "qr" of the features Z themselves, which can
   * use a far smaller λ, at several times the work. Default "cholesky".
   */
  readonly solver?: RidgeSolver;
}

/** Features beyond which the sums of a fit, features², would not fit into memory. */
const MAX_FEATURES = 10_000;
const MAX_DEGREE = 20;

/** The degrees, rising, each once. Throws OptionError. */
function readDegrees(who: string, degrees: readonly number[]): number[] {
  const isDegree = (p: unknown): boolean => Number.isInteger(p) && Number(p) >= 2 && Number(p) <= MAX_DEGREE;
  if (!Array.isArray(degrees) || !degrees.every(isDegree))
    throw new OptionError(
      `${who}: degrees are ${show(degrees)}, want a list of whole numbers, 2 to ${MAX_DEGREE}`,
    );
  return [...new Set<number>(degrees)].sort((a, b) => a - b);
}

/** The spec with its defaults. Throws OptionError. */
export function readNvarSpec(who: string, spec: NvarSpec): Required<NvarSpec> {
  const known = ["input", "output", "delays", "stride", "degrees", "constant", "says", "ridge", "solver"];
  knownOptions(who, spec, known);
  const input = whole(who, "input", spec.input, 1);
  const full = {
    input,
    output: whole(who, "output", spec.output ?? input, 1),
    delays: whole(who, "delays", spec.delays ?? 2, 1),
    stride: whole(who, "stride", spec.stride ?? 1, 1),
    degrees: readDegrees(who, spec.degrees ?? [2]),
    constant: spec.constant ?? true,
    says: oneOf(who, "says", spec.says ?? "value", ["value", "increment"] as const),
    ridge: inRange(who, "ridge", spec.ridge ?? 1e-6, 0),
    solver: oneOf(who, "solver", spec.solver ?? "cholesky", ridgeSolvers),
  };
  if (typeof full.constant !== "boolean")
    throw new OptionError(`${who}: constant is ${show(full.constant)}, want true or false`);
  if (full.says === "increment" && full.output !== input)
    throw new OptionError(
      `${who}: ${full.output} outputs that are increments of ${input} inputs, want as many; or says "value"`,
    );
  const features = countFeatures(full);
  if (features > MAX_FEATURES)
    throw new OptionError(
      `${who}: ${features} features, want at most ${MAX_FEATURES}; take fewer delays or smaller degrees`,
    );
  return full;
}

/** What its items must be. */
export const dataOf = ({ input, output }: Required<NvarSpec>): DataSpec => ({
  precision: "float64",
  input,
  output,
  target: "reals",
  initial: 0,
});
