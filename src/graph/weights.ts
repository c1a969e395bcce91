/**
 * θ in memory, and its matrices packed in panels for the products: packed once a change of θ, not once a use.
 */
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { Graph, Parameter } from "./graph.ts";

interface Panel {
  ptr: Ptr;
  version: number;
}

/** Packed panels of column blocks of one flat vector's matrices. */
export class Panels {
  readonly #engine: Engine;
  readonly #arena: Arena;
  readonly #panels = new Map<number, Panel>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#arena = new Arena(engine.memory);
  }

  /**
   * Panels of columns [from, from+columns) of the matrix at base + parameter.offset, made when `version`
   * moved on.
   */
  get(
    base: Ptr,
    version: number,
    parameter: Parameter,
    transposed: boolean,
    from: number,
    columns: number,
  ): Ptr {
    const key = (parameter.offset * 2 + (transposed ? 1 : 0)) * 65536 + from;
    const { kernels: k, memory } = this.#engine;
    let panel = this.#panels.get(key);
    if (!panel) {
      const size = transposed ? k.packedSize(columns, parameter.rows) : k.packedSize(parameter.rows, columns);
      this.#panels.set(key, (panel = { ptr: this.#arena.reals(size), version: -1 }));
    }
    if (panel.version !== version) {
      const B = memory.at(base, parameter.offset + from);
      if (transposed) k.packTransposed(columns, parameter.rows, B, parameter.columns, panel.ptr);
      else k.pack(parameter.rows, columns, B, parameter.columns, panel.ptr);
      panel.version = version;
    }
    return panel.ptr;
  }

  dispose(): void {
    this.#arena.dispose();
  }
}

/** The parameters of a graph. */
export class Weights {
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
    this.#arena = new Arena(engine.memory);
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
