/** A structural time series: level, with a slope or without one, and season; by AICc. */
import { structural } from "../../models/structural/structural.ts";
import type { StructuralSpec } from "../../models/structural/structural-family.ts";
import { isUnfit } from "./arima-model.ts";
import { smallest, type FitSetting, type FittedModel, type ForecastModel, type Training } from "./model.ts";
import { fitStateSpace, stateSpace } from "./state-space.ts";

/** Seasons longer than this are made of waves. */
const LONGEST_DUMMY = 24;
const HARMONICS = 5;
const LONGEST_SEASON = 1000;

async function fitSpec(
  spec: StructuralSpec,
  training: Training,
  setting: FitSetting,
): Promise<FittedModel & { criterion: number }> {
  const model = await structural({ ...spec, regression: training.inputs?.count ?? 0 });
  const parts = ["level", ...(spec.slope ? ["slope"] : []), ...(spec.seasonal ? ["season"] : [])];
  return fitStateSpace(model, parts.join(", "), training, setting);
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
  load: async (bytes) => stateSpace(await structural.load(bytes), "as saved"),
};
