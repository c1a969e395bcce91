/**
 * The models that `unrolled train series` compares, behind one face: one step ahead with its variance, and a
 * forecast with its own.
 */
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { autoregressive } from "../../models/autoregressive.ts";
import { esn } from "../../models/esn/esn.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import { dense, lstm } from "../../models/network/layers.ts";
import { lds } from "../../models/lds/lds.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { Random } from "../../wasm/random.ts";
import { nextStep } from "../../tasks/next-step.ts";

/** Means and variances, one a step. */
export interface Gaussians {
  readonly means: ArrayLike<number>;
  readonly variances: ArrayLike<number>;
}

/** A model fitted to a standardized series. */
export interface FittedSeries {
  /** What was chosen in fitting. */
  readonly note: string;
  /** y_t given all before it, for every t; NaN where the model cannot say. */
  oneStep(y: Float64Array): Gaussians;
  /** ln p(y_t | y_<t), where it is not that of a Gaussian. */
  logLikelihoods?(y: Float64Array): ArrayLike<number>;
  /** The next steps after y, each given only y. */
  forecast(y: Float64Array, steps: number): Gaussians;
  dispose(): void;
}

/** How to fit. */
export interface SeriesOptions {
  readonly seed: number;
  /** Hidden states of lds and hmm, cells of the LSTM, steps of its training. */
  readonly states: number;
  readonly cells: number;
  readonly steps: number;
  readonly signal: AbortSignal;
  progress(fraction: number, note: string): void;
}

export const seriesModels: Readonly<
  Record<string, (y: Float64Array, options: SeriesOptions) => Promise<FittedSeries>>
> = { ar: fitAr, lds: fitLds, hmm: fitHmm, esn: fitEsn, lstm: fitLstm };

const PATHS = 100; // simulated futures of a net: its band is their spread
const WINDOW = 64; // steps of the LSTM's training sequences

async function fitAr(y: Float64Array): Promise<FittedSeries> {
  const model = await autoregressive({ maxOrder: Math.max(1, Math.min(30, Math.floor(y.length / 10))) });
  const { order } = await model.fit([y]);
  const outputs = ({
    means,
    covariances,
  }: {
    means: Float64Array;
    covariances: Float64Array;
  }): Gaussians => ({ means, variances: covariances });
  return {
    note: `order ${order}`,
    oneStep: (z) => outputs(model.predict([z])[0]),
    forecast: (z, steps) => outputs(model.forecast(steps, { history: [filled(z)] })),
    dispose: () => model.dispose(),
  };
}

async function fitLds(
  y: Float64Array,
  { seed, states, signal, progress }: SeriesOptions,
): Promise<FittedSeries> {
  const model = await lds({ state: states, output: 1, seed });
  const restarts = 3;
  const iterations = 150;
  const { iterations: done } = await model.fit([y], {
    iterations,
    restarts,
    tolerance: 1e-3,
    signal,
    onProgress: (e) =>
      progress((e.restart + e.iteration / iterations) / restarts, `ln p ${e.objective.toFixed(1)}`),
  });
  const outputs = ({
    means,
    covariances,
  }: {
    means: Float64Array;
    covariances: Float64Array;
  }): Gaussians => ({ means, variances: covariances });
  return {
    note: `${states} states, ${done} iterations of EM`,
    oneStep: (z) => outputs(model.predict([z])[0]),
    forecast: (z, steps) => outputs(model.forecast(steps, { history: [z] })),
    dispose: () => model.dispose(),
  };
}

async function fitHmm(
  y: Float64Array,
  { seed, states, signal, progress }: SeriesOptions,
): Promise<FittedSeries> {
  const model = await hmm({ states, emission: "gaussian", seed });
  const restarts = 5;
  const iterations = 200;
  const { iterations: done } = await model.fit([y], {
    iterations,
    restarts,
    tolerance: 1e-3,
    signal,
    onProgress: (e) =>
      progress((e.restart + e.iteration / iterations) / restarts, `ln p ${e.objective.toFixed(1)}`),
  });
  const outputs = ({ means, variances }: { means?: Float64Array; variances?: Float64Array }): Gaussians => ({
    means: means!,
    variances: variances!,
  });
  const { means, covariances } = model.parameters.emission;
  return {
    note: `${states} states, ${done} iterations of EM`,
    oneStep: (z) => outputs(model.predict([z])[0]),
    forecast: (z, steps) => outputs(model.forecast(steps, { history: [z] })),
    dispose: () => model.dispose(),
    logLikelihoods(z) {
      // a mixture of Gaussians
      const { states: weights } = model.predict([z])[0];
      return Array.from(z, (v, t) =>
        Math.log(
          Array.from(
            means,
            (m, k) =>
              (weights[t * states + k] * Math.exp((-0.5 * (v - m) ** 2) / covariances[k])) /
              Math.sqrt(2 * Math.PI * covariances[k]),
          ).reduce((a, b) => a + b, 0),
        ),
      );
    },
  };
}

async function fitEsn(y: Float64Array, { seed }: SeriesOptions): Promise<FittedSeries> {
  const whole = filled(y);
  const cut = Math.floor(0.8 * whole.length);
  const units = Math.max(20, Math.min(300, Math.floor(whole.length / 3)));
  let best: { net: Awaited<ReturnType<typeof esn>>; error: number; note: string } | undefined;
  for (const leak of [1, 0.3])
    for (const ridge of [1e-4, 1e-2, 1, 10]) {
      // chosen on the last fifth of what may be seen
      const spec = {
        input: 1,
        output: 1,
        units,
        leak,
        ridge,
        inputScale: 0.5,
        biasScale: 0.2,
        spectralRadius: 0.9,
        washout: Math.min(50, Math.floor(cut / 5)),
        seed,
      };
      const trial = await esn(spec);
      trial.fit([{ input: whole.slice(0, cut - 1), target: whole.slice(1, cut) }]);
      const error = meanSquare(trial.predict([whole.slice(0, -1)])[0], whole.slice(1), cut);
      if (best && error >= best.error) {
        trial.dispose();
        continue;
      }
      best?.net.dispose();
      best = { net: trial, error, note: `${units} units, leak ${leak}, ridge ${ridge}` };
    }
  const { net, note } = best!;
  net.fit([{ input: whole.slice(0, -1), target: whole.slice(1) }]);
  // the readout's own errors are too small where it has about as many weights as there are steps: those of
  // the held part are honest
  return simulated(
    note,
    best!.error,
    seed,
    await inferenceEngine(),
    (z) => net.predict([z])[0],
    () => net.stream(),
    () => net.dispose(),
  );
}

async function fitLstm(
  y: Float64Array,
  { seed, cells, steps, signal, progress }: SeriesOptions,
): Promise<FittedSeries> {
  const whole = filled(y);
  const cut = Math.floor(0.85 * whole.length);
  const net = await network({ input: 1, layers: [lstm(cells), dense(1)], loss: "squared", seed });
  const span = Math.min(WINDOW, cut - 1);
  const items = nextStep(
    Array.from({ length: Math.max(1, Math.floor((cut - 1) / Math.max(1, span >> 2)) - 3) }, (_, i) =>
      whole.slice(i * (span >> 2), i * (span >> 2) + span + 1),
    ).filter((part) => part.length > span),
  );
  const check = (): number => meanSquare(net.predict([whole.slice(0, -1)])[0], whole.slice(1), cut);
  let best = { error: Infinity, step: 0, weights: [] as Float64Array[] };
  let step = 0;
  for await (const { loss } of net.train(items, {
    optimizer: adam({ rate: (t) => 0.01 / (1 + t / 300), clip: 1 }),
    steps,
    batch: 32,
    signal,
  })) {
    if (++step % 25 === 0) {
      // the weights that do best on the last 15% of what may be seen
      const error = check();
      if (error < best.error)
        best = { error, step, weights: net.parameters.map(({ data }) => Float64Array.from(data)) };
    }
    progress(step / steps, `loss ${loss.toFixed(4)}`);
  }
  if (best.step > 0) net.parameters.forEach(({ data }, i) => data.set(best.weights[i]));
  const error = best.step > 0 ? best.error : check();
  return simulated(
    `${cells} cells, weights of step ${best.step || step}`,
    error,
    seed,
    net.engine,
    (z) => Float64Array.from(net.predict([z])[0]),
    () => net.stream(),
    () => net.dispose(),
  );
}

interface Steps {
  step(x: number): ArrayLike<number>;
  dispose(): void;
}

/** A net that predicts the next value, with errors of one variance: forecasts are simulated futures. */
function simulated(
  note: string,
  variance: number,
  seed: number,
  engine: ConstructorParameters<typeof Random>[0],
  predict: (y: Float64Array) => ArrayLike<number>,
  stream: () => Steps,
  dispose: () => void,
): FittedSeries {
  const sd = Math.sqrt(variance);
  return {
    note,
    dispose,
    oneStep(y) {
      const said = predict(filled(y).subarray(0, -1));
      return {
        means: Float64Array.from(y, (_, t) => (t === 0 ? NaN : said[t - 1])),
        variances: new Float64Array(y.length).fill(variance),
      };
    },
    forecast(y, steps) {
      const random = new Random(engine, seed);
      const past = filled(y);
      const means = new Float64Array(steps);
      const variances = new Float64Array(steps);
      for (let path = 1; path <= PATHS; ++path) {
        const run = stream();
        let next = 0;
        for (const v of past.subarray(Math.max(0, past.length - 500))) next = run.step(v)[0]!;
        for (let h = 0; h < steps; ++h) {
          const value = next + sd * random.normal();
          const gap = value - means[h]; // Welford's update over the paths
          means[h] += gap / path;
          variances[h] += gap * (value - means[h]);
          next = run.step(value)[0]!;
        }
        run.dispose();
      }
      return { means, variances: variances.map((v) => v / PATHS) };
    },
  };
}

/** Missing values on a straight line between their neighbors: for models that need every value. */
export function filled(y: Float64Array): Float64Array {
  const out = y.slice();
  for (let t = 0; t < out.length; ++t) {
    if (out[t] === out[t]) continue;
    let end = t;
    while (end < out.length && out[end] !== out[end]) ++end;
    const before = t > 0 ? out[t - 1] : end < out.length ? out[end] : 0;
    const after = end < out.length ? out[end] : before;
    for (let i = t; i < end; ++i) out[i] = before + ((after - before) * (i - t + 1)) / (end - t + 1);
  }
  return out;
}

/** Mean of (said - came)² from `from` on. */
function meanSquare(said: ArrayLike<number>, came: Float64Array, from: number): number {
  let sum = 0;
  for (let t = from; t < came.length; ++t) sum += (said[t] - came[t]) ** 2;
  return sum / (came.length - from);
}
