/**
 * How long a model has its memory: until `dispose`, until the garbage collector finds it forgotten, and never while
 * something still computes on it.
 */
import { engineInfo } from "../wasm/engine.ts";
import { DisposedError } from "../wasm/errors.ts";

/** Whatever holds memory of the kernels. It must not refer to the model, or the model is never forgotten. */
export interface Held {
  /** Gives the memory back. */
  dispose(): void;
}

/** The key of `using`: Symbol.dispose, also where an engine lacks it. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

const forgotten = new FinalizationRegistry<Lifetime>((life) => life.end());

/** Guards the methods of one model, stream or pool, and disposes what it holds. */
export class Lifetime implements Held {
  readonly #who: string;
  readonly #held: Held[] = [];
  readonly #parent: Lifetime | undefined;
  #over = false;
  #computing = 0;

  /**
   * `owner` is watched: when nothing refers to it any more, its memory is given back. With a `parent`, the end of the
   * parent is this one's too.
   */
  constructor(who: string, owner?: object, parent?: Lifetime) {
    this.#who = who;
    this.#parent = parent;
    parent?.own(this);
    if (owner) forgotten.register(owner, this, this);
  }

  /** Whether `dispose` was called. */
  get over(): boolean {
    return this.#over;
  }

  /** Disposes `held` at the end, the last one owned first. */
  own<T extends Held>(held: T): T {
    this.#held.push(held);
    return held;
  }

  /** Throws DisposedError after the end. Returns the name for error messages: "hmm.fit". */
  check(method: string): string {
    if (this.#over)
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
    forgotten.unregister(this);
    if (this.#parent) this.#parent.#disown(this);
    if (this.#computing === 0) this.#giveBack();
    return true;
  }

  /** `end`, as what a parent holds. */
  dispose(): void {
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
  /** Makes a model. Throws OptionError where the spec is wrong. */
  (spec: Spec): Promise<Model>;
  /** A model from the bytes of its `save`. Throws DataError on others. */
  load(bytes: Uint8Array | ArrayBuffer): Promise<Model>;
}

/** Growth of the memory in use, in bytes, after which forgotten models are looked for. */
const GROWTH = 128 * 2 ** 20;
let lastLook = 0;

const inUse = (): number => engineInfo().engines.reduce((sum, { memory }) => sum + memory.used, 0);

/**
 * Lets the collector find forgotten models when memory in use has grown much: it knows nothing of the kernels' memory,
 * so buffers of its own kind tell it that memory is short, and its finds arrive in a task of their own.
 */
async function findForgotten(): Promise<void> {
  if (inUse() - lastLook < GROWTH) return;
  for (let i = 0; i < 4; ++i) void new ArrayBuffer(GROWTH / 4);
  await new Promise((resolve) => setTimeout(resolve, 0));
  lastLook = inUse();
}

/** A factory whose models are looked after as above. */
export function modelFactory<Spec, Model>(
  create: (spec: Spec) => Promise<Model>,
  load: (bytes: Uint8Array | ArrayBuffer) => Promise<Model>,
): ModelFactory<Spec, Model> {
  const make = async (spec: Spec): Promise<Model> => {
    await findForgotten();
    return create(spec);
  };
  return Object.assign(make, {
    load: async (bytes: Uint8Array | ArrayBuffer) => {
      await findForgotten();
      return load(bytes);
    },
  });
}
