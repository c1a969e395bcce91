/**
 * A pen that a net moves: step by step it draws the next move from what the net says, and reads it back,
 * until the window stands on the end of the text (Graves 2013, section 5.4).
 */
import type { Drawing } from "../../losses/loss.ts";
import { internals } from "../../models/network/internals.ts";
import type { Network } from "../../models/network/network.ts";
import type { Tape } from "../../graph/tape.ts";
import { packing } from "../../graph/packing.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { Arena, type Floats } from "../../wasm/memory.ts";
import { STEP } from "./steps.ts";
import { encodeWriting, type WriterForm } from "./text.ts";

/** Steps that a character may take, beyond which a pen that is lost is stopped: words have about eight. */
const STEPS_A_CHARACTER = 40;

/** What is written before, with its text: the pen goes on in its style. */
export interface Before {
  readonly steps: Float32Array;
  readonly text: string;
}

/** The steps of a run; they are complete where the net came to the end of its text. */
export interface WrittenRun {
  readonly steps: readonly (readonly number[])[];
  readonly complete: boolean;
}

/** A net that moves a pen. Dispose it. */
export class Pen {
  readonly #net: Network;
  readonly #form: WriterForm;
  readonly #tape: Tape;
  readonly #arena: Arena;
  readonly #x: Ptr;
  readonly #y: Ptr;
  readonly #text: Ptr;
  #started = false;

  constructor(net: Network, form: WriterForm) {
    const { built, data, tape } = internals(net);
    this.#net = net;
    this.#form = form;
    this.#tape = tape();
    this.#arena = new Arena(net.engine.memory, "streams of nets");
    this.#x = this.#arena.reals(STEP);
    this.#y = this.#arena.reals(data.output);
    this.#text = this.#arena.reals(form.length);
    this.#tape.plan(
      packing([1]),
      new Map([
        [built.input!, this.#x],
        [built.initial!, this.#text],
      ]),
      false,
    );
  }

  /** A text. Behind `before` the first step leads to it, else it is (0, 0, 0). */
  write(text: string, source: Drawing, bias: number, before?: Before): WrittenRun {
    const whole = before ? `${before.text} ${text}` : text;
    this.#begin(whole);
    const steps: number[][] = before ? [] : [[0, 0, 0]];
    let said = this.#read(before ? before.steps : steps[0]);
    const most = STEPS_A_CHARACTER * ([...text].length + 1);
    const { loss } = internals(this.#net).parts();
    for (let left = most; left > 0; --left) {
      const last = steps.at(-1);
      if (last && last[2] === 1 && this.#isOver()) return { steps, complete: true };
      const move = loss.draw!(said, source, bias);
      steps.push(move);
      said = this.#read(move);
    }
    return { steps, complete: false };
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#tape.dispose();
    this.#arena.dispose();
  }

  #begin(text: string): void {
    const { memory } = this.#net.engine;
    memory.reals(this.#text, this.#form.length).set(encodeWriting(text, this.#form));
    this.#started = false;
  }

  /** What the net says after some steps. */
  #read(steps: ArrayLike<number>): Floats {
    const { memory } = this.#net.engine;
    const { parts, data, read, built } = internals(this.#net);
    return read(() => {
      for (let t = 0; t < steps.length; t += STEP) {
        const x = memory.reals(this.#x, STEP);
        for (let i = 0; i < STEP; ++i) x[i] = steps[t + i];
        this.#tape.forward({ carry: this.#started ? "continue" : "start" });
        this.#started = true;
      }
      parts().loss.predict(this.#net.engine, 1, data.output, this.#tape.value(built.output), this.#y);
      return memory.reals(this.#y, data.output).slice();
    });
  }

  /** Whether most of the window is the end of the text. */
  #isOver(): boolean {
    const { alphabet, units } = this.#form;
    const { memory } = this.#net.engine;
    const V = [...alphabet].length + 1;
    const layer = this.#tape.value(internals(this.#net).built.layers[0]);
    const window = memory.reals(memory.at(layer, units), V);
    let all = 0;
    for (const share of window) all += share;
    return window[V - 1] >= 0.5 * all;
  }
}
