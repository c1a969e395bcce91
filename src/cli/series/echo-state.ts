/** An echo state network for a series, chosen as a forecaster's is. */
import { filled } from "../../forecasting/gaps.ts";
import { stableEsn } from "../../forecasting/models/echo-state.ts";
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { type Esn, esn } from "../../models/esn/esn.ts";
import type { FittedSeries, SeriesKind, SeriesNote } from "./fitted.ts";
import { simulated } from "./simulated.ts";

/** A net as a model of a series: its futures are simulated. */
const esnSeries = async (net: Esn, note: SeriesNote, signal: AbortSignal): Promise<FittedSeries> =>
  simulated({
    ...note,
    engine: await inferenceEngine(),
    signal,
    predict: (z) => net.predict([z])[0],
    stream: () => net.stream(),
    save: () => net.save(),
    dispose: () => net.dispose(),
  });

/** The choice with the smallest error whose readout, fitted to all of the series, runs freely. */
export const echoState: SeriesKind = {
  async fit(y, { seed, signal }) {
    const { net, ...chosen } = await stableEsn(filled(y), { seed, signal });
    return esnSeries(net, { ...chosen, seed }, signal);
  },
  open: async (bytes, note, signal) => esnSeries(await esn.load(bytes), note, signal),
};
