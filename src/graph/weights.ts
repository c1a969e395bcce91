/**
 * θ in memory, and its matrices packed in panels for the products: packed once a change of θ, not once a use.
 */
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { Graph, Parameter } from "./graph.ts";

interface Panel {
  readonly rows: number;
  readonly columns: number;
  readonly ptr: Ptr;
  version: number;
}

/** A vector of parameters that panels are packed from. */
export interface Packable {
  /** [P] */
  readonly theta: Ptr;
  /** Counts changes of the vector. */
  readonly version: number;
}

/** Which part of a matrix, and which way round: as is for x·W, transposed for dy·Wᵀ. */
export interface Block {
  readonly transposed: boolean;
  /** First column, and how many. */
  readonly from: number;
  readonly columns: number;
}

/** Packed panels of column blocks of one flat vector's matrices. */
export class Panels {
  readonly #engine: Engine;
  readonly #arena: Arena;
  /**
   * Blocks by twice the place of their first element in θ, plus 1 where transposed: one for each size. A
   * matrix of no rows stands at the place of the next one.
   */
  readonly #panels = new Map<number, Panel[]>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#arena = new Arena(engine.memory, "weights of nets");
  }

  /** Panels of columns [from, from+columns) of a matrix of θ, packed anew when θ has changed. */
  get(source: Packable, { offset, rows, columns: all }: Parameter, block: Block): Ptr {
    const { transposed, from, columns } = block;
    const { kernels: k, memory } = this.#engine;
    const panel = this.#panel(offset + from, rows, block);
    if (panel.version !== source.version) {
      const B = memory.at(source.theta, offset + from);
      if (transposed) k.packTransposed(columns, rows, B, all, panel.ptr);
      else k.pack(rows, columns, B, all, panel.ptr);
      panel.version = source.version;
    }
    return panel.ptr;
  }

  dispose(): void {
    this.#arena.dispose();
  }

  /** The buffer of a block, made when it is first asked for. */
  #panel(place: number, rows: number, { transposed, columns }: Block): Panel {
    const key = 2 * place + (transposed ? 1 : 0);
    let panels = this.#panels.get(key);
    if (!panels) this.#panels.set(key, (panels = []));
    for (const panel of panels) if (panel.columns === columns && panel.rows === rows) return panel;
    const { kernels: k } = this.#engine;
    const size = transposed ? k.packedSize(columns, rows) : k.packedSize(rows, columns);
    const panel = { rows, columns, ptr: this.#arena.reals(size), version: -1 };
    panels.push(panel);
    return panel;
  }
}

/** The parameters of a graph. */
export class Weights implements Packable {
  readonly engine: Engine;
  readonly graph: Graph;
  /** θ [P]. */
  readonly theta: Ptr;
  readonly panels: Panels;
  /** Counts changes of θ. */
  version = 0;
  readonly #arena: Arena;

  constructor(engine: Engine, graph: Graph) {
    this.engine = engine;
    this.graph = graph;
    this.#arena = new Arena(engine.memory, "weights of nets");
    this.theta = this.#arena.reals(graph.size);
    engine.kernels.fill(graph.size, 0, this.theta);
    this.panels = new Panels(engine);
  }

  /** θ was written. */
  changed(): void {
    ++this.version;
  }

  dispose(): void {
    this.panels.dispose();
    this.#arena.dispose();
  }
}
