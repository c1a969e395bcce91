/**
 * Gradients in little memory (checkpointing, Chen et al. 2016): steps are cut in pieces, and activities are
 * in memory for one piece at a time. The forward pass keeps the states at the pieces' starts and all outputs;
 * the backward pass goes from the last piece to the first and computes each piece's activities again. Pieces
 * are whole blocks of steps (packing.ts), so that every bit is that of a pass over all steps at once.
 */
import { MemoryError, OptionError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { Node, NodeId } from "./graph.ts";
import type { Mode, PackedShape } from "./op.ts";
import { blocksOf, samePacking, stepsOf, type Packing } from "./packing.ts";
import { activityReals, planOps } from "./plan-size.ts";
import { Tape } from "./tape.ts";
import type { Weights } from "./weights.ts";

/** How much memory activities may take: as little as goes with √T pieces, or so many bytes. */
export type MemoryBudget = "sqrt" | number;

/** Steps of all sequences that are computed at once. */
interface Piece {
  readonly packing: Packing;
  /** Its first row among all. */
  readonly row: number;
  /** [B, width] states that it goes on from. */
  start: Ptr;
}

/** The gradient of a graph in pieces: what a tape does, for one node. */
export class Pieces {
  readonly #tape: Tape;
  readonly #output: NodeId;
  readonly #budget: MemoryBudget;
  readonly #arena: Arena;
  #batch: Packing | undefined;
  #pieces: Piece[] = [];
  #inputs: ReadonlyMap<NodeId, Ptr> = new Map();
  #value = NULL;
  #adjoint = NULL;
  #mode: Partial<Mode> = {};

  /** output: the node whose value is wanted whole. Throws OptionError where a layer needs whole sequences. */
  constructor(weights: Weights, output: NodeId, budget: MemoryBudget) {
    const whole = weights.graph.nodes.find(
      ({ op, carries }) => op && (op.whole || op.outputSteps || (carries && !op.passesAdjoints)),
    );
    if (whole)
      throw new OptionError(
        `memory: ${whole.name} looks across the pieces that sequences are cut in; want recurrent layers ` +
          "forwards in time and layers that work step by step, or shard instead",
      );
    this.#tape = new Tape(weights);
    this.#output = output;
    this.#budget = budget;
    this.#arena = new Arena(weights.engine.memory, "activities of nets");
  }

  /** As Tape.plan. Throws MemoryError where one block of steps takes more than the budget. */
  plan(batch: Packing, inputs: ReadonlyMap<NodeId, Ptr>): void {
    this.#inputs = inputs;
    if (this.#batch && samePacking(batch, this.#batch)) return;
    this.#batch = undefined;
    const starts = this.#cut(batch);
    const n = batch.rows * this.#columns;
    this.#pieces = starts
      .slice(1)
      .map((to, i) => ({
        packing: stepsOf(batch, starts[i], to),
        row: batch.offsetAt[starts[i]],
        start: NULL,
      }));
    this.#enter(this.#pieces[0]); // plans, so that the width of the states is known
    this.#arena.reset();
    this.#value = this.#arena.reals(n);
    this.#adjoint = this.#arena.reals(n);
    const { width } = this.#tape.states;
    for (const piece of this.#pieces.slice(1))
      piece.start = this.#arena.reals(piece.packing.sequences * width);
    this.#batch = batch;
  }

  /** Runs all pieces, keeping the states between them. */
  forward(mode: Partial<Mode> = {}): void {
    this.#mode = mode;
    this.#pieces.forEach((piece, i) => {
      if (i > 0) this.#tape.states.keep(piece.packing.sequences, piece.start);
      this.#run(piece);
      this.#copy(piece);
    });
  }

  /** As Tape.vjp, of the last forward pass. */
  vjp(g: Ptr, seed: () => void): void {
    const { kernels: k, memory } = this.#tape.engine;
    const columns = this.#columns;
    k.fill(this.#tape.graph.size, 0, g);
    k.fill(this.#batch!.rows * columns, 0, this.#adjoint);
    seed();
    for (let i = this.#pieces.length - 1; i >= 0; --i) {
      const piece = this.#pieces[i];
      // the last one's activities are there from the pass forwards
      if (i < this.#pieces.length - 1) this.#run(piece, piece.start);
      else this.#tape.states.clearAdjoints();
      const from = memory.at(this.#adjoint, piece.row * columns);
      this.#tape.addVjp(g, () =>
        k.addScaled(piece.packing.rows * columns, 1, from, this.#tape.adjoint(this.#output)),
      );
    }
  }

  /** [N,O] of the output, all steps. */
  value(): Ptr {
    return this.#value;
  }
  /** Its adjoint. */
  adjoint(): Ptr {
    return this.#adjoint;
  }
  /** Its shape. */
  shape(): PackedShape {
    const packing = this.#batch!;
    return { rows: packing.rows, columns: this.#columns, packing };
  }
  /** The first node of the last piece whose value is not finite, for messages. */
  firstNonFinite(): Node | undefined {
    return this.#tape.firstNonFinite();
  }

  dispose(): void {
    this.#tape.dispose();
    this.#arena.dispose();
  }

  get #columns(): number {
    return this.#tape.graph.node(this.#output).columns;
  }

  /** First steps of the pieces, and behind them T. */
  #cut(batch: Packing): number[] {
    const blocks = blocksOf(batch);
    const count = blocks.length - 1;
    let each = 1;
    if (this.#budget !== "sqrt") {
      const { realBytes } = this.#tape.engine.memory;
      const kept = 2 * batch.rows * this.#columns * realBytes;
      const room = this.#budget - kept;
      const block = activityReals(planOps(this.#tape.graph, stepsOf(batch, 0, blocks[1]))) * realBytes;
      if (block > room)
        throw new MemoryError(
          `memory: ${this.#budget} bytes for activities, but ${blocks[1]} of ${batch.steps} steps and the ` +
            `outputs of all take ${block + kept}; want more, or a smaller shard`,
        );
      each = Math.max(1, Math.min(count, Math.floor(room / block)));
    }
    return [...Array.from({ length: Math.ceil(count / each) }, (_, i) => blocks[i * each]), batch.steps];
  }

  /** Plans a piece. */
  #enter({ packing, row }: Piece): void {
    const { graph, engine } = this.#tape;
    const inputs = new Map<NodeId, Ptr>();
    for (const [node, ptr] of this.#inputs) {
      const { data, columns } = graph.node(node);
      const bytes = data!.symbols === undefined ? engine.memory.realBytes : 4;
      inputs.set(node, data!.per === "sequence" ? ptr : ((ptr + row * columns * bytes) as Ptr));
    }
    this.#tape.plan(packing, inputs);
  }

  /** Computes the activities of a piece, from the states that are there or, where given, from kept ones. */
  #run(piece: Piece, start = NULL): void {
    this.#enter(piece);
    if (start !== NULL) this.#tape.states.takeBack(piece.packing.sequences, start);
    this.#tape.forward({
      ...this.#mode,
      carry: piece.row > 0 ? "continue" : "start",
      piece: { row: piece.row, rows: this.#batch!.rows },
    });
  }

  #copy({ packing, row }: Piece): void {
    const { kernels: k, memory } = this.#tape.engine;
    const n = packing.rows * this.#columns;
    const to = memory.at(this.#value, row * this.#columns);
    k.copyRows(1, n, this.#tape.value(this.#output), n, to, n);
  }
}
