/**
 * Mixtures of diagonal Gaussians, one for each state: what a hidden Markov model says of sound without a net.
 * They are the emissions of a model whose transitions are all alike, so that the states' densities can be
 * read off its filter:
 *
 *   p(state | y_t) = b_state(y_t) / Σ b     ln p(y_t) = ln (Σ b / N)
 */
import { hmm } from "../../models/hmm/hmm.ts";
import type { Hmm } from "../../models/hmm/model.ts";
import { joined } from "../resampler.ts";
import { engine } from "../../wasm/engine.ts";
import { DataError } from "../../wasm/errors.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { AbortSignal } from "../../wasm/platform.ts";

/** Passes of expectation maximization over the steps of a state. */
const ITERATIONS = 6;
/** Components begin so many deviations around the mean of their state, and with so much of its variance. */
const SPREAD = 0.6;
const SHARE = 0.7;
/** The smallest variance, relative to the data's. */
const FLOOR = 0.01;
/** A state has Gaussians of its own where it has so many numbers for each of theirs. */
const ENOUGH = 4;
/** A probability whose logarithm is taken is at least this. */
const SMALLEST = 1e-300;

/** Sizes of a set of mixtures. */
export interface MixtureSizes {
  /** N */
  readonly states: number;
  /** D: numbers of a step. */
  readonly width: number;
  /** M: Gaussians of each state. */
  readonly components: number;
  readonly seed: number;
}

/** Means and variances [N,D] of the steps of each state; those of all steps where it has few. */
function momentsOf(
  { states: N, width: D }: MixtureSizes,
  data: readonly Float64Array[],
  paths: readonly Int32Array[],
): { means: Float64Array; variances: Float64Array } {
  const counts = new Float64Array(N + 1);
  const sums = new Float64Array((N + 1) * D);
  const squares = new Float64Array((N + 1) * D);
  data.forEach((x, i) => {
    paths[i].forEach((state, t) => {
      for (const k of [state, N]) {
        ++counts[k];
        for (let d = 0; d < D; ++d) {
          const v = x[t * D + d];
          sums[k * D + d] += v;
          squares[k * D + d] += v * v;
        }
      }
    });
  });
  const means = new Float64Array(N * D);
  const variances = new Float64Array(N * D);
  for (let k = 0; k < N; ++k) {
    const from = counts[k] > 2 ? k : N;
    for (let d = 0; d < D; ++d) {
      const mean = sums[from * D + d] / counts[from];
      const middle = sums[N * D + d] / counts[N];
      const all = squares[N * D + d] / counts[N] - middle * middle;
      means[k * D + d] = mean;
      variances[k * D + d] = Math.max(squares[from * D + d] / counts[from] - mean * mean, FLOOR * all);
    }
  }
  return { means, variances };
}

/** The Gaussians of one state: weights [M], means and variances [M,D]. */
interface MixtureParameters {
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

/** M Gaussians around the one of a state. */
function around(
  { components: M, width: D }: MixtureSizes,
  { means, variances }: { readonly means: Float64Array; readonly variances: Float64Array },
  random: Random,
): MixtureParameters {
  const all = { length: M * D };
  const spread = M > 1 ? SPREAD : 0;
  return {
    weights: new Float64Array(M).fill(1 / M),
    means: Float64Array.from(
      all,
      (_, at) => means[at % D] + spread * random.normal() * Math.sqrt(variances[at % D]),
    ),
    variances: Float64Array.from(all, (_, at) => (M > 1 ? SHARE : 1) * variances[at % D]),
  };
}

/** The steps [n,D] of each state. */
function stepsByState(
  { states, width: D }: MixtureSizes,
  data: readonly Float64Array[],
  paths: readonly Int32Array[],
): Float64Array[] {
  const rows = Array.from({ length: states }, () => new Array<Float64Array>());
  data.forEach((x, i) => paths[i].forEach((state, t) => rows[state].push(x.subarray(t * D, (t + 1) * D))));
  return rows.map(joined);
}

const emissionOf = ({ width, components, seed }: MixtureSizes) =>
  ({ emission: "mixture", output: width, components, covariance: "diagonal", seed }) as const;

/** The Gaussians of one state, fitted to its steps. */
async function fitted(
  sizes: MixtureSizes,
  start: MixtureParameters,
  steps: Float64Array,
  signal: AbortSignal | undefined,
): Promise<MixtureParameters> {
  const model = await hmm({ ...emissionOf(sizes), states: 1, emissionParameters: { ...start } });
  try {
    await model.fit([steps], { iterations: ITERATIONS, floor: FLOOR, signal });
    const { weights, means, variances } = model.parameters.emission;
    return { weights, means, variances };
  } finally {
    model.dispose();
  }
}

/** Mixtures. */
export class Mixtures {
  readonly sizes: MixtureSizes;
  readonly #model: Hmm;

  private constructor(sizes: MixtureSizes, model: Hmm) {
    this.sizes = sizes;
    this.#model = model;
  }

  /** Mixtures of the steps of data [T,D] whose states [T] are known. */
  static async make(
    sizes: MixtureSizes,
    data: readonly Float64Array[],
    paths: readonly Int32Array[],
    signal?: AbortSignal,
  ): Promise<Mixtures> {
    const { states: N, width: D, components: M } = sizes;
    const all = momentsOf(sizes, data, paths);
    const random = new Random(await engine("float64"), sizes.seed, streams.recordings);
    const steps = M > 1 ? stepsByState(sizes, data, paths) : [];
    const parts: MixtureParameters[] = [];
    for (let k = 0; k < N; ++k) {
      const own = (x: Float64Array): Float64Array => x.subarray(k * D, (k + 1) * D);
      const start = around(sizes, { means: own(all.means), variances: own(all.variances) }, random);
      const enough = M > 1 && steps[k].length >= ENOUGH * M * D && !signal?.aborted;
      parts.push(enough ? await fitted(sizes, start, steps[k], signal) : start);
    }
    const model = await hmm({
      ...emissionOf(sizes),
      states: N,
      startprob: new Float64Array(N).fill(1 / N),
      transmat: new Float64Array(N * N).fill(1 / N),
      emissionParameters: {
        weights: joined(parts.map(({ weights }) => weights)),
        means: joined(parts.map(({ means }) => means)),
        variances: joined(parts.map(({ variances }) => variances)),
      },
    });
    return new Mixtures(sizes, model);
  }

  /** Those of the bytes of `save`. Throws DataError on others, and on those of other sizes. */
  static async load(who: string, bytes: Uint8Array | ArrayBuffer, sizes: MixtureSizes): Promise<Mixtures> {
    const { states: N, width: D, components: M } = sizes;
    const model = await hmm.load(bytes);
    const { startprob, emission } = model.parameters;
    if (startprob.length === N && emission.means?.length === N * M * D) return new Mixtures(sizes, model);
    model.dispose();
    throw new DataError(`${who}: the file has no ${M} Gaussians of ${D} numbers for each of ${N} states`);
  }

  /** Safetensors of the model of which they are the emissions. */
  save(): Uint8Array<ArrayBuffer> {
    return this.#model.save();
  }

  /** ln p(step | state) [T,N] of steps [T,D]. */
  logs(x: Float64Array): Float64Array {
    const N = this.sizes.states;
    const [{ states, logLikelihoods }] = this.#model.filter([x]);
    const logs = elementwise(
      this.#model.engine,
      "mapLog",
      states.map((p) => Math.max(p * N, SMALLEST)),
    );
    return logs.map((log, at) => log + logLikelihoods[Math.floor(at / N)]);
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#model.dispose();
  }
}
