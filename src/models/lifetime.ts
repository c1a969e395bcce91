/** Whether a model still has its memory. */
import { DisposedError } from "../wasm/errors.ts";

/** Guards the methods of a model that was disposed. */
export class Lifetime {
  readonly #who: string;
  #over = false;

  constructor(who: string) {
    this.#who = who;
  }

  /** Throws DisposedError after `end`. Returns the name for error messages: "hmm.fit". */
  check(method: string): string {
    if (this.#over)
      throw new DisposedError(`${this.#who}.${method}: the model was disposed; make or load another`);
    return `${this.#who}.${method}`;
  }

  /** True the first time. */
  end(): boolean {
    const first = !this.#over;
    this.#over = true;
    return first;
  }
}
