/// <reference lib="esnext.disposable" preserve="true" />
/**
 * How long a model has its memory: until `dispose`, and never while something still computes on it. What is
 * forgotten without dispose is found by the collector: arenas give back by themselves
 * (src/wasm/forgotten.ts), and a stream that was forgotten is let go by its model.
 */
import { DisposedError } from "../wasm/errors.ts";
import { released, releaseWhenForgotten, type Holding } from "../wasm/forgotten.ts";

/** Whatever holds memory of the kernels. It must not refer to the model, or the model is never forgotten. */
export interface Held {
  /** Gives the memory back. */
  dispose(): void;
}

/** The key of `using`: Symbol.dispose, also where an engine lacks it. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** Guards the methods of one model, stream or pool, and disposes what it holds. */
export class Lifetime implements Held, Holding {
  readonly #who: string;
  readonly #held: Held[] = [];
  readonly #parent: Lifetime | undefined;
  #over = false;
  #computing = 0;

  /**
   * With a `parent`, the end of the parent is this one's too; and the parent, which must not keep `owner`
   * alive, lets go what it held when nothing else refers to it.
   */
  constructor(who: string, owner?: object, parent?: Lifetime) {
    this.#who = who;
    this.#parent = parent;
    parent?.own(this);
    if (owner && parent) releaseWhenForgotten(owner, this);
  }

  /** Whether `dispose` was called, on it or on the parent. */
  get over(): boolean {
    return this.#over || this.#parent?.over === true;
  }

  /** Disposes `held` at the end, the last one owned first. */
  own<T extends Held>(held: T): T {
    this.#held.push(held);
    return held;
  }

  /** Throws DisposedError after the end. Returns the name for error messages: "hmm.fit". */
  check(method: string): string {
    if (this.over)
      throw new DisposedError(`${this.#who}.${method}: the model was disposed; make or load another`);
    return `${this.#who}.${method}`;
  }

  /** Something computes on the memory until the function that comes back is called: till then it is kept. */
  enter(): () => void {
    ++this.#computing;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      --this.#computing;
      if (this.#over && this.#computing === 0) this.#giveBack();
    };
  }

  /** Ends it. True the first time. */
  end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    released(this);
    if (this.#parent) this.#parent.#disown(this);
    if (this.#computing === 0) this.#giveBack();
    return true;
  }

  /** `end`, as what a parent holds. */
  dispose(): void {
    this.end();
  }

  /** `end`, when the owner was forgotten. */
  release(): void {
    this.end();
  }

  #disown(held: Held): void {
    const at = this.#held.indexOf(held);
    if (at >= 0) this.#held.splice(at, 1);
  }

  #giveBack(): void {
    for (let held = this.#held.pop(); held; held = this.#held.pop()) held.dispose();
  }
}

/** How models of one kind are made: `await model(spec)`, `await model.load(bytes)`. */
export interface ModelFactory<Spec, Model> {
  /** Makes a model. Throws OptionError where the spec is wrong, MemoryError where memory is full. */
  (spec: Spec): Promise<Model>;
  /** A model from the bytes of its `save`. Throws DataError on others. */
  load(bytes: Uint8Array | ArrayBuffer): Promise<Model>;
}

/** The factory of `create` and `load`. A missing spec is one without options: checks say what they want. */
export function modelFactory<Spec, Model>(
  create: (spec: Spec) => Promise<Model>,
  load: (bytes: Uint8Array | ArrayBuffer) => Promise<Model>,
): ModelFactory<Spec, Model> {
  return Object.assign((spec = {} as Spec) => create(spec), {
    load: (bytes: Uint8Array | ArrayBuffer) => load(bytes),
  });
}
