/**
 * What a way of learning a recurrent net is to the comparison, and the way of all nets that `network` builds.
 */
import type { Network } from "../../models/network/network.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import type { Item, Task } from "../../train/task.ts";
import type { TrainOptions } from "../../train/options.ts";

/** One net at work on one task. */
export interface Learner {
  /**
   * Some work: one optimizer step, or more data for a readout. Resolves to how far it is; `done` where no
   * more work would help.
   */
  advance(): Promise<{ sequences: number; loss: number; done?: boolean }>;
  /** Outputs [T,O] for each item. */
  predict(items: readonly Item[]): ArrayLike<number>[];
  /** Everything needed to go on later, where the way can. */
  save?(): Uint8Array;
  dispose(): void;
}

/** A way of learning. */
export interface Way {
  readonly name: string;
  /** What it is, in a line. */
  readonly words: string;
  /**
   * A net for a task, from a seed, or from what `save` gave. The signal stops it within a step, where a step
   * is long.
   */
  start(task: Task, lag: number, seed: number, signal: AbortSignal, saved?: Uint8Array): Promise<Learner>;
}

/** A learner that trains a network on fresh batches. */
export function trainingLearner(
  net: Network,
  task: Task,
  optimizer: Optimizer,
  options: TrainOptions & { batch: number; signal: AbortSignal },
): Learner {
  const steps = net.train(task, { ...options, optimizer, steps: 2 ** 31 - 1 });
  return {
    async advance() {
      const { value } = await steps.next();
      return { sequences: net.step * options.batch, loss: value ? value.loss : NaN, done: !value };
    },
    predict: (items) => net.predict(items.map((item) => item.input)),
    save: () => net.save(),
    dispose: () => net.dispose(),
  };
}
