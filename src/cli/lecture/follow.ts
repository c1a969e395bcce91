/** Training inside an experiment: follows the steps, shows them, stops when asked to. */
import type { Network } from "../../models/network/network.ts";
import type { TrainOptions } from "../../train/options.ts";
import type { TrainingData } from "../../train/feed.ts";
import { figureText } from "../progress.ts";
import type { LectureContext } from "./experiment.ts";
import { mean } from "./mean.ts";

/** Part of an experiment: `from` and `to` are its place on the bar. */
export interface Part {
  from?: number;
  to?: number;
  note?: string;
}

/** Trains and resolves to the loss of every step. Rejects when the experiment is stopped. */
export async function follow(
  context: LectureContext,
  net: Network,
  data: TrainingData,
  options: TrainOptions & { steps: number },
  part: Part = {},
): Promise<number[]> {
  const { from = 0, to = 1, note = "" } = part;
  const losses: number[] = [];
  for await (const { loss } of net.train(data, { ...options, signal: context.signal })) {
    losses.push(loss);
    context.progress(
      from + ((to - from) * losses.length) / options.steps,
      `${note} loss ${figureText(loss)}`.trim(),
    );
  }
  context.signal.throwIfAborted();
  return losses;
}

/** The mean of the last `count` values. */
export function recent(values: readonly number[], count = 50): number {
  const last = values.slice(-count);
  return mean(last);
}

/** Running means over `width` values, for figures. */
export function smooth(values: readonly number[], width = 20): { x: number[]; y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i + width <= values.length; i += Math.max(1, Math.floor(width / 2))) {
    x.push(i + width / 2);
    y.push(mean(values.slice(i, i + width)));
  }
  return { x, y };
}
