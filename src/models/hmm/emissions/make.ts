/** The kinds of emission by name, and what of a spec belongs to each. */
import { OptionError, knownOptions, oneOf, whole } from "../../../wasm/errors.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { SwitchingAutoregression } from "./autoregressive.ts";
import { bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import { Diagonal } from "./diagonal.ts";
import type { Emission } from "./emission.ts";
import { Entrywise } from "./entrywise.ts";
import type { Family } from "./family.ts";
import { gamma } from "./gamma.ts";
import { Gaussian } from "./gaussian.ts";
import { GaussianMixture, type ComponentFactory } from "./gaussian-mixture.ts";
import { LowRank } from "./low-rank.ts";
import { Multinomial } from "./multinomial.ts";
import { negativeBinomial } from "./negative-binomial.ts";
import { Outside } from "./outside.ts";
import { Poisson } from "./poisson.ts";
import { Product } from "./product.ts";
import { studentT } from "./student-t.ts";
import { vonMises } from "./von-mises.ts";

/** Kinds of emission. */
export type EmissionName = keyof typeof kinds | "product";

const covarianceNames = ["full", "diagonal", "spherical", "tied", "low-rank"] as const;

/** How the covariances of Gaussians are kept. "low-rank": loadings times their transpose, plus a diagonal. */
export type Covariance = (typeof covarianceNames)[number];

/** The options of a spec that say what is emitted. */
export interface EmissionSpec {
  /** Each state emits one of these a step. */
  readonly emission: EmissionName;
  /** M, for categorical emissions: symbols are whole numbers below it. */
  readonly symbols?: number;
  /** D, for the others: values a step. Default 1. */
  readonly output?: number;
  /** For gaussian and mixture. Default "full". */
  readonly covariance?: Covariance;
  /** M, Gaussians a state of a mixture. Default 2. */
  readonly components?: number;
  /** Trials a step in samples and forecasts of multinomial counts. Default 1. */
  readonly trials?: number;
  /** p, for autoregressive: steps that a step depends on. Default 1. */
  readonly lags?: number;
  /** R, columns of the loadings of low-rank covariances. Default 1. */
  readonly rank?: number;
  /**
   * For product: what a step holds, in the order of its columns, by names of your own, such as
   * `{ sound: { emission: "gaussian", output: 2 }, events: { emission: "poisson" } }`.
   */
  readonly columns?: Readonly<Record<string, EmissionSpec>>;
}

/** Options of `EmissionSpec` besides `emission`. */
export const emissionOptions = [
  "symbols",
  "output",
  "covariance",
  "components",
  "trials",
  "rank",
  "lags",
  "columns",
] as const;

/** A checked `EmissionSpec`. */
interface Sizes {
  readonly K: number;
  readonly D: number;
  readonly symbols: number;
  readonly covariance: Covariance;
  readonly components: number;
  readonly trials: number;
  readonly rank: number;
  readonly lags: number;
}

interface Kind {
  readonly options: readonly (typeof emissionOptions)[number][];
  /** How many numbers all its parameters are. */
  numbers(sizes: Sizes): number;
  make(algebra: Algebra, sizes: Sizes): Emission;
}

/** Numbers of a mean and a covariance. */
function gaussianNumbers({ D, covariance, rank }: Sizes): number {
  if (covariance === "low-rank") return 2 * D + D * rank;
  return covariance === "full" || covariance === "tied" ? D + D * D : 2 * D;
}

/** Gaussians with covariances as the spec says. */
const gaussians =
  (algebra: Algebra, { D, covariance, rank }: Sizes): ComponentFactory =>
  (K) => {
    if (covariance === "low-rank") return new LowRank(algebra, K, D, rank);
    return covariance === "full" || covariance === "tied"
      ? new Gaussian(algebra, K, D, { tied: covariance === "tied" })
      : new Diagonal(algebra, K, D, { spherical: covariance === "spherical" });
  };

const entries = (family: Family): Kind => ({
  options: ["output"],
  numbers: ({ K, D }) => K * D * Object.keys(family.shapes).length,
  make: (algebra, { K, D }) => new Entrywise(algebra, K, D, family),
});

const kinds = {
  categorical: {
    options: ["symbols"],
    numbers: ({ K, symbols }) => K * symbols,
    make: (algebra, { K, symbols }) => new Categorical(algebra, K, symbols),
  },
  gaussian: {
    options: ["output", "covariance", "rank"],
    numbers: (sizes) => sizes.K * gaussianNumbers(sizes),
    make: (algebra, sizes) => gaussians(algebra, sizes)(sizes.K),
  },
  diagonal: {
    options: ["output"],
    numbers: ({ K, D }) => K * 2 * D,
    make: (algebra, { K, D }) => new Diagonal(algebra, K, D),
  },
  poisson: {
    options: ["output"],
    numbers: ({ K, D }) => K * D,
    make: (algebra, { K, D }) => new Poisson(algebra, K, D),
  },
  mixture: {
    options: ["output", "covariance", "components", "rank"],
    numbers: (sizes) => sizes.K * sizes.components * (1 + gaussianNumbers(sizes)),
    make: (algebra, sizes) =>
      new GaussianMixture(algebra, sizes.K, sizes.components, gaussians(algebra, sizes)),
  },
  "student-t": entries(studentT),
  "negative-binomial": entries(negativeBinomial),
  gamma: entries(gamma),
  bernoulli: entries(bernoulli),
  "von-mises": entries(vonMises),
  multinomial: {
    options: ["output", "trials"],
    numbers: ({ K, D }) => K * D,
    make: (algebra, { K, D, trials }) => new Multinomial(algebra, K, D, trials),
  },
  autoregressive: {
    options: ["output", "lags"],
    numbers: ({ K, D, lags }) => K * D * (1 + D + lags * D),
    make: (algebra, { K, D, lags }) => new SwitchingAutoregression(algebra, K, D, lags),
  },
  outside: { options: [], numbers: () => 0, make: (_, { K }) => new Outside(K) },
} satisfies Record<string, Kind>;

/** All kinds. */
const emissionNames = [...Object.keys(kinds), "product"] as EmissionName[];

/** Emissions of one kind and size. */
export interface EmissionFactory {
  /** How many numbers all the parameters of one are. */
  readonly numbers: number;
  /** One of them, its parameters 0. */
  make(algebra: Algebra): Emission;
}

/** Throws OptionError on options that the emission does not take. */
function checkOptions(who: string, name: EmissionName, spec: EmissionSpec): void {
  const options: Kind["options"] = name === "product" ? ["columns"] : kinds[name].options;
  for (const option of emissionOptions) {
    if (spec[option] === undefined || options.includes(option)) continue;
    const takes = options.length > 0 ? `takes ${options.join(", ")}` : "takes none of these";
    throw new OptionError(`${who}: ${option} was given, but emission "${name}" ${takes}`);
  }
  if (spec.rank !== undefined && spec.covariance !== "low-rank")
    throw new OptionError(`${who}: rank was given, want it only with covariance: "low-rank"`);
}

/** A checked emission spec as a factory of emissions of K states. Throws OptionError. */
export function emissionFactory(who: string, K: number, spec: EmissionSpec): EmissionFactory {
  const name = oneOf(who, "emission", spec.emission, emissionNames);
  checkOptions(who, name, spec);
  if (name === "product") return productFactory(who, K, spec);
  const kind: Kind = kinds[name];
  const D = whole(who, "output", spec.output ?? 1, 1, 1000);
  const sizes: Sizes = {
    K,
    D,
    symbols: name === "categorical" ? whole(who, "symbols", spec.symbols, 1, 1e6) : 1,
    covariance: oneOf(who, "covariance", spec.covariance ?? "full", covarianceNames),
    components: whole(who, "components", spec.components ?? 2, 1, 1000),
    trials: whole(who, "trials", spec.trials ?? 1, 0),
    rank: whole(who, "rank", spec.rank ?? 1, 1, D),
    lags: whole(who, "lags", spec.lags ?? 1, 1, 1000),
  };
  return { numbers: kind.numbers(sizes), make: (algebra) => kind.make(algebra, sizes) };
}

/** The factory of a product, from those of its parts. Throws OptionError. */
function productFactory(who: string, K: number, { columns }: EmissionSpec): EmissionFactory {
  const list = columns !== null && typeof columns === "object" ? Object.entries(columns) : [];
  if (list.length === 0)
    throw new OptionError(`${who}: columns is empty, want specs of emissions by names of your own`);
  const parts = list.map(([name, spec]) => {
    const of = `${who}: columns.${name}`;
    knownOptions(of, spec, ["emission", ...emissionOptions]);
    if (["outside", "product", "autoregressive"].includes(spec.emission))
      throw new OptionError(`${of}: emission "${spec.emission}" cannot be part of a product`);
    return [name, emissionFactory(of, K, spec)] as const;
  });
  return {
    numbers: parts.reduce((sum, [, { numbers }]) => sum + numbers, 0),
    make: (algebra) =>
      new Product(algebra, K, Object.fromEntries(parts.map(([name, part]) => [name, part.make(algebra)]))),
  };
}
