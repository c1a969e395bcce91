/**
 * A training run on handwriting: epochs with a look at validation lines after each, checkpoints, the best net
 * kept.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Ink } from "../../handwriting/ink.ts";
import { type Network, network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { momentum } from "../../optim/momentum.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { ramp } from "../../optim/schedule.ts";
import { workerPool } from "../../parallel/pool.ts";
import { InkBatches } from "../../handwriting/batches.ts";
import { alphabetOf, type Script } from "../../handwriting/script.ts";
import { handwritingNets, type HandwritingNet } from "../../handwriting/nets.ts";
import { inkWidth, type InkInput } from "../../handwriting/input.ts";
import { scoreReading } from "../../handwriting/reading.ts";
import type { DistortOptions } from "../../handwriting/shape.ts";
import { type About, loadModel, saveModel } from "../open-model.ts";

/** What decides every bit of a run. */
export interface Recipe {
  readonly net: HandwritingNet;
  readonly input: InkInput;
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  readonly shard: number;
  readonly rate: number;
  /** Default, and in checkpoints that do not say: "adam". */
  readonly optimizer?: "adam" | "momentum";
  /** Momentum's; Adam has none. Default 0.9. */
  readonly momentum?: number;
  /** Share of the steps over which the rate falls to 0, at the end. */
  readonly fall: number;
  readonly clip: number;
  readonly drop: number;
  /** Standard deviation of noise on the weights while they learn. */
  readonly noise: number;
  readonly distort: DistortOptions | false;
  /** Validation lines looked at after each epoch. */
  readonly check: number;
}

/** One epoch: mean loss in nats a line, label error on the lines looked at, seconds of all epochs so far. */
export interface Epoch {
  readonly epoch: number;
  readonly loss: number;
  readonly error: number;
  readonly seconds: number;
}

/** Everything a checkpoint holds beside the net and its optimizer. */
export interface RunState {
  readonly recipe: Recipe;
  readonly history: Epoch[];
  readonly seconds: number;
  readonly sum: number;
}

type RunAbout = About & { run: RunState };

/** The file beside the best net from which a run goes on. */
export const checkpointOf = (out: string): string =>
  `${out.replace(/\.safetensors$/, "")}.checkpoint.safetensors`;

export interface RunOptions {
  readonly recipe: Recipe;
  readonly train: readonly Ink[];
  readonly valid: readonly Ink[];
  readonly out: string;
  readonly resume: boolean;
  readonly workers: number;
  /** The workers' module, where it is not the one beside the pool. */
  readonly worker?: URL;
  /** Stops, with a checkpoint, after so many minutes of this piece. */
  readonly minutes: number;
  /** Ends after so many epochs without a better one. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  onStart?(at: { weights: number; steps: number; step: number; dropped: number; alphabet: string }): void;
  onStep?(at: { step: number; steps: number; loss: number; error: number }): void;
  onEpoch?(epoch: Epoch, best: boolean): void;
}

export interface RunResult {
  readonly history: readonly Epoch[];
  readonly finished: boolean;
  readonly seconds: number;
  readonly step: number;
}

/** SHA-256 of a file, hexadecimal. */
export const fileHash = (path: string): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex");

/** Makes the net of a recipe for the lines it will be trained on. */
async function makeNet(recipe: Recipe, train: readonly Ink[]): Promise<Network> {
  const script: Script = { input: recipe.input, alphabet: alphabetOf(train) };
  return network({
    input: inkWidth(recipe.input),
    layers: handwritingNets[recipe.net].layers([...script.alphabet].length + 1, recipe.drop),
    loss: "ctc",
    seed: recipe.seed,
    notes: { script },
  });
}

/** The optimizer of a recipe whose training takes so many steps. */
function optimizerOf(
  { optimizer = "adam", momentum: kept = 0.9, rate, fall, clip }: Recipe,
  steps: number,
): Optimizer {
  const schedule = ramp({ from: rate, to: 0, hold: Math.round(steps * (1 - fall)), until: steps });
  return optimizer === "adam"
    ? adam({ rate: schedule, clip })
    : momentum({ rate: schedule, momentum: kept, clip });
}

/** Every nth line, so that all writers are seen. */
const spread = (inks: readonly Ink[], count: number): Ink[] =>
  Array.from(
    { length: Math.min(count, inks.length) },
    (_, i) => inks[Math.floor((i * inks.length) / Math.min(count, inks.length))],
  );

/**
 * Trains, from the start or from the checkpoint, until the epochs are done, patience or minutes are over, or
 * the signal comes.
 */
export async function runTraining(options: RunOptions): Promise<RunResult> {
  const { out, signal, clock } = options;
  const checkpoint = checkpointOf(out);
  const start = clock();
  mkdirSync(dirname(out), { recursive: true });
  const found = options.resume && existsSync(checkpoint) ? await loadModel(checkpoint) : undefined;
  if (options.resume && !found)
    throw new Error(`${checkpoint}: no checkpoint to resume from; leave --resume out to begin`);
  const before = found && (found.about as RunAbout).run;
  const recipe = before?.recipe ?? options.recipe;
  const net = found?.net ?? (await makeNet(recipe, options.train));
  const { script } = net.spec.notes as unknown as { script: Script };
  const batches = new InkBatches(net.engine, options.train, {
    script,
    batch: recipe.batch,
    seed: recipe.seed,
    stride: handwritingNets[recipe.net].stride,
    distort: recipe.distort,
  });
  const perEpoch = batches.batchesPerEpoch;
  const steps = perEpoch * recipe.epochs;
  const look = spread(options.valid, recipe.check);
  const optimizer = optimizerOf(recipe, steps);
  const pool =
    options.workers > 0
      ? workerPool({ workers: options.workers, ...(options.worker ? { url: options.worker } : {}) })
      : undefined;
  const history = [...(before?.history ?? [])];
  const seconds = (): number => (before?.seconds ?? 0) + (clock() - start) / 1000;
  const bestError = (): number => history.reduce((least, { error }) => Math.min(least, error), Infinity);
  let sum = before?.sum ?? 0;
  const keep = (): void =>
    saveModel(checkpoint, net, {
      task: "handwriting",
      run: { recipe, history, seconds: seconds(), sum },
    } as RunAbout);
  options.onStart?.({
    weights: net.size,
    steps,
    step: net.step,
    dropped: batches.dropped.length,
    alphabet: script.alphabet,
  });
  try {
    const late = (): boolean => (clock() - start) / 60_000 >= options.minutes;
    const tired = (): boolean =>
      history.length - 1 - history.findIndex(({ error }) => error === bestError()) >= options.patience;
    while (net.step < steps && !signal.aborted && !late() && !tired()) {
      const left = perEpoch - (net.step % perEpoch);
      for await (const { step, loss } of net.train(batches.from(net.step), {
        optimizer,
        steps: left,
        shard: recipe.shard,
        weightNoise: recipe.noise,
        pool,
        signal,
      })) {
        sum += loss;
        options.onStep?.({ step, steps, loss, error: history[history.length - 1]?.error ?? NaN });
        if (late()) break;
      }
      if (net.step % perEpoch === 0 && !signal.aborted) {
        const { labelError: error } = await scoreReading(net, look);
        const best = history.length === 0 || error < bestError();
        history.push({ epoch: net.step / perEpoch, loss: sum / perEpoch, error, seconds: seconds() });
        sum = 0;
        if (best) saveModel(out, net, { task: "handwriting" }, { training: false });
        options.onEpoch?.(history[history.length - 1], best);
      }
      keep();
    }
    if (!existsSync(checkpoint)) keep(); // stopped before the first step
    return { history, finished: net.step >= steps || tired(), seconds: seconds(), step: net.step };
  } finally {
    pool?.dispose();
    net.dispose();
  }
}
