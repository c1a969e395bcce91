/**
 * One call of `fit`: options and data checked, a training in memory of its own, its best shown in the model.
 */
import { inRange, knownOptions, oneOf } from "../../wasm/errors.ts";
import type { Sequences } from "../../data/sequence.ts";
import { emOptionNames, expectationMaximization, type EmOptions, type EmReport } from "../../train/em.ts";
import { HmmTraining, readPrior, type HmmPrior, type HmmSnapshot, type HmmTask } from "./fit.ts";
import { readKnownStates } from "./known-states.ts";
import type { HmmStart } from "./spec.ts";
import type { Start } from "./start.ts";

/** How to fit. */
export interface HmmFitOptions extends EmOptions {
  /** Dirichlet priors, each at least 1 (default). EM then maximizes the posterior. */
  readonly prior?: HmmPrior;
  /** Smallest variance of a Gaussian in any direction, relative to the data's variances. Default 1e-6. */
  readonly floor?: number;
  /** Known states of the steps, NaN where unknown: as many sequences, of one number a step, as the data. */
  readonly states?: Sequences;
  /**
   * Where emissions start that were not given: from clusters of the data, or with each sequence cut into one
   * piece a state, the best of several cuts after two iterations. Default "time" for left-right chains, else
   * "clusters".
   */
  readonly start?: Start;
}

const ownOptions = ["prior", "floor", "states", "start"];

/** What is fitted, and whether it never was before. */
interface Subject {
  readonly sequences: Sequences;
  readonly fresh: boolean;
}

/** Fits the model in place. Errors leave it as it was. `check` throws where the model was disposed. */
export async function runFit(
  who: string,
  model: HmmStart,
  subject: Subject,
  options: HmmFitOptions,
  check: () => void,
): Promise<EmReport> {
  knownOptions(who, options, [...emOptionNames, ...ownOptions]);
  const task = readTask(who, model, subject, options);
  const adopt = ({ startprob, transmat, emission }: HmmSnapshot): void => {
    model.startprob = startprob;
    model.transmat = transmat;
    model.emission.restore(emission);
  };
  const show = (found: HmmSnapshot): void => adopt({ ...found, ...model.keepChain?.(found) });
  const before: HmmSnapshot = { ...model, emission: model.emission.snapshot() };
  const training = new HmmTraining(who, model, task, { check, improved: show });
  try {
    const report = await expectationMaximization(who, training, options, ownOptions);
    check();
    show(training.snapshot());
    return report;
  } catch (error) {
    adopt(before);
    throw error;
  } finally {
    training.dispose();
  }
}

function readTask(
  who: string,
  model: HmmStart,
  { sequences, fresh }: Subject,
  options: HmmFitOptions,
): HmmTask {
  const { K, emission, topology } = model;
  const prior = readPrior(who, options.prior, emission);
  const floor = inRange(who, "floor", options.floor ?? 1e-6, 0);
  const start = oneOf(who, "start", options.start ?? (topology === "left-right" ? "time" : "clusters"), [
    "clusters",
    "time",
  ]);
  const data = emission.flatten(who, sequences);
  const steps = data.map((y) => y.length / emission.width);
  const known = options.states === undefined ? undefined : readKnownStates(who, options.states, K, steps);
  return { data, known, prior, floor, start, fresh };
}
