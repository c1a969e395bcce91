/** Maximum likelihood by gradient: a model's log-likelihood as the objective of any optimizer. */
import { NumericError, OptionError } from "../wasm/errors.ts";
import type { Engine } from "../wasm/engine.ts";
import { Arena } from "../wasm/memory.ts";
import { checkOptimizer, type Objective, type Optimizer, type OptimizerRun } from "../optim/optimizer.ts";
import { checkEmOptions, type EmOptions, type EmReport } from "./em.ts";
import { Pace } from "./pace.ts";

/** A model whose log-likelihood has a gradient in free coordinates. */
export interface DifferentiableModel {
  readonly engine: Engine;
  /** Observations that the objective is a mean over. */
  readonly observations: number;
  coordinates(): Float64Array;
  setCoordinates(x: Float64Array): void;
  /** ln p(data), nats. */
  logLikelihood(): number;
  /** ln p(data) and its gradient in the coordinates. */
  gradient(): { logLikelihood: number; gradient: Float64Array };
}

/**
 * Takes optimizer steps on -ln p/observations until ‖∇ ln p‖ < tolerance or the iterations are over, and
 * keeps the best point seen. Errors leave the model as it was before.
 */
export async function maximizeByGradient(
  who: string,
  model: DifferentiableModel,
  optimizer: Optimizer,
  options: EmOptions,
  more: readonly string[] = [],
): Promise<EmReport> {
  const settings = checkEmOptions(who, options, more);
  checkOptimizer(who, optimizer);
  if (optimizer.needs === "curvature")
    throw new OptionError(
      `${who}: hessianFree needs products with the curvature, which this likelihood has not; want ` +
        "adam, nesterov, sgd or another optimizer on gradients",
    );
  const before = model.coordinates();
  const arena = new Arena(model.engine.memory);
  const objective = likelihoodObjective(model, arena, before);
  const run = optimizer.start(objective);
  try {
    return await maximize(who, model, objective, run, settings);
  } catch (error) {
    model.setCoordinates(before);
    throw error;
  } finally {
    run.dispose();
    arena.dispose();
  }
}

const coordinatesAt = ({ engine, theta, size }: Objective): Float64Array =>
  engine.memory.reals(theta, size).slice() as Float64Array;

/** -ln p/observations of free coordinates, which begin at `from`. */
function likelihoodObjective(model: DifferentiableModel, arena: Arena, from: Float64Array): Objective {
  const { engine, observations } = model;
  const size = from.length;
  const theta = arena.reals(size);
  engine.memory.reals(theta, size).set(from);
  const objective: Objective = {
    engine,
    size,
    theta,
    changed: () => model.setCoordinates(coordinatesAt(objective)),
    value: () => -model.logLikelihood() / observations,
    gradient: (g) => {
      const { logLikelihood, gradient } = model.gradient();
      engine.memory.reals(g, size).set(gradient.map((x) => -x / observations));
      return -logLikelihood / observations;
    },
  };
  return objective;
}

/** The steps. The model ends at the best point that was seen. */
async function maximize(
  who: string,
  model: DifferentiableModel,
  objective: Objective,
  run: OptimizerRun,
  { iterations, tolerance, signal, onProgress }: ReturnType<typeof checkEmOptions>,
): Promise<EmReport> {
  const { observations } = model;
  const pace = new Pace();
  const history: number[] = [];
  let best = coordinatesAt(objective);
  let max = -Infinity;
  let iteration = 0;
  let converged = false;
  for (; iteration < iterations && !converged && !signal?.aborted; await pace.breathe()) {
    const at = coordinatesAt(objective);
    const { loss, gradientNorm } = await run.step();
    const logLikelihood = -loss * observations;
    history.push(logLikelihood);
    if (logLikelihood > max) {
      max = logLikelihood;
      best = at;
    }
    converged = gradientNorm * observations < tolerance;
    ++iteration;
    onProgress?.({ restart: 0, iteration, objective: logLikelihood });
  }
  const end = model.logLikelihood();
  if (!Number.isFinite(end))
    throw new NumericError(
      `${who}: the log-likelihood is ${end} after ${iteration} iterations; take a smaller rate`,
    );
  if (end < max) model.setCoordinates(best);
  history.push(Math.max(end, max));
  return { logLikelihood: model.logLikelihood(), iterations: iteration, converged, restart: 0, history };
}
