/**
 * Information criteria: how well a model fits, against what it cost to fit it. (Akaike 1974; Schwarz 1978;
 * Hurvich & Tsai 1989.)
 */
import type { Algebra } from "../../inference/matrix.ts";
import { DataError } from "../../wasm/errors.ts";

/** Criteria of a fit, of which less is better. */
export interface StateSpaceCriteria {
  /** 2k - 2·ln p, of k parameters (Akaike 1974). */
  readonly aic: number;
  /** AIC for few observations: + 2k(k+1)/(n-k-1) (Hurvich & Tsai 1989). */
  readonly aicc: number;
  /** k·ln n - 2·ln p (Schwarz 1978). */
  readonly bic: number;
  /** k, what was estimated. */
  readonly parameters: number;
  /** n, the values that count in ln p. */
  readonly observations: number;
}

/** The criteria of a fit. Throws DataError where there are too few observations for AICc. */
export function informationCriteria(
  who: string,
  algebra: Algebra,
  fit: Pick<StateSpaceCriteria, "parameters" | "observations"> & { readonly logLikelihood: number },
): StateSpaceCriteria {
  const { logLikelihood, parameters: k, observations: n } = fit;
  if (n < k + 2) throw new DataError(`${who}: ${n} observations, want more than ${k + 1}`);
  const aic = 2 * k - 2 * logLikelihood;
  return {
    aic,
    aicc: aic + (2 * k * (k + 1)) / (n - k - 1),
    bic: k * algebra.log([n])[0] - 2 * logLikelihood,
    parameters: k,
    observations: n,
  };
}
