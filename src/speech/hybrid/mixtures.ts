/**
 * Mixtures of diagonal Gaussians, one for each state: what a hidden Markov model says of sound without a net.
 * They are the emissions of a model whose transitions are all alike, so that the states' densities can be
 * read off its filter:
 *
 *   p(state | y_t) = b_state(y_t) / Σ b     ln p(y_t) = ln (Σ b / N)
 */
import { hmm } from "../../models/hmm/hmm.ts";
import type { Hmm } from "../../models/hmm/model.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { AbortSignal } from "../../wasm/platform.ts";

/** Passes of expectation maximization at given states. */
const ITERATIONS = 4;
/** Components begin so many deviations around the mean of their state, and with so much of its variance. */
const SPREAD = 0.6;
const SHARE = 0.7;
/** The smallest variance, relative to the data's. */
const FLOOR = 0.01;
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
    const { states: N, width: D, components: M, seed } = sizes;
    const { means, variances } = momentsOf(sizes, data, paths);
    const spread = new Float64Array(N * M * D);
    const chance = await chanceOf(seed, spread.length);
    for (let at = 0; at < spread.length; ++at) {
      const from = Math.floor(at / (M * D)) * D + (at % D);
      spread[at] = means[from] + (M > 1 ? SPREAD * chance[at] * Math.sqrt(variances[from]) : 0);
    }
    const model = await hmm({
      states: N,
      emission: "mixture",
      output: D,
      components: M,
      covariance: "diagonal",
      startprob: new Float64Array(N).fill(1 / N),
      transmat: new Float64Array(N * N).fill(1 / N),
      fixed: ["startprob", "transmat"],
      emissionParameters: {
        weights: new Float64Array(N * M).fill(1 / M),
        means: spread,
        variances: Float64Array.from(
          { length: N * M * D },
          (_, at) => (M > 1 ? SHARE : 1) * variances[Math.floor(at / (M * D)) * D + (at % D)],
        ),
      },
      seed,
    });
    if (M > 1)
      await model.fit(data, {
        iterations: ITERATIONS,
        states: paths.map((p) => [...p]),
        floor: FLOOR,
        signal,
      });
    return new Mixtures(sizes, model);
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

/** n standard normals. */
async function chanceOf(seed: number, n: number): Promise<Float64Array> {
  const { engine } = await import("../../wasm/engine.ts");
  const random = new Random(await engine("float64"), seed, streams.recordings);
  return Float64Array.from({ length: n }, () => random.normal());
}
