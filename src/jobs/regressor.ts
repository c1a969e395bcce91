/**
 * Numbers for a sequence, in the units of the training targets. The net answers at every step, and the answer
 * is the mean over the steps or that of the last; or it answers once, to the mean or maximum of its states.
 */
import { ShapeError, knownOptions, oneOf, whole } from "../wasm/errors.ts";
import type { Floats } from "../wasm/memory.ts";
import type { DataItem } from "../data/item.ts";
import { checkValues, finite, type Sequence } from "../data/sequence.ts";
import { modelFactory, type ModelFactory } from "../models/lifetime.ts";
import type { Network } from "../models/network/network.ts";
import { poolLayers, pools, RunningAnswer, stepWeights, wholeAnswer, type Pool } from "./answering.ts";
import { SequenceJob, type Running } from "./job.ts";
import { jobNetwork, jobSpecNames, loadJob, type JobSpec, type ReadItem } from "./job-net.ts";
import { measureScale, readScale, standardize, unstandardize, type Scale } from "./scale.ts";

const WHO = "sequenceRegressor";

/** What a regressor is. */
export interface SequenceRegressorSpec extends JobSpec {
  /** Numbers of an answer. Default 1. */
  readonly output?: number;
  /** What answers for a sequence: every step, or the last, mean or maximum of the states. Default "steps". */
  readonly pool?: Pool;
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
  /** How many were looked at. */
  readonly sequences: number;
}

/** How answers are made, and the scales of a file. */
interface RegressorParts {
  readonly output: number;
  readonly pool: Pool;
  readonly scale?: Scale;
  /** Of the targets. */
  readonly targets?: Scale;
}

const numbers = (target: number | ArrayLike<number>): ArrayLike<number> =>
  typeof target === "object" && target !== null ? target : [target];

/** Says which numbers belong to a sequence. */
export class SequenceRegressor extends SequenceJob<MeasuredSequence, Float64Array, RegressorEvaluation> {
  readonly #pool: Pool;
  readonly #output: number;
  #targets: Scale | undefined;

  /** Use `sequenceRegressor(spec)`. */
  constructor(net: Network, { output, pool, scale, targets }: RegressorParts) {
    super(WHO, ["input", "target"], net, scale);
    this.#pool = pool;
    this.#output = output;
    this.#targets = targets;
  }

  /** Throws ShapeError or DataError on other targets. */
  protected check(who: string, item: MeasuredSequence): void {
    const y = numbers(item.target);
    if (y.length !== this.#output)
      throw new ShapeError(`${who}.target has ${y.length} numbers, want ${this.#output}`);
    checkValues(`${who}.target`, y, finite);
  }

  /** Takes the scale of the targets from the first data. */
  protected override prepare(items: readonly ReadItem<MeasuredSequence>[]): () => void {
    const before = this.#targets;
    this.#targets ??= measureScale(
      items.map(({ item }) => numbers(item.target)),
      this.#output,
    );
    return () => {
      this.#targets = before;
    };
  }

  /** The standardized target at every step, weighed by the pool. */
  protected target(item: MeasuredSequence, T: number): Pick<DataItem, "target" | "weight"> {
    const y = standardize(this.#targets!, numbers(item.target));
    const target = Float64Array.from({ length: T * y.length }, (_, i) => y[i % y.length]);
    return { target, weight: stepWeights(this.#pool, T) };
  }

  /** The numbers [O] from those of the steps [T,O]. */
  protected answer(y: Floats): Float64Array {
    return unstandardize(this.#targets!, wholeAnswer(this.#pool, y, this.#output));
  }

  /** The numbers so far. */
  protected running(): Running<Float64Array> {
    const running = new RunningAnswer(this.#pool, this.#output);
    return {
      step: (y, again) => unstandardize(this.#targets!, running.step(y, again)),
      reset: () => running.reset(),
    };
  }

  /** Errors over all outputs. */
  protected measure(items: readonly MeasuredSequence[], answers: readonly Floats[]): RegressorEvaluation {
    const truths = items.map(({ target }) => numbers(target));
    const { means } = measureScale(truths, this.#output);
    let [squares, absolute, spread] = [0, 0, 0];
    answers.forEach((y, i) => {
      this.answer(y).forEach((predicted, j) => {
        const truth = truths[i][j];
        squares += (predicted - truth) * (predicted - truth);
        absolute += Math.abs(predicted - truth);
        spread += (truth - means[j]) * (truth - means[j]);
      });
    });
    const n = items.length * this.#output;
    return {
      loss: squares / n,
      rmse: Math.sqrt(squares / n),
      mae: absolute / n,
      r2: 1 - squares / spread,
      sequences: items.length,
    };
  }

  /** Width, pool and the scale of the targets. */
  protected notes(): Record<string, unknown> {
    return { output: this.#output, pool: this.#pool, targets: this.#targets };
  }
}

async function create(spec: SequenceRegressorSpec): Promise<SequenceRegressor> {
  knownOptions(WHO, spec, [...jobSpecNames, "output", "pool"]);
  const output = whole(WHO, "output", spec.output ?? 1, 1);
  const pool = oneOf(WHO, "pool", spec.pool ?? "steps", pools);
  return new SequenceRegressor(
    await jobNetwork(spec, { who: WHO, output, loss: "squared", behind: poolLayers(pool) }),
    { output, pool },
  );
}

const load = (bytes: Uint8Array | ArrayBuffer): Promise<SequenceRegressor> =>
  loadJob(WHO, bytes, ({ net, scale, notes }) => {
    const who = `${WHO}.load`;
    const output = whole(who, "output", notes.output, 1);
    const pool = oneOf(who, "pool", notes.pool, pools);
    const targets = scale && readScale(who, notes.targets, output); // they are measured together
    return new SequenceRegressor(net, { output, pool, scale, targets });
  });

/** A regressor: `const r = await sequenceRegressor({ input: 3 })`. */
export const sequenceRegressor: ModelFactory<SequenceRegressorSpec, SequenceRegressor> = modelFactory(
  create,
  load,
);
