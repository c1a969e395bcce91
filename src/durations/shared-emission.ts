/**
 * The emission of N states, shared by the D steps of each: densities are computed once a state and copied to
 * its steps; the moments are those of the steps' summed weights.
 */
import type { Ptr } from "../wasm/kernels.ts";
import type { Random } from "../wasm/random.ts";
import type { Sequences } from "../data/sequence.ts";
import type {
  Emission,
  EmissionRules,
  Future,
  Observed,
  Outputs,
  Workspace,
} from "../models/hmm/emissions/emission.ts";
import { Parameters } from "../models/hmm/emissions/parameters.ts";
import { summed } from "./expansion.ts";

/** Densities of the steps, with those of the states and where they are. */
interface SharedRows extends Observed {
  readonly states: Observed;
  readonly space: Workspace;
}

/** Rows of K numbers in this stride. */
const strideOf = (K: number): number => 4 * Math.ceil(K / 4);

/** Emissions of N·D steps; `K`, the parameters and their names are those of the N states. */
export class SharedEmission extends Parameters implements Emission {
  readonly width: number;
  readonly lags?: number;
  readonly believes?: readonly string[];
  readonly parts?: Emission["parts"];
  readonly #of: Emission;
  readonly #D: number;

  constructor(of: Emission, D: number) {
    super(of.K, of.shapes, of.parameters);
    this.width = of.width;
    this.lags = of.lags;
    this.believes = of.believes;
    this.parts = of.parts;
    this.#of = of;
    this.#D = D;
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return this.#of.flatten(who, sequences);
  }

  rows({ engine, arena, N }: Workspace, y: Float64Array): SharedRows {
    const D = this.#D;
    const narrow = strideOf(this.K);
    const space = { engine, arena, K: this.K, N: narrow };
    const states = this.#of.rows(space, y);
    const { count, rows, data } = states;
    const logb = arena.reals(count * N);
    engine.kernels.fill(count * N, -Infinity, logb);
    const from = engine.memory.reals(states.logb, count * narrow);
    const to = engine.memory.reals(logb, count * N);
    for (let t = 0; t < count; ++t)
      for (let i = 0; i < this.K; ++i) to.fill(from[t * narrow + i], t * N + i * D, t * N + (i + 1) * D);
    return { logb, count, rows, y, data, states, space };
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    this.#of.draw(random, data);
  }

  prepare(who: string, data: readonly Float64Array[], rules: EmissionRules): void {
    this.#of.prepare(who, data, rules);
  }

  clear(): void {
    this.#of.clear();
  }

  add({ N, engine, arena }: Workspace, observed: Observed, gamma: Ptr): void {
    const { states, space } = observed as SharedRows;
    const T = observed.y.length / this.width;
    const sums = arena.reals(T * space.N);
    const from = engine.memory.reals(gamma, T * N);
    const to = engine.memory.reals(sums, T * space.N).fill(0);
    const D = this.#D;
    for (let t = 0; t < T; ++t)
      for (let at = 0; at < this.K * D; ++at) to[t * space.N + Math.floor(at / D)] += from[t * N + at];
    this.#of.add(space, states, sums);
  }

  maximize(rules: EmissionRules): void {
    this.#of.maximize(rules);
  }

  logPrior(rules: EmissionRules): number {
    return this.#of.logPrior(rules);
  }

  sample(k: number, random: Random, past?: Float64Array): ArrayLike<number> {
    return this.#of.sample(Math.floor(k / this.#D), random, past);
  }

  outputs(T: number, weights: Float64Array, past?: Float64Array): Outputs {
    return this.#of.outputs(T, summed(this.#D, weights), past);
  }

  future(steps: number, from: Future): Outputs | undefined {
    return this.#of.future?.(steps, from, (at) => Math.floor(at / this.#D));
  }

  dispose(): void {
    this.#of.dispose();
  }
}
