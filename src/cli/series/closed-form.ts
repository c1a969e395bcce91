/** Models of a series with closed-form inference: autoregression, linear dynamics, hidden states. */
import { autoregressive } from "../../models/autoregressive/autoregressive.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import { lds } from "../../models/lds/lds.ts";
import { filled, type FitSeries, type Gaussians } from "./fitted.ts";

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

/** Autoregression of an order that BIC chooses. */
export const fitAr: FitSeries = async (y) => {
  const model = await autoregressive({ maxOrder: Math.max(1, Math.min(30, Math.floor(y.length / 10))) });
  const { order } = await model.fit([y]);
  return {
    note: `order ${order}`,
    oneStep: (z) => gaussians(model.predict([z])[0]),
    forecast: (z, steps) => gaussians(model.forecast(steps, { history: [filled(z)] })),
    save: () => model.save(),
    dispose: () => model.dispose(),
  };
};

/** A linear dynamical system, the best of some runs of EM. */
export const fitLds: FitSeries = async (y, { seed, states, signal, progress }) => {
  const model = await lds({ state: states, output: 1, seed });
  const restarts = 3;
  const iterations = 150;
  const { iterations: done } = await model.fit([y], {
    iterations,
    restarts,
    tolerance: 1e-3,
    signal,
    onProgress: (e) => progress((e.restart + e.iteration / iterations) / restarts),
  });
  return {
    note: `${states} states, ${done} iterations of EM`,
    oneStep: (z) => gaussians(model.predict([z])[0]),
    forecast: (z, steps) => gaussians(model.forecast(steps, { history: [z] })),
    save: () => model.save(),
    dispose: () => model.dispose(),
  };
};

/** A hidden Markov model with Gaussian emissions, the best of some runs of EM. */
export const fitHmm: FitSeries = async (y, { seed, states, signal, progress }) => {
  const model = await hmm({ states, emission: "gaussian", seed });
  const restarts = 5;
  const iterations = 200;
  const { iterations: done } = await model.fit([y], {
    iterations,
    restarts,
    tolerance: 1e-3,
    signal,
    onProgress: (e) => progress((e.restart + e.iteration / iterations) / restarts),
  });
  const outputs = ({ means, variances }: { means?: Float64Array; variances?: Float64Array }): Gaussians => ({
    means: means!,
    variances: variances!,
  });
  const { means, covariances } = model.parameters.emission;
  return {
    note: `${states} states, ${done} iterations of EM`,
    oneStep: (z) => outputs(model.predict([z])[0]),
    forecast: (z, steps) => outputs(model.forecast(steps, { history: [z] })),
    save: () => model.save(),
    dispose: () => model.dispose(),
    logLikelihoods(z) {
      // a mixture of Gaussians
      const { states: weights } = model.predict([z])[0];
      const component = (v: number, t: number, k: number): number =>
        Math.log(weights[t * states + k]) + logNormal(v, means[k], covariances[k]);
      return Array.from(z, (v, t) => logSum(Array.from(means, (_, k) => component(v, t, k))));
    },
  };
};
