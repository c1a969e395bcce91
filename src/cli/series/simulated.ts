/** Forecasts of a net that predicts the next value: futures are simulated, and their spread is the band. */
import { filled } from "../../forecasting/gaps.ts";
import { future, spreadOf, type ValueStream } from "../../forecasting/models/simulated.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { FittedSeries, Gaussians } from "./fitted.ts";

/** Simulated futures. */
const PATHS = 100;

/** A net that predicts the next value, with errors of one variance. */
export interface NextValueNet {
  readonly note: string;
  readonly variance: number;
  readonly seed: number;
  readonly engine: ConstructorParameters<typeof Random>[0];
  readonly signal: AbortSignal;
  predict(y: Float64Array): ArrayLike<number>;
  stream(): ValueStream & { reset(): unknown; dispose(): void };
  save(): Uint8Array;
  dispose(): void;
}

/** Mean and variance over simulated futures of y. */
async function simulate(
  { variance, seed, engine, signal, stream }: NextValueNet,
  y: Float64Array,
  steps: number,
): Promise<Gaussians> {
  const random = new Random(engine, seed, streams.initial);
  const sd = Math.sqrt(variance);
  const run = stream();
  try {
    return await spreadOf({ paths: PATHS, steps, signal }, () => {
      run.reset();
      return future(run, y, steps, () => sd * random.normal());
    });
  } finally {
    run.dispose();
  }
}

/** The model that such a net is. */
export const simulated = (net: NextValueNet): FittedSeries => ({
  note: net.note,
  simulated: { variance: net.variance, seed: net.seed },
  save: () => net.save(),
  dispose: () => net.dispose(),
  oneStep(y) {
    const predicted = net.predict(filled(y).subarray(0, -1));
    return {
      means: Float64Array.from(y, (_, t) => (t === 0 ? NaN : predicted[t - 1])),
      variances: new Float64Array(y.length).fill(net.variance),
    };
  },
  forecast: (y, steps) => simulate(net, filled(y), steps),
});
