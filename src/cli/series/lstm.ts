/** An LSTM that predicts the next value of a series; its weights are those that do best on the end of it. */
import { dense } from "../../models/network/layers.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { filled } from "../../forecasting/gaps.ts";
import { meanSquare } from "../../forecasting/scores.ts";
import { windows } from "../../forecasting/models/lstm.ts";
import type { FittedSeries, SeriesKind, SeriesNote } from "./fitted.ts";
import { simulated } from "./simulated.ts";

/** Share of the series that the gradient sees; the rest chooses among the weights on the way. */
const LEARNED = 0.85;
/** Steps between two looks at the rest. */
const LOOK = 25;

/** A net as a model of a series: its futures are simulated. */
const lstmSeries = (net: Network, note: SeriesNote, signal: AbortSignal): FittedSeries =>
  simulated({
    ...note,
    engine: net.engine,
    signal,
    predict: (z) => Float64Array.from(net.predict([z])[0]),
    stream: () => net.stream(),
    save: () => net.save({ training: false }),
    dispose: () => net.dispose(),
  });

/** Trains, and keeps the weights that do best on the end of the series. */
export const recurrent: SeriesKind = {
  async fit(y, { seed, cells, steps, signal, progress }) {
    const whole = filled(y);
    const cut = Math.floor(LEARNED * whole.length);
    const net = await network({ input: 1, layers: [lstm(cells), dense(1)], loss: "squared", seed });
    const look = (): number => meanSquare(net.predict([whole.slice(0, -1)])[0], whole.slice(1), cut);
    const { best } = await net.fit(windows(whole, cut), {
      optimizer: adam({ rate: (t) => 0.01 / (1 + t / 300), clip: 1 }),
      steps,
      batch: 32,
      signal,
      validation: () => ({ loss: look() }),
      every: LOOK,
      keepBest: true,
      onProgress: ({ step }) => progress(step / steps),
    });
    const note = `${cells} cells, weights of step ${best?.step ?? net.step}`;
    return lstmSeries(net, { note, variance: best?.validation?.loss ?? look(), seed }, signal);
  },
  open: async (bytes, note, signal) => lstmSeries(await network.load(bytes), note, signal),
};
