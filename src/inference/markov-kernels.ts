/** The kernels of hidden Markov models as TypeScript sees them. */
import type { Ptr } from "../wasm/kernels.ts";

/**
 * Hidden Markov recursions and emissions: assembly/inference/markov.ts, markov-log.ts, viterbi.ts,
 * emissions.ts, counts.ts, gamma.ts.
 */
export interface MarkovKernels {
  emissionRows(R: number, N: number, logb: Ptr, b: Ptr, shift: Ptr): void;
  hmmForward(
    T: number,
    N: number,
    pi: Ptr,
    A: Ptr,
    b: Ptr,
    shift: Ptr,
    rows: Ptr,
    logb: Ptr,
    alpha: Ptr,
    c: Ptr,
    ll: Ptr,
    scratch: Ptr,
  ): number;
  hmmBackward(
    T: number,
    N: number,
    At: Ptr,
    b: Ptr,
    rows: Ptr,
    alpha: Ptr,
    c: Ptr,
    gamma: Ptr,
    counts: Ptr,
    scratch: Ptr,
  ): void;
  hmmScratch(N: number): number;
  hmmAdvance(N: number, x: Ptr, A: Ptr, out: Ptr): void;
  hmmLogAdvance(N: number, x: Ptr, logA: Ptr, out: Ptr, scratch: Ptr): void;
  viterbi(T: number, N: number, logPi: Ptr, logA: Ptr, logb: Ptr, rows: Ptr, delta: Ptr, path: Ptr): number;
  hmmLogForward(
    T: number,
    N: number,
    logPi: Ptr,
    logA: Ptr,
    logb: Ptr,
    rows: Ptr,
    alpha: Ptr,
    ll: Ptr,
    scratch: Ptr,
  ): number;
  hmmLogBackward(
    T: number,
    N: number,
    logA: Ptr,
    logAt: Ptr,
    logb: Ptr,
    rows: Ptr,
    alpha: Ptr,
    ll: Ptr,
    gamma: Ptr,
    counts: Ptr,
    scratch: Ptr,
  ): void;
  gaussianLogDensity(
    T: number,
    D: number,
    K: number,
    N: number,
    y: Ptr,
    mean: Ptr,
    W: Ptr,
    base: Ptr,
    out: Ptr,
    scratch: Ptr,
  ): void;
  diagonalLogDensity(
    T: number,
    D: number,
    K: number,
    N: number,
    y: Ptr,
    mean: Ptr,
    precision: Ptr,
    logPrecision: Ptr,
    out: Ptr,
  ): void;
  poissonLogDensity(
    T: number,
    D: number,
    K: number,
    N: number,
    y: Ptr,
    rate: Ptr,
    logRate: Ptr,
    out: Ptr,
    scratch: Ptr,
  ): void;
  symbolCounts(T: number, N: number, ids: Ptr, gamma: Ptr, counts: Ptr): void;
  diagonalMoments(
    T: number,
    D: number,
    K: number,
    N: number,
    y: Ptr,
    gamma: Ptr,
    center: Ptr,
    weight: Ptr,
    first: Ptr,
    second: Ptr,
  ): void;
  fullMoments(
    T: number,
    D: number,
    K: number,
    N: number,
    y: Ptr,
    gamma: Ptr,
    center: Ptr,
    weight: Ptr,
    first: Ptr,
    second: Ptr,
    scratch: Ptr,
  ): void;
  mapLogGamma(n: number, x: Ptr, out: Ptr): void;
  mapDigamma(n: number, x: Ptr, out: Ptr): void;
  mapTrigamma(n: number, x: Ptr, out: Ptr): void;
}
