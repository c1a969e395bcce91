/** A structural time series: level, with a slope or without one, and season; by AICc. */
import { structural, type Structural } from "../../models/structural/structural.ts";
import type { StructuralSpec } from "../../models/structural/structural-family.ts";
import { isUnfit } from "./arima-model.ts";
import {
  inputsUpTo,
  smallest,
  type FitSetting,
  type FittedModel,
  type ForecastModel,
  type Training,
} from "./model.ts";

/** Seasons longer than this are made of waves. */
const LONGEST_DUMMY = 24;
const HARMONICS = 5;
const LONGEST_SEASON = 1000;
const ITERATIONS = 60;

const fittedStructural = (model: Structural, note: string): FittedModel => ({
  note,
  forecast: ({ z, inputs }, steps) => {
    const { means, covariances } = model.forecast(steps, {
      history: [z],
      ...inputsUpTo(inputs, z.length + steps),
    });
    return { means, variances: covariances };
  },
  save: () => model.save(),
  dispose: () => model.dispose(),
});

async function fitSpec(
  spec: StructuralSpec,
  { z, inputs }: Training,
  { signal }: FitSetting,
): Promise<FittedModel & { criterion: number }> {
  const given = inputsUpTo(inputs, z.length);
  const model = await structural({ ...spec, regression: inputs?.count ?? 0 });
  try {
    await model.fit([z], { ...given, iterations: ITERATIONS, tolerance: 1e-4, signal });
    signal?.throwIfAborted();
    const parts = ["level", ...(spec.slope ? ["slope"] : []), ...(spec.seasonal ? ["season"] : [])];
    const criterion = model.criteria([z], given).aicc;
    return { ...fittedStructural(model, parts.join(", ")), criterion };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function seasonOf(season: number): Pick<StructuralSpec, "seasonal"> {
  if (season < 2 || season > LONGEST_SEASON) return {};
  if (season <= LONGEST_DUMMY) return { seasonal: [season] };
  return { seasonal: [{ period: season, harmonics: HARMONICS }] };
}

/** Structural models. */
export const structuralModel: ForecastModel = {
  takesInputs: true,
  atLeast: (season) => (season > 1 ? 2 * season : 0) + 8,
  fit: (training, setting) =>
    smallest(
      [false, true].map((slope) => () => {
        const spec = { level: true, slope, ...seasonOf(training.season) };
        return fitSpec(spec, training, setting);
      }),
      isUnfit,
    ),
  load: async (bytes) => fittedStructural(await structural.load(bytes), "as saved"),
};
