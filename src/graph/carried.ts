/** States that ops carry from one batch into the next: a buffer [B,S] for each op whose plan says `carry`. */
import { ShapeError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
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
      if (!frame?.plan.carry) continue;
      frame.carry = this.arena.reals(sequences * frame.plan.carry);
      frame.dcarry = NULL;
    }
    this.#sequences = sequences;
  }

  /** Reals that all ops carry a sequence. */
  get width(): number {
    return this.#places().reduce((sum, { frame }) => sum + frame.plan.carry!, 0);
  }

  /** Makes the adjoints of the states 0: from now on `vjp` passes them on. */
  clearAdjoints(): void {
    for (const { frame, reals } of this.#places()) {
      if (frame.dcarry === NULL) frame.dcarry = this.arena.reals(reals);
      frame.k.fill(reals, 0, frame.dcarry);
    }
  }

  /** Copies the states of B sequences to [B·width] reals. */
  keep(B: number, to: Ptr): void {
    for (const { frame } of this.#places()) {
      const n = B * frame.plan.carry!;
      frame.k.copyRows(1, n, frame.carry, n, to, n);
      to = this.#memory.at(to, n);
    }
  }

  /** Takes back what `keep` copied. */
  takeBack(B: number, from: Ptr): void {
    for (const { frame } of this.#places()) {
      const n = B * frame.plan.carry!;
      frame.k.copyRows(1, n, from, n, frame.carry, n);
      from = this.#memory.at(from, n);
    }
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

  #places(): { frame: NodeFrame; ptr: Ptr; reals: number }[] {
    return this.#frames.flatMap((frame) =>
      frame?.plan?.carry ? [{ frame, ptr: frame.carry, reals: this.#sequences * frame.plan.carry }] : [],
    );
  }
}
