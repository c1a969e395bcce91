/** One call of `fit`: a training in units of the data, its best shown in the model. */
import type { Sequences } from "../../data/sequence.ts";
import type { Kalman } from "../../inference/kalman.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import {
  checkEmOptions,
  emOptionNames,
  expectationMaximization,
  type EmEvent,
  type EmOptions,
  type EmReport,
} from "../../train/em.ts";
import { maximizeByGradient } from "../../train/likelihood.ts";
import { quasiNewton } from "../../train/quasi-newton.ts";
import { NumericError, OptionError } from "../../wasm/errors.ts";
import type { Fixed } from "./fixed.ts";
import { LdsTraining, type LdsTask } from "./training.ts";
import { unitsFor, type Units } from "./units.ts";

/** How to fit. */
export interface LdsFitOptions extends EmOptions {
  /** Driving inputs beside the sequences, for models that have them. */
  readonly inputs?: Sequences;
  /** Parameters to leave alone, or entries of them. Default: those of the spec. */
  readonly fixed?: readonly Fixed[];
  /**
   * Follows the gradient with this optimizer in place of EM; `tolerance` then bounds the length of the
   * gradient.
   */
  readonly optimizer?: Optimizer;
  /**
   * Smallest variance of observation noise in any direction, relative to the outputs' variance. Default
   * 1e-10.
   */
  readonly floor?: number;
}

/** The names of the options that `fit` knows. */
export const ldsFitOptions = [...emOptionNames, "inputs", "fixed", "optimizer", "floor"];

/** Where a training shows what it has, in the units of the user; throws where it is to end. */
export type Watcher = (model: LinearGaussian) => void;

/** Fits a system to data. `task` is in the units of the user. */
export async function fitLds(
  kalman: Kalman,
  task: LdsTask,
  options: LdsFitOptions,
  improved: Watcher,
): Promise<EmReport> {
  const { who } = task;
  const units = unitsOf(task);
  const jacobian = units.logJacobian(task.data, task.model, (x) => kalman.algebra.log(x));
  const inUnits: LdsTask = {
    ...task,
    model: units.enter(task.model),
    data: task.data.map((series) => units.series(series)),
    improved: (model) => improved(units.leave(who, model)),
  };
  const { onProgress } = options;
  const toUser = (event: EmEvent): EmEvent => ({ ...event, objective: event.objective - jacobian });
  const inUserUnits = (event: EmEvent): void => onProgress?.(toUser(event));
  const own = { ...options, onProgress: typeof onProgress === "function" ? inUserUnits : onProgress };
  const training = new LdsTraining(kalman, inUnits);
  const report = await run(who, training, own);
  improved(units.leave(who, training.model));
  return {
    ...report,
    logLikelihood: report.logLikelihood - jacobian,
    history: report.history.map((objective) => objective - jacobian),
  };
}

function unitsOf({ data, model, fixed, start, fresh }: LdsTask): Units {
  const keeps = (name: "C" | "Q"): boolean => !fresh || start.given.has(name) || fixed.whole(name);
  return unitsFor({ data, model, keepsC: keeps("C"), keepsQ: keeps("Q") });
}

/** By the optimizer that was given, by quasi-Newton steps where EM has no closed form, else by EM. */
async function run(who: string, training: LdsTraining, options: LdsFitOptions): Promise<EmReport> {
  const { optimizer, inputs: _, fixed: __, floor: ___, ...em } = options;
  if (optimizer === undefined && !training.needsGradient) return emThenNewton(who, training, em);
  if (em.restarts !== undefined && em.restarts !== 1)
    throw new OptionError(`${who}: restarts is ${em.restarts}, want 1 where a gradient is followed`);
  const checked = checkEmOptions(who, em);
  training.initialize(0);
  if (optimizer !== undefined) return maximizeByGradient(who, training, optimizer, em);
  return newton(training, checked);
}

/** Iterations of EM after which it counts as crawling. */
const PATIENCE = 50;
/** Most coordinates of quasi-Newton steps, which keep a square of so many numbers. */
const MOST = 1000;

/**
 * EM, which is fast at first; where it crawls, as it does where a variance goes to 0, quasi-Newton steps take
 * over from the best start, and EM has the last word. (Jamshidian & Jennrich 1997; Durbin & Koopman 2012,
 * section 7.3.4.)
 */
async function emThenNewton(who: string, training: LdsTraining, em: EmOptions): Promise<EmReport> {
  const { iterations, signal, onProgress, ...rest } = checkEmOptions(who, em);
  const atMost = (n: number): EmOptions => ({ ...em, iterations: n });
  let report = await expectationMaximization(who, training, atMost(Math.min(iterations, PATIENCE)));
  const { restart } = report;
  const more = (): EmOptions & Required<Pick<EmOptions, "iterations">> => {
    const done = report.iterations;
    return {
      iterations: iterations - done,
      signal,
      onProgress:
        onProgress && ((event) => onProgress({ ...event, restart, iteration: done + event.iteration })),
    };
  };
  const goesOn = (): boolean => report.iterations < iterations && !signal?.aborted;
  if (report.converged || !goesOn()) return report;
  const add = (next: EmReport): void => {
    const history = [...report.history, ...next.history.slice(1)];
    report = { ...next, restart, history, iterations: report.iterations + next.iterations };
  };
  const reached = training.snapshot();
  training.goOn();
  try {
    if (training.coordinates().length <= MOST) add(await newton(training, { ...rest, ...more() }));
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    training.restore(reached); // a covariance is singular: EM alone keeps it so
  }
  if (!goesOn()) return report;
  add(await expectationMaximization(who, training, { ...rest, ...more(), restarts: 1 }));
  return report;
}

/** Quasi-Newton steps from where the training is. */
async function newton(
  training: LdsTraining,
  options: Required<Pick<EmOptions, "iterations" | "tolerance">> & EmOptions,
): Promise<EmReport> {
  const { iterations, tolerance, signal, onProgress } = options;
  const { best, ...report } = await quasiNewton(
    (x) => {
      training.setCoordinates(x);
      return { x, value: training.logLikelihood(), gradient: () => training.gradient().gradient };
    },
    training.coordinates(),
    {
      iterations,
      tolerance,
      signal,
      onIteration: (iteration, { value }) => onProgress?.({ restart: 0, iteration, objective: value }),
    },
  );
  training.setCoordinates(best.x);
  return { ...report, logLikelihood: best.value, restart: 0 };
}
