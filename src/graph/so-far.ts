/**
 * One sequence, one step at a time, through ops that make few steps of many: after every step the net gives
 * what it would give last if the sequence ended here. An op whose window is still open gives the step of that
 * window again, and what stands on it takes this step in place of the one before.
 */
import type { Arena } from "../wasm/memory.ts";
import type { Ptr } from "../wasm/kernels.ts";
import type { NodeFrame } from "./node-frame.ts";

/** A frame with its carry as it was before its step at hand, and the number of that step. */
interface Stand {
  readonly frame: NodeFrame;
  readonly before: Ptr;
  step: number;
}

/** The steps of one sequence so far. The frames are planned for one step. */
export class SoFar {
  readonly #stands: readonly (Stand | undefined)[];

  constructor(frames: readonly (NodeFrame | undefined)[], arena: Arena) {
    this.#stands = frames.map(
      (frame) => frame && { frame, before: arena.reals(frame.plan.carry ?? 0), step: -1 },
    );
  }

  /** One more step; the first of a sequence with `restart`. */
  forward(restart: boolean): void {
    const fresh: boolean[] = [];
    this.#stands.forEach((stand, i) => {
      if (!stand) {
        fresh[i] = true;
        return;
      }
      const { frame, before } = stand;
      const { op, node, plan, k } = frame;
      const isNew = fresh[node.inputs[0]];
      const n = plan.carry ?? 0;
      if (restart) stand.step = -1;
      if (isNew) ++stand.step;
      if (n > 0) k.copyRows(1, n, isNew ? frame.carry : before, n, isNew ? before : frame.carry, n);
      frame.entry = stand.step > 0 ? "continue" : "start";
      op.forward(frame);
      fresh[i] = isNew && stand.step % (op.stride ?? 1) === 0;
    });
  }
}
