/** What the forecaster's LSTMs share: windows of several series, looks at their ends, one net. */
import type { DataItem } from "../../data/item.ts";
import type { Network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { disposedOnFailure, type FitSetting, type FittedModel, type ForecastModel } from "./model.ts";

/** Units. */
export const CELLS = 24;
const STEPS = 400;
/** Steps of a training sequence; the next one begins a quarter later. */
export const WINDOW = 64;
/** Share of the series that the gradient sees; the rest chooses among the weights on the way. */
const LEARNED = 0.85;
/** Steps between two looks at the rest. */
const LOOK = 25;

/** Where the part ends that the gradient sees. */
export const learnedPart = (T: number): number => Math.floor(LEARNED * T);

/** Where the windows of `span` steps begin in what is `length` long. */
export function windowStarts(length: number, span: number): number[] {
  const stride = Math.max(1, span >> 2);
  return Array.from({ length: Math.floor((length - span) / stride) + 1 }, (_, i) => i * stride);
}

/** Trains a net on windows; its weights are those that do best on the `ends`. What was chosen, in words. */
export function trained(
  net: Network,
  windows: readonly DataItem[],
  ends: readonly DataItem[],
  { signal, steps = STEPS }: FitSetting,
): Promise<string> {
  return disposedOnFailure(net, async () => {
    const { best } = await net.fit(windows, {
      optimizer: adam({ rate: (t) => 0.01 / (1 + t / 300), clip: 1 }),
      steps,
      batch: 32,
      validation: ends,
      every: LOOK,
      keepBest: true,
      ...(signal ? { signal } : {}),
    });
    signal?.throwIfAborted();
    return `${CELLS} cells, weights of step ${best?.step ?? net.step}`;
  });
}

/** One net that some models share: it is disposed with the last of them. */
export function sharedBy<T>(
  net: Network,
  parts: readonly T[],
  modelOf: (part: T) => FittedModel,
): FittedModel[] {
  let left = parts.length;
  return parts.map((part) => {
    let over = false;
    const dispose = (): void => {
      if (over) return;
      over = true;
      left -= 1;
      if (left === 0) net.dispose();
    };
    return { ...modelOf(part), dispose };
  });
}

/** `fit` of one series by `fitTogether`. */
export const alone =
  (fitTogether: NonNullable<ForecastModel["fitTogether"]>): ForecastModel["fit"] =>
  async (training, setting) =>
    (await fitTogether([training], setting))[0];
