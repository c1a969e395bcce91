/**
 * Centering (Sutskever et al. 2013, section 3.1): inputs less their mean, and output biases that start at the
 * mean output. Without it a net that begins with oscillations near the edge of chaos soon loses them.
 */
import type { Engine } from "../wasm/engine.ts";
import { elementwise } from "../wasm/elementwise.ts";
import type { Random } from "../wasm/random.ts";
import type { Item, Task } from "../train/task.ts";

/** Means of a task over fresh sequences. */
export interface TaskMeans {
  /** [I] mean input of a step; symbols count as one-of-I. */
  readonly input: Float64Array;
  /** [O] mean target over the steps that count; classes count as one-of-O. */
  readonly output: Float64Array;
}

/** The means over `count` fresh sequences. */
export function taskMeans(task: Task, random: Random, count = 1000): TaskMeans {
  const { input: I, output: O } = task;
  const input = new Float64Array(I);
  const output = new Float64Array(O);
  let steps = 0;
  let counted = 0;
  for (const item of task.all ?? task.batch(count, random)) {
    const T = stepsOf(task, item);
    for (let t = 0; t < T; ++t) {
      if (task.symbols) input[item.input[t]] += 1;
      else for (let i = 0; i < I; ++i) input[i] += item.input[t * I + i];
      const w = item.weight?.[t] ?? 1;
      if (task.loss === "softmax") output[item.target[t]] += w;
      else for (let o = 0; o < O; ++o) output[o] += w * item.target[t * O + o];
      counted += w;
    }
    steps += T;
  }
  return { input: input.map((x) => x / steps), output: output.map((y) => y / counted) };
}

/** A task with centered inputs, and how it centers an item of the plain one. */
export interface CenteredTask extends Task {
  /** The item with inputs [T,I] less their mean; the one given is not touched. */
  center(item: Item): Item;
}

/** The same task with inputs less their mean; symbols become one-of-I reals. */
export function centered(task: Task, { input: mean }: Pick<TaskMeans, "input">): CenteredTask {
  const I = task.input;
  const center = (item: Item): Item => {
    const T = stepsOf(task, item);
    const input = new Float32Array(T * I);
    for (let t = 0; t < T; ++t)
      for (let i = 0; i < I; ++i) {
        input[t * I + i] = (task.symbols ? Number(item.input[t] === i) : item.input[t * I + i]) - mean[i];
      }
    return { ...item, input };
  };
  return {
    ...task,
    symbols: false,
    center,
    all: task.all?.map(center),
    batch: (n, random) => task.batch(n, random).map(center),
  };
}

const MIN_PROBABILITY = 1e-3; // probability below which a class that never occurred is not taken to be rarer

/**
 * [O] output biases that give the mean output: the mean itself, log-odds, or log-probabilities, as the loss
 * has it.
 */
export function outputBias(
  engine: Engine,
  task: Pick<Task, "loss">,
  { output }: Pick<TaskMeans, "output">,
): Float64Array {
  if (task.loss === "squared") return output.slice();
  const bounded = output.map((x) => Math.min(Math.max(x, MIN_PROBABILITY), 1 - MIN_PROBABILITY));
  return elementwise(engine, "mapLog", task.loss === "softmax" ? bounded : bounded.map((x) => x / (1 - x)));
}

/** T of an item. */
const stepsOf = (task: Task, item: Item): number => item.input.length / (task.symbols ? 1 : task.input);
