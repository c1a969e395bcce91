/**
 * A net as it was after its last whole step, kept while an asynchronous step works on θ. Whoever reads in the
 * midst of the step sees this net, and the step finds every bit where it left it.
 */
import type { Ptr } from "../wasm/kernels.ts";
import { Arena, type Floats } from "../wasm/memory.ts";
import type { OptimizerRun } from "../optim/optimizer.ts";
import type { NetworkObjective } from "./objective.ts";

/** What a training was after its last whole step. */
interface CommittedState {
  readonly vectors: Record<string, Ptr>;
  readonly scalars: Record<string, number>;
  readonly carried: Floats[];
  /** θ [F] */
  readonly free: Ptr;
}

/** The kept copy. Its memory is taken at the first asynchronous step. */
export class Committed {
  readonly #objective: NetworkObjective;
  readonly #arena: Arena;
  readonly #vectors = new Map<string, Ptr>();
  #full: Ptr | undefined;
  #free!: Ptr;
  #working!: Ptr;
  #run: OptimizerRun | undefined;
  #scalars: Record<string, number> = {};
  #carried: Floats[] = [];
  #reading = false;

  constructor(objective: NetworkObjective) {
    this.#objective = objective;
    this.#arena = new Arena(objective.engine.memory);
  }

  /** Keeps θ, the optimizer's state and, where states are carried on, these. */
  hold(run: OptimizerRun, carried: boolean): void {
    const { engine, size, theta, parts, loss } = this.#objective;
    const { kernels: k } = engine;
    if (this.#full === undefined) {
      this.#full = this.#arena.reals(loss.size);
      this.#working = this.#arena.reals(loss.size);
      this.#free = this.#arena.reals(size);
    }
    k.copyRows(1, loss.size, parts.weights.theta, loss.size, this.#full, loss.size);
    k.copyRows(1, size, theta, size, this.#free, size);
    for (const [name, ptr] of Object.entries(run.state.vectors)) {
      const to = this.#vectors.get(name) ?? this.#arena.reals(size);
      this.#vectors.set(name, to);
      k.copyRows(1, size, ptr, size, to, size);
    }
    this.#scalars = { ...run.state.scalars };
    this.#carried = carried ? loss.tape.carried : [];
    this.#run = run;
  }

  /** The step is whole, or undone: nothing is kept any more. */
  release(): void {
    this.#run = undefined;
    this.#carried = [];
  }

  /** The optimizer's state after the last whole step, while one is under way. */
  get state(): CommittedState | undefined {
    return this.#run
      ? {
          vectors: Object.fromEntries(this.#vectors),
          scalars: { ...this.#scalars },
          carried: this.#carried,
          free: this.#free,
        }
      : undefined;
  }

  /**
   * Undoes the step that is under way: θ and the optimizer are what they were. Returns the states carried on.
   */
  undo(): Floats[] {
    const { engine, size, theta, parts, loss } = this.#objective;
    const { kernels: k } = engine;
    const run = this.#run;
    if (!run || this.#full === undefined) return [];
    k.copyRows(1, loss.size, this.#full, loss.size, parts.weights.theta, loss.size);
    k.copyRows(1, size, this.#free, size, theta, size);
    this.#objective.restored();
    for (const [name, ptr] of Object.entries(run.state.vectors)) {
      const kept = this.#vectors.get(name);
      if (kept !== undefined) k.copyRows(1, size, kept, size, ptr, size);
    }
    return this.#carried;
  }

  /** look() with the net as it was after the last whole step. It must not await. */
  read<R>(look: () => R): R {
    if (!this.#run || this.#reading || this.#full === undefined) return look();
    const { engine, parts, loss } = this.#objective;
    const { kernels: k } = engine;
    const P = loss.size;
    const { theta } = parts.weights;
    k.copyRows(1, P, theta, P, this.#working, P);
    k.copyRows(1, P, this.#full, P, theta, P);
    this.#objective.restored();
    this.#reading = true;
    try {
      return look();
    } finally {
      this.#reading = false;
      k.copyRows(1, P, this.#working, P, theta, P);
      this.#objective.restored();
    }
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#arena.dispose();
    this.#vectors.clear();
    this.#full = undefined;
    this.#run = undefined;
  }
}
