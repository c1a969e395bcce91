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

/** What is believed of an emission. */
export interface ColumnPrior extends Beliefs {
  /** Dirichlet prior of symbol, outcome and component probabilities, at least 1 (default: flat). */
  readonly emission?: number;
}

/** What is believed of an emission, or of the parts of a product. */
export interface EmissionPrior extends ColumnPrior {
  /** Of a product, by the names of its columns. A column without `emission` has that of all. */
  readonly columns?: Readonly<Record<string, ColumnPrior>>;
}

/** Names of the priors. */
export const beliefNames = ["means", "covariances", "rates"] as const;

/** Options of an `EmissionPrior`. */
export const emissionPriorNames = ["emission", "columns", ...beliefNames] as const;

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

/** Which priors the parts of a product take. */
type Parts = Readonly<Record<string, readonly string[]>>;

/**
 * Throws OptionError where a prior, called `path`, is none of an emission that takes `believes`, or has
 * parts.
 */
export function checkEmissionPrior(
  who: string,
  path: string,
  { emission = 1, columns, ...beliefs }: EmissionPrior,
  { believes = [], parts }: { readonly believes?: readonly string[]; readonly parts?: Parts | undefined },
): void {
  inRange(who, `${path}.emission`, emission, 1);
  for (const name of beliefNames)
    checkBelief(who, `${path}.${name}`, beliefs[name], believes.includes(name) ? undefined : believes);
  if (columns === undefined) return;
  if (!parts)
    throw new OptionError(`${who}: ${path}.columns was given, but the emission is no product; leave it out`);
  knownOptions(`${who}: ${path}.columns`, columns, Object.keys(parts));
  for (const [name, own] of Object.entries(columns)) {
    knownOptions(`${who}: ${path}.columns.${name}`, own, ["emission", ...beliefNames]);
    checkEmissionPrior(who, `${path}.columns.${name}`, own, { believes: parts[name] });
  }
}

/** Throws OptionError where a prior is not one. `instead`: what an emission takes that has not this one. */
function checkBelief(
  who: string,
  path: string,
  belief: HmmBelief | undefined,
  instead: readonly string[] | undefined,
): void {
  if (belief === undefined) return;
  if (instead) {
    const known = instead.length > 0 ? `takes priors of ${instead.join(", ")}` : "takes none of these";
    throw new OptionError(`${who}: ${path} was given, but this emission ${known}`);
  }
  if (typeof belief === "object") knownOptions(`${who}: ${path}`, belief, ["strength", "at"]);
  inRange(who, path, typeof belief === "object" ? belief?.strength : belief, 0);
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
