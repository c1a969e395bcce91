/**
 * An LSTM whose outputs are quantiles of each of the next H steps at once, by the pinball loss (MQ-RNN, Wen
 * et al. 2017), one for all series. It is of a series as unit root tests would difference it: the quantiles
 * are those of a gap to a reference,
 *
 *   y_{t+h} - r_{t,h},   r = y_{t+h-m·⌈h/m⌉} with seasonal differences, else y_t with first ones, else 0
 *
 * and the inputs of a step are its level and its gap to the reference of one step before.
 */
import type { DataItem } from "../../data/item.ts";
import { readTensors } from "../../formats/read-safetensors.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import type { Elementwise } from "../../inference/elementwise.ts";
import { quantile } from "../../losses/optional/descriptions.ts";
import { dense } from "../../models/network/layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import { DataError } from "../../wasm/errors.ts";
import { filled } from "../gaps.ts";
import { nestedFile, openNested } from "../nested-file.ts";
import { differencesFor } from "../season.ts";
import { outlookOfShape, scoresOfLevels, type Shape } from "../shape.ts";
import { alone, CELLS, learnedPart, sharedBy, trained, WINDOW, windowStarts } from "./lstm-fit.ts";
import type { FitSetting, FittedModel, ForecastModel, Outlook, Training } from "./model.ts";

const HORIZON = 12;
const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
/** Steps with targets that a training wants. */
const AT_LEAST = 8;

/** Steps back to the reference; 0 where it is 0. */
type Lag = number;

/** What the heads are of. */
interface Heads {
  /** H */
  readonly horizon: number;
  readonly levels: readonly number[];
}

const lagOf = (z: Float64Array, season: number): Lag => {
  const { d, D } = differencesFor(z, season);
  if (D > 0) return season;
  return d > 0 ? 1 : 0;
};

/** r_{t,h} for h = 1..; y_t goes for what lies before the start. */
function referenceAt(z: Float64Array, t: number, h: number, lag: Lag): number {
  if (lag === 0) return 0;
  const at = t + h - lag * Math.ceil(h / lag);
  return at >= 0 ? z[at] : z[t];
}

/** [T,2] level and gap of each step. */
const inputsOf = (z: Float64Array, lag: Lag): Float64Array =>
  Float64Array.from({ length: 2 * z.length }, (_, i) => {
    const t = i >> 1;
    if (i % 2 === 0) return z[t];
    return t > 0 ? z[t] - referenceAt(z, t - 1, 1, lag) : 0;
  });

/** The steps [from, to) of a series, each with its H gaps to come. */
function itemOf(z: Float64Array, span: readonly [number, number], lag: Lag, horizon: number): DataItem {
  const [from, to] = span;
  const target = Float64Array.from({ length: (to - from) * horizon }, (_, i) => {
    const t = from + Math.floor(i / horizon);
    const h = (i % horizon) + 1;
    return z[t + h] - referenceAt(z, t, h, lag);
  });
  return { input: inputsOf(z, lag).slice(2 * from, 2 * to), target };
}

/** Windows of the learned part, and the end with as much before it. */
function itemsOf({ z, season }: Training, horizon: number): { windows: DataItem[]; end: DataItem } {
  const whole = filled(z);
  const lag = lagOf(whole, season);
  const cut = learnedPart(whole.length);
  const known = cut - horizon;
  const last = whole.length - horizon;
  if (known < AT_LEAST)
    throw new DataError(
      `${whole.length} steps, want more for a horizon of ${horizon}: it is learned at once`,
    );
  const span = Math.min(WINDOW, known);
  const windows = windowStarts(known, span).map((from) => itemOf(whole, [from, from + span], lag, horizon));
  return { windows, end: itemOf(whole, [Math.max(0, Math.min(cut, last) - WINDOW), last], lag, horizon) };
}

/**
 * The quantiles after a history: the net's answers at its last step, as gaps, are added to the reference.
 * Nets are trained from their first state on windows, and so are asked.
 */
function shapeAfter(net: Network, z: Float64Array, lag: Lag, { horizon, levels }: Heads): Float64Array {
  const all = net.predict(inputsOf(z, lag).slice(-2 * WINDOW));
  const Q = levels.length;
  const gaps = all.slice(all.length - horizon * Q);
  return Float64Array.from(gaps, (gap, i) => {
    const h = Math.floor(i / Q) + 1;
    return gap + referenceAt(z, z.length - 1, h, lag);
  });
}

/**
 * Quantiles of any number of steps: beyond H the medians go on as if they had come, and what lies between
 * median and quantile adds up by its squares.
 */
function quantilesAhead(net: Network, z: Float64Array, lag: Lag, { steps, ...heads }: Ahead): Float64Array {
  const { horizon, levels } = heads;
  const Q = levels.length;
  const middle = levels.indexOf(0.5);
  const out = new Float64Array(steps * Q);
  const offsets = new Float64Array(Q);
  let past = z;
  for (let done = 0; done < steps; done += horizon) {
    const block = shapeAfter(net, past, lag, heads);
    for (let h = 0; h < Math.min(horizon, steps - done); ++h)
      for (let k = 0; k < Q; ++k) {
        const median = block[h * Q + middle];
        const own = block[h * Q + k] - median;
        const both = Math.sqrt(own * own + offsets[k] * offsets[k]);
        out[(done + h) * Q + k] = median + (k < middle ? -both : both);
      }
    const medians = Float64Array.from({ length: horizon }, (_, h) => block[h * Q + middle]);
    past = Float64Array.of(...past, ...medians);
    for (let k = 0; k < Q; ++k) {
      const own = block[(horizon - 1) * Q + k] - medians[horizon - 1];
      offsets[k] = Math.sqrt(own * own + offsets[k] * offsets[k]);
    }
  }
  return out;
}

type Ahead = Heads & { readonly steps: number };

/** A net with heads, of a series with a lag. */
interface Quantiles {
  readonly net: Network;
  readonly heads: Heads;
  readonly lag: Lag;
  readonly note: string;
}

const fittedQuantiles = ({ net, heads, lag, note }: Quantiles, math: Elementwise): FittedModel => ({
  note,
  forecast({ z }, steps): Outlook {
    const values = quantilesAhead(net, filled(z), lag, { steps, ...heads });
    const shape: Shape = { scores: scoresOfLevels(heads.levels, math), values };
    return outlookOfShape(shape, math);
  },
  save: () =>
    writeTensors({ model: "quantiles", ...heads, lag }, [nestedFile("net", net.save({ training: false }))]),
  dispose: () => net.dispose(),
});

const fitTogether: NonNullable<ForecastModel["fitTogether"]> = async (trainings, setting) => {
  const horizon = trainings[0].horizon ?? HORIZON;
  const levels = [...new Set([...(setting.quantiles ?? LEVELS), ...ALWAYS])].sort((a, b) => a - b);
  const items = trainings.map((training) => itemsOf(training, horizon));
  const net = await network({
    input: 2,
    layers: [lstm(CELLS), dense(horizon * levels.length)],
    loss: quantile(levels),
    seed: setting.seed,
  });
  const windows = items.flatMap((item) => item.windows);
  const note = await trained(
    net,
    windows,
    items.map(({ end }) => end),
    setting,
  );
  return sharedBy(net, trainings, ({ z, season }) =>
    fittedQuantiles({ net, heads: { horizon, levels }, lag: lagOf(filled(z), season), note }, setting.math),
  );
};

/** Levels that are always among those asked for: the interval of 90%, and the median that goes on. */
const ALWAYS = [0.05, 0.5, 0.95];

/** An LSTM with a head for each quantile of each step. */
export const lstmQuantiles: ForecastModel = {
  takesInputs: false,
  atLeast: () => 60,
  fit: alone(fitTogether),
  fitTogether,
  async load(bytes, { math }: FitSetting) {
    const { spec, tensors } = readTensors(bytes, "forecaster.load");
    const { horizon, levels, lag } = spec as unknown as Heads & { lag: Lag };
    const isCount = (x: unknown, least: number): boolean => Number.isSafeInteger(x) && (x as number) >= least;
    const known = spec.model === "quantiles" && isCount(horizon, 1) && isCount(lag, 0);
    if (!known || !Array.isArray(levels) || !levels.includes(0.5))
      throw new DataError("forecaster.load: lstmQuantiles has no horizon, lag and levels: not a saved one");
    const net = await network.load(openNested("forecaster.load", tensors, "net"));
    return fittedQuantiles({ net, heads: { horizon, levels }, lag, note: "as saved" }, math);
  },
};
