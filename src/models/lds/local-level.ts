/** The local level model: a random walk seen in noise. (Durbin & Koopman 2012, chapter 2.) */
import { inRange, knownOptions } from "../../wasm/errors.ts";
import { lds, type Lds } from "./lds.ts";
import type { InitialOption } from "./spec.ts";

/**
 * Its variances, each at least 0; those left out are learned, from a start that the first fit scales to the
 * data.
 */
export interface LocalLevelSpec {
  /** Variance of the steps of the walk. */
  readonly level?: number;
  /** Variance of the noise in which it is seen. */
  readonly observation?: number;
  /** Default "diffuse". */
  readonly initial?: InitialOption;
}

/** Builds a local level model. Throws OptionError, ShapeError or NumericError. */
export async function localLevel(spec: LocalLevelSpec = {}): Promise<Lds> {
  knownOptions("localLevel", spec, ["level", "observation", "initial"]);
  const { level, observation, initial = "diffuse" } = spec;
  for (const [name, value] of Object.entries({ level, observation }))
    if (value !== undefined) inRange("localLevel", name, value, 0);
  return lds({
    state: 1,
    output: 1,
    A: 1,
    C: 1,
    initial,
    fixed: ["A", "C"],
    ...(level === undefined ? {} : { Q: level }),
    ...(observation === undefined ? {} : { R: observation }),
  });
}
