/** Forecasts of a net that predicts the next value: futures are simulated, and their spread is the band. */
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { turns } from "../turns.ts";
import { filled, type FittedSeries, type Gaussians } from "./fitted.ts";

/** Simulated futures. */
const PATHS = 100;
/** Steps of the past that bring a net into the state from which it runs on. */
const WARM_UP = 500;

/** A net that is fed one value a step and gives the next. */
export interface ValueStream {
  step(x: number): ArrayLike<number>;
  dispose(): void;
}

/** A net that predicts the next value, with errors of one variance. */
export interface NextValueNet {
  readonly note: string;
  readonly variance: number;
  readonly seed: number;
  readonly engine: ConstructorParameters<typeof Random>[0];
  readonly signal: AbortSignal;
  predict(y: Float64Array): ArrayLike<number>;
  stream(): ValueStream;
  save(): Uint8Array;
  dispose(): void;
}

/** Feeds a stream the end of the past; its prediction of the first value after it. */
export function warmUp(run: ValueStream, past: Float64Array): number {
  let next = 0;
  for (const v of past.subarray(Math.max(0, past.length - WARM_UP))) next = run.step(v)[0];
  return next;
}

/** Mean and variance over simulated futures of y. */
async function simulate(
  { variance, seed, engine, signal, stream }: NextValueNet,
  y: Float64Array,
  steps: number,
): Promise<Gaussians> {
  const turn = turns(signal);
  const random = new Random(engine, seed, streams.initial);
  const sd = Math.sqrt(variance);
  const means = new Float64Array(steps);
  const squares = new Float64Array(steps);
  for (let path = 1; path <= PATHS; ++path) {
    const run = stream();
    try {
      let next = warmUp(run, y);
      for (let h = 0; h < steps; ++h) {
        await turn();
        const value = next + sd * random.normal();
        const gap = value - means[h]; // Welford's update over the paths
        means[h] += gap / path;
        squares[h] += gap * (value - means[h]);
        next = run.step(value)[0];
      }
    } finally {
      run.dispose();
    }
  }
  return { means, variances: squares.map((v) => v / PATHS) };
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
