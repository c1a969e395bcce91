/** One fit of a model at a time: a second one beside it would write into the same parameters. */
import { OptionError } from "../wasm/errors.ts";
import type { Lifetime } from "./lifetime.ts";

/** What a model's lifetime has to do with its fits. */
export interface SingleFitOptions {
  /** Whether a fit computes on memory that `dispose` must leave until it ends. Default false. */
  readonly keepsMemory?: boolean;
}

/** The one fit that a model may be in. */
export class SingleFit {
  readonly #life: Lifetime;
  readonly #keepsMemory: boolean;
  #running = false;

  /** life: the model's. */
  constructor(life: Lifetime, { keepsMemory = false }: SingleFitOptions = {}) {
    this.#life = life;
    this.#keepsMemory = keepsMemory;
  }

  /** The name for error messages, "hmm.fit". Throws DisposedError after the end, OptionError in a fit. */
  check(method: string): string {
    const who = this.#life.check(method);
    if (this.#running) throw new OptionError(`${who}: the model is being trained; await that fit first`);
    return who;
  }

  /** Fits, after `check`. `failed` puts back what a fit that throws has changed. */
  async run<Report>(fit: () => Promise<Report>, failed: () => void = () => {}): Promise<Report> {
    const leave = this.#keepsMemory ? this.#life.enter() : undefined;
    this.#running = true;
    try {
      return await fit();
    } catch (error) {
      failed();
      throw error;
    } finally {
      this.#running = false;
      leave?.();
    }
  }
}
