/**
 * A training run on handwriting: epochs with a look at validation lines after each, checkpoints, the best net
 * kept.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { Ink } from "../../handwriting/ink.ts";
import type { FitProgress, FitRecord } from "../../models/network/fit.ts";
import { type Network, network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { momentum } from "../../optim/momentum.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { ramp } from "../../optim/schedule.ts";
import { type WorkerPool, workerPool } from "../../parallel/pool.ts";
import { adoptForwards, adoptWeights } from "../../handwriting/adopt.ts";
import { InkBatches } from "../../handwriting/batches.ts";
import { alphabetOf, type Script } from "../../handwriting/script.ts";
import { handwritingLayers, handwritingNets, type HandwritingNet } from "../../handwriting/nets.ts";
import { inkWidth, type InkInput } from "../../handwriting/input.ts";
import { readModel } from "../../handwriting/reader/model-file.ts";
import { scoreReading } from "../../handwriting/reading.ts";
import type { DistortOptions } from "../../handwriting/shape.ts";
import { type About, loadModel, saveModel, withAbout } from "../open-model.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";

/** What decides every bit of a run. */
export interface Recipe {
  readonly net: HandwritingNet;
  /** LSTM units of each level, one way. Default: the net's own. */
  readonly units?: readonly number[];
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

/** What a checkpoint holds beside the net and the state of its fit. */
interface RunState {
  readonly recipe: Recipe;
  readonly seconds: number;
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
  /** A reader whose weights it begins with: of the same layers, or for live of hierarchical. */
  readonly from?: string;
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
    layers: handwritingLayers(recipe.net, {
      classes: [...script.alphabet].length + 1,
      drop: recipe.drop,
      ahead: recipe.input.ahead,
      units: recipe.units,
    }),
    loss: "ctc",
    seed: recipe.seed,
    notes: { script },
  });
}

/** The net of a recipe with its own first weights, or those of another reader. */
async function beginNet(recipe: Recipe, train: readonly Ink[], from: string | undefined): Promise<Network> {
  const net = await makeNet(recipe, train);
  if (from === undefined) return net;
  const { net: other } = await readModel(readFileSync(from));
  try {
    if (recipe.net === "live" && other.spec.layers.some(({ type }) => type === "bidirectional"))
      adoptForwards(net, other);
    else adoptWeights(net, other);
  } finally {
    other.dispose();
  }
  return net;
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

/** The epoch of a record. */
const epochOf = ({ epoch = 0, loss, validation }: FitRecord): Epoch => ({
  epoch,
  loss,
  error: validation!.labelError!,
  seconds: validation!.seconds as number,
});

/** A run at work: its net, its lines, and its clock. */
class TrainingRun {
  readonly #recipe: Recipe;
  readonly #net: Network;
  readonly #options: RunOptions;
  readonly #batches: InkBatches;
  readonly #look: readonly Ink[];
  readonly #start: number;
  readonly #before: number;
  /** Comes when the minutes are over. */
  readonly #late = new AbortController();

  constructor(options: RunOptions, recipe: Recipe, net: Network, before: number) {
    const { script } = net.spec.notes as unknown as { script: Script };
    this.#recipe = recipe;
    this.#net = net;
    this.#options = options;
    this.#batches = new InkBatches(net.engine, options.train, {
      script,
      batch: recipe.batch,
      seed: recipe.seed,
      stride: handwritingNets[recipe.net].stride,
      distort: recipe.distort,
    });
    this.#look = spread(options.valid, recipe.check);
    this.#start = options.clock();
    this.#before = before;
  }

  get #steps(): number {
    return this.#batches.batchesPerEpoch * this.#recipe.epochs;
  }
  get #seconds(): number {
    return this.#before + (this.#options.clock() - this.#start) / 1000;
  }

  /** Until the epochs are done, patience or minutes are over, or the signal comes. */
  async train(pool: WorkerPool | undefined): Promise<RunResult> {
    const { patience, signal } = this.#options;
    const { epochs, shard, noise } = this.#recipe;
    this.#announce();
    this.#watchClock();
    const { history, stopped } = await this.#net.fit(this.#batches, {
      epochs,
      shard,
      weightNoise: noise,
      pool,
      optimizer: optimizerOf(this.#recipe, this.#steps),
      signal: AbortSignal.any([signal, this.#late.signal]),
      validation: async () => {
        const { labelError } = await scoreReading(this.#net, this.#look);
        return { labelError, seconds: this.#seconds };
      },
      monitor: "labelError",
      ...(patience === Infinity ? {} : { patience }),
      onProgress: (progress) => this.#progress(progress),
      onRecord: (record, best) => this.#record(record, best),
      checkpoint: (bytes) => this.#keep(bytes),
    });
    return {
      history: history.map(epochOf),
      finished: stopped !== "signal",
      seconds: this.#seconds,
      step: this.#net.step,
    };
  }

  /** Says what is trained. */
  #announce(): void {
    const { script } = this.#net.spec.notes as unknown as { script: Script };
    this.#options.onStart?.({
      weights: this.#net.size,
      steps: this.#steps,
      step: this.#net.step,
      dropped: this.#batches.dropped.length,
      alphabet: script.alphabet,
    });
  }

  #progress({ step, loss, metrics }: FitProgress): void {
    this.#options.onStep?.({ step, steps: this.#steps, loss, error: metrics?.labelError ?? NaN });
    this.#watchClock();
  }

  #watchClock(): void {
    if ((this.#options.clock() - this.#start) / 60_000 >= this.#options.minutes) this.#late.abort();
  }

  /** An epoch is over: the best net goes to its file. */
  #record(record: FitRecord, best: boolean): void {
    if (best) saveModel(this.#options.out, this.#net, { task: "handwriting" }, { training: false });
    this.#options.onEpoch?.(epochOf(record), best);
  }

  /** Writes the checkpoint. */
  #keep(bytes: Uint8Array): void {
    const run: RunState = { recipe: this.#recipe, seconds: this.#seconds };
    const about: RunAbout = { task: "handwriting", run };
    writeWhole(checkpointOf(this.#options.out), withAbout(bytes, about));
  }
}

/** The net and state of a checkpoint. Throws where an earlier version wrote it. */
async function takeUp(checkpoint: string): Promise<{ net: Network; run: RunState }> {
  const { net, about } = await loadModel(checkpoint);
  const { run } = about as RunAbout;
  if (!("history" in run)) return { net, run };
  net.dispose();
  throw new Error(`${checkpoint}: an earlier version wrote it, and it cannot be gone on from; begin anew`);
}

/**
 * Trains, from the start or from the checkpoint, until the epochs are done, patience or minutes are over, or
 * the signal comes.
 */
export async function runTraining(options: RunOptions): Promise<RunResult> {
  const { out, resume, workers, worker } = options;
  const checkpoint = checkpointOf(out);
  checkOutputFile("out", out);
  checkOutputFile("out", checkpoint);
  if (resume && !existsSync(checkpoint))
    throw new Error(`${checkpoint}: no checkpoint to resume from; leave --resume out to begin`);
  const found = resume ? await takeUp(checkpoint) : undefined;
  const recipe = found?.run.recipe ?? options.recipe;
  const net = found?.net ?? (await beginNet(recipe, options.train, options.from));
  const pool = workers > 0 ? workerPool({ workers, ...(worker ? { url: worker } : {}) }) : undefined;
  try {
    return await new TrainingRun(options, recipe, net, found?.run.seconds ?? 0).train(pool);
  } finally {
    pool?.dispose();
    net.dispose();
  }
}
