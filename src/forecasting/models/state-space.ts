/** Structural and ARIMA models, fitted by maximum likelihood, as a forecaster has them. */
import type { StateSpaceModel } from "../../models/structural/model.ts";
import { disposedOnFailure, inputsUpTo, type FitSetting, type FittedModel, type Training } from "./model.ts";

const ITERATIONS = 60;

/** One of the two, which has a file. */
type SavedModel = StateSpaceModel & { save(): Uint8Array };

/** What a fitted or read model is to a forecaster. */
export const stateSpace = (model: SavedModel, note: string): FittedModel => ({
  note,
  forecast: ({ z, inputs }, steps) => {
    const { means, covariances } = model.forecast(steps, {
      history: [z],
      ...inputsUpTo(inputs, z.length + steps),
    });
    return { means, variances: covariances };
  },
  predict(z) {
    const { means, covariances } = model.predict([z])[0];
    return { means, variances: covariances };
  },
  save: () => model.save(),
  dispose: () => model.dispose(),
});

/** Fits it; its criterion is AICc. */
export function fitStateSpace(
  model: SavedModel,
  note: string,
  { z, inputs }: Training,
  { signal }: FitSetting,
): Promise<FittedModel & { criterion: number }> {
  const given = inputsUpTo(inputs, z.length);
  return disposedOnFailure(model, async () => {
    await model.fit([z], { ...given, iterations: ITERATIONS, tolerance: 1e-4, signal });
    signal?.throwIfAborted();
    return { ...stateSpace(model, note), criterion: model.criteria([z], given).aicc };
  });
}
