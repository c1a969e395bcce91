/** Models of a series with closed-form inference: autoregression, linear dynamics, hidden states. */
import { type Autoregressive, autoregressive } from "../../models/autoregressive/autoregressive.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import type { Hmm } from "../../models/hmm/model.ts";
import type { EmOptions } from "../../train/em.ts";
import { type Lds, lds } from "../../models/lds/lds.ts";
import { filled } from "../../forecasting/gaps.ts";
import { disposedOnFailure } from "../../forecasting/models/model.ts";
import type { FittedSeries, Gaussians, SeriesKind, SeriesOptions } from "./fitted.ts";

const gaussians = ({
  means,
  covariances,
}: {
  means: Float64Array;
  covariances: Float64Array;
}): Gaussians => ({ means, variances: covariances });

/** ln Σ e^x without underflow. */
function logSum(terms: readonly number[]): number {
  const max = Math.max(...terms);
  return max === -Infinity ? max : max + Math.log(terms.reduce((sum, x) => sum + Math.exp(x - max), 0));
}

/** ln N(v; mean, variance). */
export const logNormal = (v: number, mean: number, variance: number): number =>
  -0.5 * (Math.log(2 * Math.PI * variance) + (v - mean) ** 2 / variance);

/** Autoregression. */
const arSeries = (model: Autoregressive, note: string): FittedSeries => ({
  note,
  oneStep: (z) => gaussians(model.predict([z])[0]),
  forecast: (z, steps) => gaussians(model.forecast(steps, { history: [filled(z)] })),
  save: () => model.save(),
  dispose: () => model.dispose(),
});

/** Autoregression of an order that BIC chooses. */
export const ar: SeriesKind = {
  async fit(y, { signal }) {
    const model = await autoregressive({ maxOrder: Math.max(1, Math.min(30, Math.floor(y.length / 10))) });
    const { order } = await disposedOnFailure(model, () => model.fit([y], { signal }));
    return arSeries(model, `order ${order}`);
  },
  open: async (bytes, { note }) => arSeries(await autoregressive.load(bytes), note),
};

/** Options of runs of EM, the best of which is kept. */
const runs = (
  { signal, progress }: Pick<SeriesOptions, "signal" | "progress">,
  restarts: number,
  iterations: number,
): EmOptions => ({
  iterations,
  restarts,
  tolerance: 1e-3,
  signal,
  onProgress: (e) => progress((e.restart + e.iteration / iterations) / restarts),
});

const ldsSeries = (model: Lds, note: string): FittedSeries => ({
  note,
  oneStep: (z) => gaussians(model.predict([z])[0]),
  forecast: (z, steps) => gaussians(model.forecast(steps, { history: [z] })),
  save: () => model.save(),
  dispose: () => model.dispose(),
});

/** A linear dynamical system, the best of some runs of EM. */
export const linear: SeriesKind = {
  async fit(y, options) {
    const { seed, states } = options;
    const model = await lds({ state: states, output: 1, seed });
    const { iterations } = await disposedOnFailure(model, () => model.fit([y], runs(options, 3, 150)));
    return ldsSeries(model, `${states} states, ${iterations} iterations of EM`);
  },
  open: async (bytes, { note }) => ldsSeries(await lds.load(bytes), note),
};

const hmmSeries = (model: Hmm, note: string): FittedSeries => {
  const outputs = ({ means, variances }: { means?: Float64Array; variances?: Float64Array }): Gaussians => ({
    means: means!,
    variances: variances!,
  });
  const { means, covariances } = model.parameters.emission;
  const K = means.length;
  return {
    note,
    oneStep: (z) => outputs(model.predict([z])[0]),
    forecast: (z, steps) => outputs(model.forecast(steps, { history: [z] })),
    save: () => model.save(),
    dispose: () => model.dispose(),
    logLikelihoods(z) {
      // a mixture of Gaussians
      const { states: weights } = model.predict([z])[0];
      const component = (v: number, t: number, k: number): number =>
        Math.log(weights[t * K + k]) + logNormal(v, means[k], covariances[k]);
      return Array.from(z, (v, t) => logSum(Array.from(means, (_, k) => component(v, t, k))));
    },
  };
};

/** A hidden Markov model with Gaussian emissions, the best of some runs of EM. */
export const hidden: SeriesKind = {
  async fit(y, options) {
    const { seed, states } = options;
    const model = await hmm({ states, emission: "gaussian", seed });
    const { iterations } = await disposedOnFailure(model, () => model.fit([y], runs(options, 5, 200)));
    return hmmSeries(model, `${states} states, ${iterations} iterations of EM`);
  },
  open: async (bytes, { note }) => hmmSeries(await hmm.load(bytes), note),
};
