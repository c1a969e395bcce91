/** A spotter that listens: samples in pieces of any length, words with their times out. */
import { DISPOSE } from "../../models/lifetime.ts";
import type { Stream } from "../../models/network/stream.ts";
import type { FrontEndStream } from "../front-end-stream.ts";
import type { Samples } from "../samples.ts";
import type { Alarm, Alarms } from "./detector.ts";

/** A word that was heard. Times are seconds from the beginning. */
export interface Detection {
  /** Which one. */
  readonly word: string;
  /** Its mean probability when it passed the threshold. */
  readonly score: number;
  /** When it was told. */
  readonly time: number;
  /** The stretch whose mean that was: near the word's end, as the net reads forwards. */
  readonly from: number;
  /** Its end. */
  readonly to: number;
}

/** What a stream is made of. */
export interface Listening {
  readonly hear: FrontEndStream;
  readonly net: Stream;
  readonly alarms: Alarms;
  readonly words: readonly string[];
  /** Standardized values of one step of the net, from its frames. */
  readonly input: (frames: Float32Array) => Float64Array;
  /** Values of a frame, and of the frames of one step. */
  readonly columns: number;
  readonly size: number;
  /** Seconds of one step. */
  readonly stepSeconds: number;
  /** Throws DisposedError after the end of the model. */
  check(method: string): void;
}

/** Sound in progress. The net's steps are those of `predict` on the whole, bit for bit. */
export class SpotterStream {
  readonly #at: Listening;
  #frames = new Float32Array(0);

  /** Use `spotter.stream()`. */
  constructor(at: Listening) {
    this.#at = at;
  }

  /** Words that are heard with these samples; often none. Throws DataError, DisposedError. */
  push(samples: Samples): Detection[] {
    this.#at.check("stream.push");
    return this.#take(this.#at.hear.push(samples));
  }

  /** Words heard at the end of the recording. The next `push` begins another one. */
  end(): Detection[] {
    this.#at.check("stream.end");
    const { hear, columns, size } = this.#at;
    const found = this.#take(hear.end());
    // the last frame again and again, until the step is whole
    while (this.#frames.length > 0 && this.#frames.length < size)
      found.push(...this.#take(this.#frames.slice(-columns)));
    this.#restart();
    return found;
  }

  /** Mean probability of each word in the last stretch of sound. */
  get scores(): Readonly<Record<string, number>> {
    const { words, alarms } = this.#at;
    return Object.fromEntries(words.map((word, w) => [word, alarms.scores[w]]));
  }

  /** Forgets what it heard. */
  reset(): this {
    this.#at.check("stream.reset");
    this.#at.hear.end();
    this.#restart();
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#at.hear.dispose();
    this.#at.net.dispose();
  }

  /** `using stream = spotter.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #restart(): void {
    this.#frames = new Float32Array(0);
    this.#at.net.reset();
    this.#at.alarms.reset();
  }

  #take(rows: Float32Array): Detection[] {
    const { net, alarms, size, input } = this.#at;
    const frames = new Float32Array(this.#frames.length + rows.length);
    frames.set(this.#frames);
    frames.set(rows, this.#frames.length);
    const found: Detection[] = [];
    let from = 0;
    for (; frames.length - from >= size; from += size) {
      const alarm = alarms.step(net.step(input(frames.subarray(from, from + size))));
      if (alarm) found.push(this.#detection(alarm));
    }
    this.#frames = frames.slice(from);
    return found;
  }

  #detection({ word, score, at, from, to }: Alarm): Detection {
    const { words, stepSeconds } = this.#at;
    const time = (steps: number): number => steps * stepSeconds;
    return { word: words[word], score, time: time(at), from: time(from), to: time(to) };
  }
}
