/** Autoregression, linear dynamics and hidden states. */
import { autoregressive, type Autoregressive } from "../../models/autoregressive/autoregressive.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import type { Hmm } from "../../models/hmm/model.ts";
import { lds, type Lds } from "../../models/lds/lds.ts";
import { readTensors } from "../../formats/read-safetensors.ts";
import { filled } from "../gaps.ts";
import { arimaModel, fitArima } from "./arima-model.ts";
import { disposedOnFailure, type FittedModel, type ForecastModel, type Outlook } from "./model.ts";

/** Steps a parameter of an autoregression. */
const STEPS_A_TAP = 4;
const LONGEST_ORDER = 40;
/** Largest order of an autoregression beside known inputs, whose states are as many. */
const ORDER_WITH_INPUTS = 12;
const STATES = 3;
/** Runs of EM, the best of which is kept. */
const RUNS = { iterations: 100, restarts: 3, tolerance: 1e-3 };

const outlook = ({ means, covariances }: { means: Float64Array; covariances: Float64Array }): Outlook => ({
  means,
  variances: covariances,
});

const fittedAutoregression = (model: Autoregressive): FittedModel => ({
  note: `order ${model.parameters.order}`,
  forecast: ({ z }, steps) => outlook(model.forecast(steps, { history: [filled(z)] })),
  predict: (z) => outlook(model.predict([z])[0]),
  save: () => model.save(),
  dispose: () => model.dispose(),
});

/**
 * Autoregression, its order by BIC; beside known inputs its errors are autoregressive (ARIMA without
 * differences).
 */
export const autoregression: ForecastModel = {
  takesInputs: true,
  atLeast: () => 12,
  async fit(training, setting) {
    const { z, season, inputs } = training;
    const most = Math.min(Math.max(LONGEST_ORDER, season + 1), Math.floor(z.length / STEPS_A_TAP));
    const model = await autoregressive({ maxOrder: setting.maxOrder ?? most });
    return disposedOnFailure(model, async () => {
      const { order } = await model.fit([z], { signal: setting.signal });
      setting.signal?.throwIfAborted();
      if (!inputs) return fittedAutoregression(model);
      model.dispose();
      return fitArima({ p: Math.min(order, ORDER_WITH_INPUTS) }, training, setting);
    });
  },
  async load(bytes, setting) {
    const withInputs = readTensors(bytes, "forecaster.load").spec.model === "arima";
    if (withInputs) return arimaModel.load(bytes, setting);
    return fittedAutoregression(await autoregressive.load(bytes));
  },
};

const fittedLds = (model: Lds, note: string): FittedModel => ({
  note,
  forecast: ({ z }, steps) => outlook(model.forecast(steps, { history: [z] })),
  predict: (z) => outlook(model.predict([z])[0]),
  save: () => model.save(),
  dispose: () => model.dispose(),
});

/** A linear dynamical system, the best of some runs of EM. */
export const linearDynamics: ForecastModel = {
  takesInputs: false,
  atLeast: () => 20,
  async fit({ z }, { seed, signal }) {
    const model = await lds({ state: STATES, output: 1, seed });
    return disposedOnFailure(model, async () => {
      await model.fit([z], { ...RUNS, signal });
      signal?.throwIfAborted();
      return fittedLds(model, `${STATES} states`);
    });
  },
  load: async (bytes) => fittedLds(await lds.load(bytes), "as saved"),
};

const fittedHmm = (model: Hmm, note: string): FittedModel => ({
  note,
  forecast({ z }, steps) {
    const { means, variances } = model.forecast(steps, { history: [z] });
    return { means: means!, variances: variances! };
  },
  predict(z) {
    const { means, variances } = model.predict([z])[0];
    return { means: means!, variances: variances! };
  },
  save: () => model.save(),
  dispose: () => model.dispose(),
});

/** A hidden Markov model with Gaussian emissions, the best of some runs of EM. */
export const hiddenStates: ForecastModel = {
  takesInputs: false,
  atLeast: () => 20,
  async fit({ z }, { seed, signal }) {
    const model = await hmm({ states: STATES, emission: "gaussian", seed });
    return disposedOnFailure(model, async () => {
      await model.fit([z], { ...RUNS, signal });
      signal?.throwIfAborted();
      return fittedHmm(model, `${STATES} states`);
    });
  },
  load: async (bytes) => fittedHmm(await hmm.load(bytes), "as saved"),
};
