/**
 * An LSTM whose outputs are the location, scale and degrees of freedom of the next value (DeepAR, Salinas et
 * al. 2020), one for all series; its weights are those that do best on the ends of the series.
 */
import { studentT } from "../../losses/optional/descriptions.ts";
import { dense } from "../../models/network/layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import { nextStep } from "../../tasks/next-step.ts";
import { filled } from "../gaps.ts";
import { alone, CELLS, learnedPart, sharedBy, trained, WINDOW, windowStarts } from "./lstm-fit.ts";
import { drawnOutlook } from "./simulated.ts";
import type { FitSetting, FittedModel, ForecastModel } from "./model.ts";

/** Futures that are drawn. */
const PATHS = 200;

/** Overlapping windows of the first `cut` values. */
function windows(z: Float64Array, cut: number): Float64Array[] {
  const span = Math.min(WINDOW + 1, cut);
  return windowStarts(cut, span).map((from) => z.slice(from, from + span));
}

const fittedLstm = (net: Network, note: string, { seed, math }: FitSetting): FittedModel => ({
  note,
  forecast: ({ z }, steps) => {
    const history = filled(z).slice(-WINDOW); // nets are trained from their first state on as many steps
    return drawnOutlook(
      { paths: PATHS, steps },
      (path) => net.sample(steps, { history, seed: seed + path }).sequence,
      math,
    );
  },
  save: () => net.save({ training: false }),
  dispose: () => net.dispose(),
});

const fitTogether: NonNullable<ForecastModel["fitTogether"]> = async (trainings, setting) => {
  const series = trainings.map(({ z }) => filled(z));
  const cuts = series.map(({ length }) => learnedPart(length));
  const net = await network({
    input: 1,
    layers: [lstm(CELLS), dense(3)],
    loss: studentT(),
    seed: setting.seed,
  });
  const note = await trained(
    net,
    nextStep(series.flatMap((z, i) => windows(z, cuts[i]))),
    nextStep(series.map((z, i) => z.slice(Math.max(0, cuts[i] - WINDOW)))),
    setting,
  );
  return sharedBy(net, trainings, () => fittedLstm(net, note, setting));
};

/** An LSTM with a Student-t head. */
export const lstmModel: ForecastModel = {
  takesInputs: false,
  atLeast: () => 60,
  fit: alone(fitTogether),
  fitTogether,
  load: async (bytes, setting) => fittedLstm(await network.load(bytes), "as saved", setting),
};
