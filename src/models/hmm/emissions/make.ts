/** The kinds of emission by name, and what of a spec belongs to each. */
import { OptionError, oneOf, whole } from "../../../wasm/errors.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import { Diagonal } from "./diagonal.ts";
import type { Emission } from "./emission.ts";
import { Entrywise } from "./entrywise.ts";
import type { Family } from "./family.ts";
import { gamma } from "./gamma.ts";
import { Gaussian } from "./gaussian.ts";
import { GaussianMixture, type ComponentFactory } from "./gaussian-mixture.ts";
import { Multinomial } from "./multinomial.ts";
import { negativeBinomial } from "./negative-binomial.ts";
import { Outside } from "./outside.ts";
import { Poisson } from "./poisson.ts";
import { studentT } from "./student-t.ts";

/** Kinds of emission. */
export type EmissionName = keyof typeof kinds;

/** How the covariances of Gaussians are kept. */
export type Covariance = "full" | "diagonal" | "spherical" | "tied";

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
}

/** Options of `EmissionSpec` besides `emission`. */
export const emissionOptions = ["symbols", "output", "covariance", "components", "trials"] as const;

/** A checked `EmissionSpec`. */
interface Sizes {
  readonly K: number;
  readonly D: number;
  readonly symbols: number;
  readonly covariance: Covariance;
  readonly components: number;
  readonly trials: number;
}

interface Kind {
  readonly options: readonly (typeof emissionOptions)[number][];
  /** How many numbers all its parameters are. */
  numbers(sizes: Sizes): number;
  make(algebra: Algebra, sizes: Sizes): Emission;
}

/** Numbers of a mean and a covariance. */
const gaussianNumbers = ({ D, covariance }: Sizes): number =>
  covariance === "full" || covariance === "tied" ? D + D * D : 2 * D;

/** Gaussians with covariances as the spec says. */
const gaussians =
  (algebra: Algebra, { D, covariance }: Sizes): ComponentFactory =>
  (K) =>
    covariance === "full" || covariance === "tied"
      ? new Gaussian(algebra, K, D, { tied: covariance === "tied" })
      : new Diagonal(algebra, K, D, { spherical: covariance === "spherical" });

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
    options: ["output", "covariance"],
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
    options: ["output", "covariance", "components"],
    numbers: (sizes) => sizes.K * sizes.components * (1 + gaussianNumbers(sizes)),
    make: (algebra, sizes) =>
      new GaussianMixture(algebra, sizes.K, sizes.components, gaussians(algebra, sizes)),
  },
  "student-t": entries(studentT),
  "negative-binomial": entries(negativeBinomial),
  gamma: entries(gamma),
  bernoulli: entries(bernoulli),
  multinomial: {
    options: ["output", "trials"],
    numbers: ({ K, D }) => K * D,
    make: (algebra, { K, D, trials }) => new Multinomial(algebra, K, D, trials),
  },
  outside: { options: [], numbers: () => 0, make: (_, { K }) => new Outside(K) },
} satisfies Record<string, Kind>;

/** All kinds. */
const emissionNames = Object.keys(kinds) as EmissionName[];

/** Emissions of one kind and size. */
export interface EmissionFactory {
  /** How many numbers all the parameters of one are. */
  readonly numbers: number;
  /** One of them, its parameters 0. */
  make(algebra: Algebra): Emission;
}

/** A checked emission spec as a factory of emissions of K states. Throws OptionError. */
export function emissionFactory(who: string, K: number, spec: EmissionSpec): EmissionFactory {
  const name = oneOf(who, "emission", spec.emission, emissionNames);
  const kind: Kind = kinds[name];
  for (const option of emissionOptions) {
    if (spec[option] === undefined || kind.options.includes(option)) continue;
    const takes = kind.options.length > 0 ? `takes ${kind.options.join(", ")}` : "takes none of these";
    throw new OptionError(`${who}: ${option} was given, but emission "${name}" ${takes}`);
  }
  const sizes: Sizes = {
    K,
    D: whole(who, "output", spec.output ?? 1, 1, 1000),
    symbols: name === "categorical" ? whole(who, "symbols", spec.symbols, 1, 1e6) : 1,
    covariance: oneOf(who, "covariance", spec.covariance ?? "full", [
      "full",
      "diagonal",
      "spherical",
      "tied",
    ]),
    components: whole(who, "components", spec.components ?? 2, 1, 1000),
    trials: whole(who, "trials", spec.trials ?? 1, 0),
  };
  return { numbers: kind.numbers(sizes), make: (algebra) => kind.make(algebra, sizes) };
}
