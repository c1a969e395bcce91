/**
 * Reading while one writes; a character that was said is never taken back. A net that reads forwards computes
 * every step once; without one the net of both directions reads the ink so far again as it grows.
 */
import { DISPOSE } from "../../models/lifetime.ts";
import type { Network } from "../../models/network/network.ts";
import { DataError, knownOptions, show, whole } from "../../wasm/errors.ts";
import { isCoordinate } from "../ink.ts";
import { LiveLine } from "../live-line.ts";
import { decodeText, scriptOf, type Script } from "../script.ts";
import type { Said } from "../commit.ts";
import { RereadLine } from "./reread-line.ts";

/** How to read while one writes. */
export interface ReaderStreamOptions {
  /**
   * Steps of the net that a character waits before it is said. Default: with a net that reads forwards its
   * own; else 8, about three characters. Given, the ink is read again as it grows.
   */
  readonly delay?: number;
}

/** What is known after a place of the pen. */
export interface StreamedText {
  /** What was said: it only grows. */
  readonly text: string;
  /** What may follow, of the ink that is not settled yet; "" of a net that reads forwards. */
  readonly open: string;
}

/** A line that is read while it is written. */
export interface StreamedLine {
  /** One more place of the pen. */
  step(x: number, y: number, up: number): StreamedText;
  /** The line is over: everything is said. */
  finish(): string;
  /** Gives memory back. */
  dispose(): void;
}

/** Most points of one line. */
const MAX_POINTS = 50_000;
const DELAY = 8;

/** Options with defaults. Throws OptionError. */
export function streamOptions(who: string, { delay, ...options }: ReaderStreamOptions): ReaderStreamOptions {
  knownOptions(who, { delay, ...options }, ["delay"]);
  return delay === undefined ? {} : { delay: whole(who, "delay", delay, 0, 1_000_000) };
}

/** The nets that a stream may read with; each throws when the reader is gone. */
export interface StreamNets {
  /** Of both directions. */
  readonly net: () => Network;
  /** Forwards, where there is one for this hand. */
  readonly live: () => Network | undefined;
}

/** A net that reads forwards, on one line. */
class ForwardLine implements StreamedLine {
  readonly #line: LiveLine;
  readonly #script: Script;
  #text = "";

  constructor(net: Network) {
    this.#line = new LiveLine(net);
    this.#script = scriptOf(net);
  }

  step(x: number, y: number, up: number): StreamedText {
    return { text: this.#add(this.#line.step(x, y, up)), open: "" };
  }

  finish(): string {
    return this.#add(this.#line.finish());
  }

  dispose(): void {
    this.#line.dispose();
  }

  #add(said: readonly Said[]): string {
    this.#text += decodeText(
      said.map(({ label }) => label),
      this.#script.alphabet,
    );
    return this.#text;
  }
}

/** A line in progress. */
export class ReaderStream {
  readonly #nets: StreamNets;
  readonly #script: Script;
  readonly #options: ReaderStreamOptions;
  #line: StreamedLine | undefined;
  #count = 0;

  /** Use `reader.stream()`. */
  constructor(nets: StreamNets, script: Script, options: ReaderStreamOptions) {
    this.#nets = nets;
    this.#script = script;
    this.#options = options;
  }

  /**
   * One more place [x, y, up] of the pen, y downwards; `up` is 1 or true where the pen is lifted after it,
   * else 0 or false. Throws DataError, DisposedError.
   */
  step(point: readonly [x: number, y: number, up: number | boolean]): StreamedText {
    this.#nets.net();
    if (!Array.isArray(point))
      throw new DataError(`handwritingReader.stream: point is ${show(point)}, want [x, y, up]`);
    const [x, y, up] = point as readonly [number, number, number | boolean];
    if (!isCoordinate(x) || !isCoordinate(y))
      throw new DataError(`handwritingReader.stream: point (${show(x)}, ${show(y)}), want finite numbers`);
    const isUp = up === 1 || up === true;
    if (!isUp && up !== 0 && up !== false)
      throw new DataError(
        `handwritingReader.stream: up is ${show(up)}, want 1 where the pen is lifted after the point, else 0`,
      );
    if (this.#count >= MAX_POINTS)
      throw new DataError(
        `handwritingReader.stream: ${MAX_POINTS} points, want lines; call reset() for the next`,
      );
    ++this.#count;
    this.#line ??= this.#begin();
    return this.#line.step(x, y, isUp ? 1 : 0);
  }

  /** The line is over: everything is said. */
  finish(): string {
    this.#nets.net();
    return this.#line?.finish() ?? "";
  }

  /** Back to the start of a line. */
  reset(): this {
    this.#nets.net();
    this.dispose();
    return this;
  }

  /** Lets its ink go. */
  dispose(): void {
    this.#line?.dispose();
    this.#line = undefined;
    this.#count = 0;
  }

  /** `using stream = reader.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #begin(): StreamedLine {
    const { delay } = this.#options;
    const live = delay === undefined ? this.#nets.live() : undefined;
    return live ? new ForwardLine(live) : new RereadLine(this.#nets.net, this.#script, delay ?? DELAY);
  }
}
