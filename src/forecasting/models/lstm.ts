/**
 * An LSTM whose outputs are the location, scale and degrees of freedom of the next value (DeepAR, Salinas et
 * al. 2020); its weights are those that do best on the end of the series.
 */
import { studentT } from "../../losses/optional/descriptions.ts";
import { dense } from "../../models/network/layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import { adam } from "../../optim/adam.ts";
import { nextStep } from "../../tasks/next-step.ts";
import type { DataItem } from "../../data/item.ts";
import { filled } from "../gaps.ts";
import { recent, spreadOf } from "./simulated.ts";
import { disposedOnFailure, type FitSetting, type FittedModel, type ForecastModel } from "./model.ts";

const CELLS = 24;
const STEPS = 400;
/** Futures that are drawn. */
const PATHS = 200;
/** Steps of a training sequence; the next one begins a quarter later. */
const WINDOW = 64;
/** Share of the series that the gradient sees; the rest chooses among the weights on the way. */
const LEARNED = 0.85;
/** Steps between two looks at the rest. */
const LOOK = 25;

/** Overlapping windows of the first `cut` values, each a sequence of next values. */
function windows(z: Float64Array, cut: number): DataItem[] {
  const span = Math.min(WINDOW, cut - 1);
  const stride = Math.max(1, span >> 2);
  const count = Math.max(1, Math.floor((cut - 1) / stride) - 3);
  const parts = Array.from({ length: count }, (_, i) => z.slice(i * stride, i * stride + span + 1));
  return nextStep(parts.filter((part) => part.length > span));
}

const fittedLstm = (net: Network, note: string, { seed, signal }: FitSetting): FittedModel => ({
  note,
  forecast: ({ z }, steps) => {
    const history = recent(filled(z));
    return spreadOf(
      { paths: PATHS, steps, signal },
      (path) => net.sample(steps, { history, seed: seed + path }).sequence,
    );
  },
  save: () => net.save({ training: false }),
  dispose: () => net.dispose(),
});

/** An LSTM with a Student-t head. */
export const lstmModel: ForecastModel = {
  takesInputs: false,
  atLeast: () => 60,
  async fit({ z }, setting) {
    const { seed, signal } = setting;
    const whole = filled(z);
    const cut = Math.floor(LEARNED * whole.length);
    const net = await network({ input: 1, layers: [lstm(CELLS), dense(3)], loss: studentT(), seed });
    return disposedOnFailure(net, async () => {
      const { best } = await net.fit(windows(whole, cut), {
        optimizer: adam({ rate: (t) => 0.01 / (1 + t / 300), clip: 1 }),
        steps: STEPS,
        batch: 32,
        validation: nextStep([whole.slice(Math.max(0, cut - WINDOW))]),
        every: LOOK,
        keepBest: true,
        ...(signal ? { signal } : {}),
      });
      signal?.throwIfAborted();
      return fittedLstm(net, `${CELLS} cells, weights of step ${best?.step ?? net.step}`, setting);
    });
  },
  load: async (bytes, setting) => fittedLstm(await network.load(bytes), "as saved", setting),
};
