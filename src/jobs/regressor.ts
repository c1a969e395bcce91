/**
 * Numbers for a sequence. The net answers at every step; the answer to a sequence is the mean over its steps, or that
 * of its last, in the units of the training targets.
 */
import { DataError, ShapeError, knownOptions, oneOf } from "../wasm/errors.ts";
import type { Precision } from "../wasm/memory.ts";
import { checkValues, each, finite, type Each, type Sequence, type Sequences } from "../data/sequence.ts";
import { DISPOSE, modelFactory, type ModelFactory } from "../models/lifetime.ts";
import { dense, lstm, type Layer } from "../models/network/layers.ts";
import { network, type Network } from "../models/network/network.ts";
import type { FitReport } from "../models/network/fit.ts";
import type { NetworkSummary } from "../models/network/summary.ts";
import { JobNet, loadJob, type JobFitOptions } from "./job-net.ts";
import { measureScale, readScale, standardize, unstandardize, type Scale } from "./scale.ts";

const WHO = "sequenceRegressor";
const UNITS = 48;

/** What a regressor is. */
export interface SequenceRegressorSpec {
  /** Values a step. */
  readonly input: number;
  /** Numbers of an answer. Default 1. */
  readonly output?: number;
  /** Layers in front of the answer. Default lstm(48). */
  readonly layers?: readonly Layer[];
  /** Which steps answer for the sequence: all alike, or the last. Default "mean". */
  readonly pool?: "mean" | "last";
  /** Default 1. */
  readonly seed?: number;
  /** Default "float32". */
  readonly precision?: Precision;
}

/** A sequence with its numbers. */
export interface MeasuredSequence {
  /** [T,I]. */
  readonly input: Sequence;
  /** [O], or a number where O = 1. */
  readonly target: number | ArrayLike<number>;
}

/** How well a regressor does, in the units of the targets. */
export interface RegressorEvaluation {
  /** Mean squared error over sequences and outputs. */
  readonly loss: number;
  /** Root mean square error. */
  readonly rmse: number;
  /** Mean absolute error. */
  readonly mae: number;
  /** 1 - squared error / squared distance to the mean, over all outputs. */
  readonly r2: number;
  /** How many the figures are of. */
  readonly sequences: number;
}

/** Says which numbers belong to a sequence. */
export class SequenceRegressor {
  readonly #last: boolean;
  readonly #output: number;
  readonly #job: JobNet<MeasuredSequence>;
  #targets: Scale | undefined;

  /** Use `sequenceRegressor(spec)`. */
  constructor(
    net: Network,
    { output, pool }: { output: number; pool: "mean" | "last" },
    scales: { input?: Scale; target?: Scale } = {},
  ) {
    this.#last = pool === "last";
    this.#output = output;
    this.#targets = scales.target;
    this.#job = new JobNet<MeasuredSequence>(
      net,
      {
        who: WHO,
        check: (who, item) => this.#check(who, item),
        prepare: (items) => {
          const before = this.#targets;
          this.#targets ??= measureScale(
            items.map(({ item }) => numbers(item.target)),
            output,
          );
          return () => {
            this.#targets = before;
          };
        },
        target: (item, T) => this.#target(item, T),
        evaluate: (items) => ({ ...this.#evaluate(`${WHO}.fit`, items) }),
        notes: () => ({ output, pool, targets: this.#targets }),
      },
      scales.input,
    );
  }

  /** The net inside. */
  get net(): Network {
    return this.#job.net;
  }

  /** Learns. Inputs and targets are standardized by the first data that it learns from. */
  fit(items: readonly MeasuredSequence[], options: JobFitOptions<MeasuredSequence> = {}): Promise<FitReport> {
    return this.#job.fit(items, options);
  }

  /** The numbers [O] of each sequence, or of one bare one. Throws OptionError where it was never fitted. */
  predict<S extends Sequences>(inputs: S): Each<S, Float64Array> {
    const answers = this.#job.answers(`${WHO}.predict`, inputs);
    return each(
      inputs,
      answers.map((y) => this.#answer(y)),
    );
  }

  /** Errors on measured sequences. */
  async evaluate(items: readonly MeasuredSequence[]): Promise<RegressorEvaluation> {
    return this.#evaluate(`${WHO}.evaluate`, items);
  }

  /** Layers, shapes, weights, bytes, multiply-adds a step. */
  summary(): NetworkSummary {
    return this.net.summary();
  }

  /** safetensors: the net, the standardization and the training's state. */
  save(options?: { training?: boolean }): Uint8Array<ArrayBuffer> {
    return this.#job.save(options);
  }

  /** Gives all memory back. */
  dispose(): void {
    this.net.dispose();
  }

  /** `using r = await sequenceRegressor(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #check(who: string, item: MeasuredSequence): void {
    const unknown = Object.keys(item).find((field) => !["input", "target"].includes(field));
    if (unknown !== undefined)
      throw new DataError(`${who}: unknown field "${unknown}", want input and target`);
    const y = numbers(item.target);
    if (y.length !== this.#output)
      throw new ShapeError(`${who}.target has ${y.length} numbers, want ${this.#output}`);
    checkValues(`${who}.target`, y, finite);
  }

  #target(item: MeasuredSequence, T: number): { target: Float64Array; weight: Float64Array } {
    const y = standardize(this.#targets!, numbers(item.target));
    const O = this.#output;
    const share = (t: number): number => (t === T - 1 ? 1 : 0);
    return {
      target: Float64Array.from({ length: T * O }, (_, i) => y[i % O]),
      weight: Float64Array.from({ length: T }, (_, t) => (this.#last ? share(t) : 1 / T)),
    };
  }

  /** The answer to a sequence from those of its steps [T,O]. */
  #answer(y: ArrayLike<number>): Float64Array {
    const O = this.#output;
    const T = y.length / O;
    const from = this.#last ? T - 1 : 0;
    const mean = new Float64Array(O);
    for (let t = from; t < T; ++t) for (let j = 0; j < O; ++j) mean[j] += y[t * O + j] / (T - from);
    return unstandardize(this.#targets!, mean);
  }

  #evaluate(who: string, items: readonly MeasuredSequence[]): RegressorEvaluation {
    const answers = this.#job.answersTo(who, this.#job.items(who, items)).map((y) => this.#answer(y));
    const O = this.#output;
    const { means } = measureScale(
      items.map(({ target }) => numbers(target)),
      O,
    );
    let [squares, absolute, spread] = [0, 0, 0];
    items.forEach(({ target }, i) => {
      const y = numbers(target);
      for (let j = 0; j < O; ++j) {
        const error = answers[i][j] - y[j];
        squares += error * error;
        absolute += Math.abs(error);
        spread += (y[j] - means[j]) * (y[j] - means[j]);
      }
    });
    const n = items.length * O;
    return {
      loss: squares / n,
      rmse: Math.sqrt(squares / n),
      mae: absolute / n,
      r2: 1 - squares / spread,
      sequences: items.length,
    };
  }
}

const numbers = (target: number | ArrayLike<number>): ArrayLike<number> =>
  typeof target === "object" && target !== null ? target : [target];

async function create(spec: SequenceRegressorSpec): Promise<SequenceRegressor> {
  knownOptions(WHO, spec, ["input", "output", "layers", "pool", "seed", "precision"]);
  const { input, output = 1, layers = [lstm(UNITS)], pool = "mean", seed, precision } = spec;
  oneOf(WHO, "pool", pool, ["mean", "last"]);
  const net = await network({
    input,
    layers: [...layers, dense(output)],
    loss: "squared",
    ...(seed === undefined ? {} : { seed }),
    ...(precision === undefined ? {} : { precision }),
  });
  return new SequenceRegressor(net, { output, pool });
}

async function load(bytes: Uint8Array | ArrayBuffer): Promise<SequenceRegressor> {
  const { net, scale, notes } = await loadJob(WHO, bytes);
  const { output, pool, targets } = notes as { output: number; pool: "mean" | "last"; targets?: unknown };
  try {
    oneOf(`${WHO}.load`, "pool", pool, ["mean", "last"]);
    const target = targets === undefined ? undefined : readScale(`${WHO}.load`, targets, output);
    return new SequenceRegressor(net, { output, pool }, { input: scale, target });
  } catch (error) {
    net.dispose();
    throw new DataError((error as Error).message, { cause: error });
  }
}

/** A regressor: `const r = await sequenceRegressor({ input: 3 })`. */
export const sequenceRegressor: ModelFactory<SequenceRegressorSpec, SequenceRegressor> = modelFactory(
  create,
  load,
);
