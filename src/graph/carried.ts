/** States that ops carry from one batch into the next: a buffer [B,S] for each op whose plan says `carry`. */
import { ShapeError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena, type Floats, type Memory } from "../wasm/memory.ts";
import type { NodeFrame } from "./node-frame.ts";

/** The carried states of a graph. */
export class Carried {
  readonly arena: Arena;
  readonly #memory: Memory;
  readonly #frames: readonly (NodeFrame | undefined)[];
  #sequences = 0;

  constructor(memory: Memory, frames: readonly (NodeFrame | undefined)[]) {
    this.arena = new Arena(memory, "activities of nets");
    this.#memory = memory;
    this.#frames = frames;
  }

  /** Room for so many sequences; what was carried is lost where it grows. */
  plan(sequences: number): void {
    if (sequences <= this.#sequences) return;
    this.#sequences = 0;
    this.arena.reset();
    for (const frame of this.#frames) {
      if (frame?.plan.carry) frame.carry = this.arena.reals(sequences * frame.plan.carry);
    }
    this.#sequences = sequences;
  }

  /** Copies of the states [B,S], one for each op that carries any. */
  states(): Floats[] {
    return this.#places().map(({ ptr, reals }) => this.#memory.reals(ptr, reals).slice());
  }

  /** Puts states back. Throws ShapeError where they are not those of this graph. */
  set(states: readonly Floats[]): void {
    const width = this.#frames.find((frame) => frame?.plan.carry)?.plan.carry;
    if (width) this.plan((states[0]?.length ?? 0) / width);
    const places = this.#places();
    if (places.length !== states.length || places.some(({ reals }, i) => reals < states[i].length))
      throw new ShapeError(
        `tape: carried states of ${states.map(({ length }) => length).join(", ")} numbers, want at most ` +
          places.map(({ reals }) => reals).join(", "),
      );
    states.forEach((state, i) => this.#memory.reals(places[i].ptr, state.length).set(state));
  }

  dispose(): void {
    this.arena.dispose();
  }

  #places(): { ptr: Ptr; reals: number }[] {
    return this.#frames.flatMap((frame) =>
      frame?.plan?.carry ? [{ ptr: frame.carry, reals: this.#sequences * frame.plan.carry }] : [],
    );
  }
}
