/**
 * Conjugate priors of means, covariances and rates, each worth a number of steps (Gauvain & Lee 1994):
 *
 *   means        -½·s·(μ - m)ᵀ·S⁻¹·(μ - m)          as s steps at m; of Student's t, with S = σ²
 *                s·κ·(cos(μ - m) - 1)               of angles
 *                -s·(ln μ + m/μ)                    of waiting times, μ = shape·scale
 *   covariances  -½·s·(ln|S| + tr(diag v·S⁻¹))      as s steps of variances v about the mean
 *   rates        s·(r·ln λ - λ)                     as s steps of r events
 *
 * m, v and r are those of all the data where they are not given.
 */
import { DataError, OptionError, ShapeError, inRange, knownOptions } from "../../../wasm/errors.ts";

/** A prior: how many steps of data it is worth, or that and where it lies. */
export type HmmBelief =
  | number
  | {
      /** Steps of data that it is worth, at least 0. */
      readonly strength: number;
      /** [D] the mean, the variances or the rates that it holds most probable. Default: those of the data. */
      readonly at?: ArrayLike<number>;
    };

/** Priors by what they are of. */
export interface Beliefs {
  /** Of means; `at` [D] is where they are most probable. */
  readonly means?: HmmBelief;
  /** Of covariances or variances; `at` [D] are variances. */
  readonly covariances?: HmmBelief;
  /** Of the rates of counts; `at` [D] are rates. */
  readonly rates?: HmmBelief;
}

/** Names of the priors. */
export const beliefNames = ["means", "covariances", "rates"] as const;

/** A name of a prior. */
export type BeliefName = (typeof beliefNames)[number];

/** A prior with its place. */
export interface Belief {
  readonly strength: number;
  /** [D] */
  readonly at: Float64Array;
}

/** No prior at all. */
export const indifferent: Belief = { strength: 0, at: new Float64Array(0) };

/** Throws OptionError where a prior is not one. */
export function checkBeliefs(who: string, beliefs: Beliefs, takes: readonly string[]): void {
  for (const name of beliefNames) {
    const belief = beliefs[name];
    if (belief === undefined) continue;
    if (!takes.includes(name)) {
      const known = takes.length > 0 ? `takes priors of ${takes.join(", ")}` : "takes none of these";
      throw new OptionError(`${who}: prior.${name} was given, but this emission ${known}`);
    }
    if (typeof belief === "object") knownOptions(`${who}: prior.${name}`, belief, ["strength", "at"]);
    inRange(who, `prior.${name}`, typeof belief === "object" ? belief?.strength : belief, 0);
  }
}

/** A prior placed where it was given, or at the data's own values [D], which must be at least `low`. */
export function placed(
  who: string,
  name: BeliefName,
  { [name]: belief }: Beliefs,
  { own, low }: { readonly own: Float64Array; readonly low: number },
): Belief {
  if (belief === undefined) return indifferent;
  if (typeof belief === "number") return { strength: belief, at: own };
  const { strength, at } = belief;
  if (at === undefined) return { strength, at: own };
  const values = Float64Array.from(at);
  if (values.length !== own.length)
    throw new ShapeError(`${who}: prior.${name}.at has ${values.length} values, want ${own.length}`);
  const wrong = values.findIndex((x) => !(Number.isFinite(x) && x >= low));
  if (wrong >= 0)
    throw new DataError(
      `${who}: prior.${name}.at[${wrong}] is ${values[wrong]}, want a finite number` +
        (low > -Infinity ? ` of at least ${low}` : ""),
    );
  return { strength, at: values };
}
