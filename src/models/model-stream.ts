/** What the streams of models have in common: a lifetime of their own, which ends with the model's. */
import { DISPOSE, Lifetime, type Held } from "./lifetime.ts";

/** A stream of a model. */
export abstract class ModelStream {
  readonly #life: Lifetime;

  /** who: in the words of errors, "lds.stream". parent: the model's. */
  constructor(who: string, parent: Lifetime) {
    this.#life = new Lifetime(who, this, parent);
  }

  /** Gives its memory back. A second dispose does nothing. */
  dispose(): void {
    this.#life.end();
  }

  /** `using stream = model.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** Whether it was disposed, or its model. */
  protected get over(): boolean {
    return this.#life.over;
  }

  /** The name for error messages, "lds.stream.step". Throws DisposedError after the end. */
  protected check(method: string): string {
    return this.#life.check(method);
  }

  /** What is disposed with it. */
  protected own<T extends Held>(held: T): T {
    return this.#life.own(held);
  }
}
