/**
 * Arrays in a kernel memory for the kernel tests: seeded values in, plain numbers out, with guards around
 * each array.
 */
import { engine, type Engine } from "../../src/wasm/engine.ts";
import { type Ptr } from "../../src/wasm/kernels.ts";
import { Arena } from "../../src/wasm/memory.ts";

export const f32 = await engine("float32");
export const f64 = await engine("float64");
/** Both precisions, with the rounding of one operation. */
export const both = [
  { name: "f32", engine: f32, round: Math.fround, unit: 2 ** -24, tiny: 2 ** -96 },
  { name: "f64", engine: f64, round: (x: number): number => x, unit: 2 ** -53, tiny: 2 ** -960 },
] as const;

/** Uniform in [-1, 1) from a seed: a linear congruence is random enough for test data. */
export function uniform(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  };
}

const GUARD = 8;
const SENTINEL = 777;

/** Buffers for one test; `free` takes them back. */
export class Workspace {
  readonly engine: Engine;
  readonly #arena: Arena;
  readonly #guards: Ptr[] = [];

  constructor(of: Engine) {
    this.engine = of;
    this.#arena = new Arena(of.memory);
  }

  /** A copy of the values between guards. */
  reals(values: ArrayLike<number>): Ptr {
    const { memory } = this.engine;
    const from = this.#arena.reals(values.length + 2 * GUARD);
    const ptr = memory.at(from, GUARD);
    memory.reals(from, values.length + 2 * GUARD).fill(SENTINEL);
    memory.reals(ptr, values.length).set(values);
    this.#guards.push(from, memory.at(ptr, values.length));
    return ptr;
  }

  /** n seeded values in [-1, 1). */
  random(n: number, seed: number): Ptr {
    const next = uniform(seed);
    return this.reals(Array.from({ length: n }, next));
  }

  ints(values: ArrayLike<number>): Ptr {
    const ptr = this.#arena.ints(values.length + 1);
    this.engine.memory.ints(ptr, values.length).set(values);
    return ptr;
  }

  read(ptr: Ptr, n: number): number[] {
    return Array.from(this.engine.memory.reals(ptr, n));
  }

  /** Whether nothing was written beside the arrays. */
  get intact(): boolean {
    return this.#guards.every((guard) => this.engine.memory.reals(guard, GUARD).every((x) => x === SENTINEL));
  }

  free(): void {
    this.#arena.dispose();
  }
}

/** Runs a test body in a workspace and checks the guards. */
export function inWorkspace<T>(of: Engine, body: (workspace: Workspace) => T): T {
  const workspace = new Workspace(of);
  try {
    const result = body(workspace);
    if (!workspace.intact) throw new Error("a kernel wrote beside its arrays");
    return result;
  } finally {
    workspace.free();
  }
}
