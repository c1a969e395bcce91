/**
 * Maximum likelihood by gradient: a model's log-likelihood as the objective that any optimizer can maximize.
 */
import { NumericError, OptionError } from "../wasm/errors.ts";
import type { Engine } from "../wasm/engine.ts";
import { Arena } from "../wasm/memory.ts";
import { checkOptimizer, type Objective, type Optimizer } from "../optim/optimizer.ts";
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
  const { iterations, tolerance, signal, onProgress } = checkEmOptions(who, options, more);
  checkOptimizer(who, optimizer);
  if (optimizer.needs === "curvature")
    throw new OptionError(
      `${who}: hessianFree needs products with the curvature, which this likelihood has not; want ` +
        "adam, nesterov, sgd or another optimizer on gradients",
    );
  const { engine, observations } = model;
  const before = model.coordinates();
  const P = before.length;
  const arena = new Arena(engine.memory);
  const theta = arena.reals(P);
  const view = (): Float64Array => engine.memory.reals(theta, P) as Float64Array;
  view().set(before);
  const objective: Objective = {
    engine,
    size: P,
    theta,
    changed: () => model.setCoordinates(view().slice()),
    value: () => -model.logLikelihood() / observations,
    gradient: (g) => {
      const { logLikelihood, gradient } = model.gradient();
      engine.memory.reals(g, P).set(gradient.map((x) => -x / observations));
      return -logLikelihood / observations;
    },
  };
  const run = optimizer.start(objective);
  const pace = new Pace();
  const history: number[] = [];
  let best = before;
  let highest = -Infinity;
  let iteration = 0;
  let converged = false;
  try {
    for (; iteration < iterations && !converged && !signal?.aborted; await pace.breathe()) {
      const at = view().slice();
      const { loss, gradientNorm } = await run.step();
      const logLikelihood = -loss * observations;
      history.push(logLikelihood);
      if (logLikelihood > highest) {
        highest = logLikelihood;
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
    if (end < highest) model.setCoordinates(best);
    history.push(Math.max(end, highest));
    return { logLikelihood: model.logLikelihood(), iterations: iteration, converged, restart: 0, history };
  } catch (error) {
    model.setCoordinates(before);
    throw error;
  } finally {
    run.dispose();
    arena.dispose();
  }
}
