/**
 * Real-time recurrent learning (Williams and Zipser 1989) where no unit sees another's state: the derivatives
 * of all states by all parameters are then as many as the parameters (Mozer 1989; Zucchet et al. 2023). For
 * parameter W of gate g
 *
 *   E(now) = Σ_edges p ⊙ E(from)      E(pre g) = x_i for W_ij      dW += dy ⊙ E(now₀)
 *
 * which is the tangent of a step, by the same edges, for all parameters at once. E is [R,H] for a gate, a row
 * for each input and one for the bias, and [1,H] for each row that units have for themselves and for the
 * start.
 */
import type { Ptr } from "../../wasm/kernels.ts";
import { Arena } from "../../wasm/memory.ts";
import type { OnlineGradient, OnlineParameters } from "../../graph/op.ts";
import { inputWidth } from "../input-product.ts";
import type { Port } from "./cell.ts";
import { factorAt, type Layout, type RecurrentFrame } from "./layout.ts";

/** Derivatives by the parameters behind one port: E of every state block, before and after a step. */
interface Family {
  /** What the parameters act on; null: the start. */
  readonly port: Port | null;
  /** R. */
  readonly rows: number;
  old: Ptr[];
  now: Ptr[];
}

/** The traces of one layer, on a tape of one step of one sequence. */
export class Traces implements OnlineGradient {
  readonly #layout: Layout;
  readonly #f: RecurrentFrame;
  readonly #arena: Arena;
  readonly #gates: readonly Family[];
  readonly #own: readonly Family[];
  readonly #starts: readonly Family[];
  /** [I+1] what the gates' parameters are multiplied by. */
  readonly #x: Ptr;
  readonly #I: number;

  constructor(layout: Layout, f: RecurrentFrame) {
    const { cell } = layout;
    this.#layout = layout;
    this.#f = f;
    this.#arena = new Arena(f.engine.memory, "traces of nets");
    this.#I = inputWidth(f.shapes[0]);
    const family = (port: Port | null, rows: number): Family => {
      const planes = (): Ptr[] =>
        Array.from({ length: cell.slots }, () => this.#arena.reals(rows * f.shape.columns));
      return { port, rows, old: planes(), now: planes() };
    };
    this.#gates = cell.gates.map((_, g) => family(["pre", g], this.#I + 1));
    this.#own = (cell.own?.rows ?? []).map((_, i) => family(["own", i], 1));
    this.#starts = Array.from({ length: cell.carried }, () => family(null, 1));
    this.#x = this.#arena.reals(this.#I + 1);
  }

  restart(): void {
    const { k, shape } = this.#f;
    for (const { old, rows } of this.#families) for (const ptr of old) k.fill(rows * shape.columns, 0, ptr);
    this.#starts.forEach(({ old }, s) => k.fill(shape.columns, 1, old[s]));
  }

  step(): void {
    this.#readInput();
    for (const family of this.#families) {
      this.#walk(family);
      [family.old, family.now] = [family.now, family.old];
    }
  }

  gradient({ Wx, b, own, start }: OnlineParameters): void {
    const f = this.#f;
    const H = f.shape.columns;
    const G = this.#gates.length;
    const add = (R: number, E: Ptr, to: Ptr, ld: number): void => f.k.mulAdd(R, H, f.dy, 0, E, H, to, ld);
    this.#gates.forEach(({ old: [E] }, g) => {
      add(this.#I, E, f.at(Wx, g * H), G * H);
      add(1, f.at(E, this.#I * H), f.at(b, g * H), H);
    });
    this.#own.forEach(({ old: [E] }, i) => add(1, E, f.at(own, i * H), H));
    if (start) this.#starts.forEach(({ old: [E] }, s) => add(1, E, f.at(start, s * H), H));
  }

  dispose(): void {
    this.#arena.dispose();
  }

  get #families(): readonly Family[] {
    return [...this.#gates, ...this.#own, ...this.#starts];
  }

  #readInput(): void {
    const { k, x, shapes, engine } = this.#f;
    const I = this.#I;
    if (shapes[0].symbols) {
      k.fill(I, 0, this.#x);
      k.fill(1, 1, this.#f.at(this.#x, engine.memory.ints(x[0], 1)[0]));
    } else k.copyRows(1, I, x[0], I, this.#x, I);
    k.fill(1, 1, this.#f.at(this.#x, I));
  }

  /** E of the new states. */
  #walk({ port, rows: R, old, now }: Family): void {
    const f = this.#f;
    const { k } = f;
    const H = f.shape.columns;
    for (const ptr of now) k.fill(R * H, 0, ptr);
    for (const edge of this.#layout.edges) {
      const [kind, s] = edge.from;
      const { factor } = factorAt(this.#layout, f, edge, 0, 0);
      const to = now[edge.to[1]];
      if (kind === "old") k.mulAdd(R, H, factor, 0, old[s], H, to, H);
      else if (kind === "now") k.mulAdd(R, H, factor, 0, now[s], H, to, H);
      else if (port?.[0] !== kind || port[1] !== s) continue;
      else if (kind === "own") k.addScaled(H, 1, factor, to);
      else k.gemmTN(R, H, 1, this.#x, R, factor, H, to, H, f.scratch(k.gemmTNScratch(H, 1)));
    }
  }
}
