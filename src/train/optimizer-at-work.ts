/** The optimizer of a net from training to training: started, taken up again, or put back from a file. */
import { DataError, OptionError } from "../wasm/errors.ts";
import { adam } from "../optim/adam.ts";
import type { Optimizer, OptimizerRun } from "../optim/optimizer.ts";
import type { NetworkObjective } from "./objective.ts";
import type { TrainingState } from "./training-state.ts";

/** What a file holds of an optimizer. */
export type OptimizerSnapshot = Pick<TrainingState, "optimizer" | "scalars" | "vectors">;

/** One optimizer at work on one objective. */
export class OptimizerAtWork {
  readonly #objective: NetworkObjective;
  #optimizer: Optimizer | undefined;
  #run: OptimizerRun | undefined;
  /** What a file tells until the run has made a step: the state of the optimizer before, or of a file. */
  #before: OptimizerSnapshot | undefined;
  #hasStepped = false;

  constructor(objective: NetworkObjective) {
    this.#objective = objective;
  }

  /** The optimizer of the training before. */
  get optimizer(): Optimizer | undefined {
    return this.#optimizer;
  }

  /**
   * The run to go on with: that of before where it is the same optimizer, else a new one, which takes up the
   * state of one of its name. Throws OptionError where an optimizer must be given, DataError where a file
   * lacks some of its state.
   */
  start(who: string, wanted: Optimizer | undefined): OptimizerRun {
    if (this.#run && (wanted === undefined || wanted === this.#optimizer)) return this.#run;
    const before = this.snapshot(this.#run?.state);
    const optimizer = wanted ?? adam();
    if (wanted === undefined && before && before.optimizer !== "adam") {
      throw new OptionError(
        `${who}: the net was trained with ${before.optimizer}; give that ` +
          "optimizer again to go on, or another to start anew",
      );
    }
    const run = optimizer.start(this.#objective.at({ batch: () => [], total: 0 }));
    try {
      if (before?.optimizer === optimizer.name) this.#resume(who, run, before);
    } catch (error) {
      run.dispose();
      throw error;
    }
    this.#run?.dispose();
    this.#optimizer = optimizer;
    this.#before = before;
    this.#hasStepped = false;
    return (this.#run = run);
  }

  /** The run has made a step: its state is the one to save. */
  stepped(): void {
    this.#hasStepped = true;
    this.#before = undefined;
  }

  /**
   * A copy of a state of the run, or what there was before its first step; undefined before the first
   * training.
   */
  snapshot(state: OptimizerRun["state"] | undefined = this.#run?.state): OptimizerSnapshot | undefined {
    if (!state || !this.#optimizer || !this.#hasStepped) return this.#before;
    const { engine, size } = this.#objective;
    return {
      optimizer: this.#optimizer.name,
      scalars: { ...state.scalars },
      vectors: Object.fromEntries(
        Object.entries(state.vectors).map(([name, ptr]) => [name, engine.memory.reals(ptr, size).slice()]),
      ),
    };
  }

  /** Goes on from a saved state at the next `start`. */
  restore(state: OptimizerSnapshot): void {
    this.#before = state;
  }

  /** Forgets a step that was stopped inside: it is begun anew. */
  forgetStep(): void {
    this.#run?.restore({ ...this.#run.state.scalars });
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#run?.dispose();
  }

  #resume(who: string, run: OptimizerRun, { optimizer, vectors, scalars }: OptimizerSnapshot): void {
    const { engine, size } = this.#objective;
    const missing =
      Object.keys(run.state.scalars).find((name) => scalars[name] === undefined) ??
      Object.keys(run.state.vectors).find((name) => vectors[name] === undefined);
    if (missing !== undefined)
      throw new DataError(`${who}: the training state of ${optimizer} lacks "${missing}"; load another file`);
    for (const [name, ptr] of Object.entries(run.state.vectors))
      engine.memory.reals(ptr, size).set(vectors[name]);
    run.restore(scalars);
  }
}
