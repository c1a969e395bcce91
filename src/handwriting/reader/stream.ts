/**
 * Reading while one writes. The net reads both directions of time, so the ink so far is read again as it
 * grows; a character is said once, when `delay` steps of the net have passed behind its place, and never
 * taken back: what comes of the ink later cannot change it. The longer the delay the fewer the errors.
 */
import { bestPath, type Emission } from "../../inference/best-path.ts";
import { DISPOSE } from "../../models/lifetime.ts";
import type { Network } from "../../models/network/network.ts";
import { DataError, knownOptions, show, whole } from "../../wasm/errors.ts";
import { InkPoints, isCoordinate } from "../ink.ts";
import { decodeText, type Script } from "../script.ts";
import { scoreLine } from "./decode.ts";

/** How to read while one writes. */
export interface ReaderStreamOptions {
  /** Steps of the net that a character waits before it is said. Default 8, about three characters. */
  readonly delay?: number;
}

/** What is known after a place of the pen. */
export interface StreamedText {
  /** What was said: it only grows. */
  readonly text: string;
  /** What may follow, of the ink that is not settled yet. */
  readonly open: string;
}

/** Points between two readings: one step of a net that joins four. */
const EVERY = 4;
/** Most points of one line. */
const MAX_POINTS = 50_000;

/** Options with defaults. Throws OptionError. */
export function streamOptions(who: string, options: ReaderStreamOptions): { delay: number } {
  knownOptions(who, options, ["delay"]);
  return { delay: whole(who, "delay", options.delay ?? 8, 0, 1_000_000) };
}

/** A line in progress. */
export class ReaderStream {
  readonly #net: () => Network;
  readonly #script: Script;
  readonly #delay: number;
  #points = new InkPoints();
  #unread = 0;
  #text = "";
  #open = "";
  /** The last point of what was said. */
  #settled = -1;

  /** Use `reader.stream()`. `net` gives the net that reads now, and throws when the reader is gone. */
  constructor(net: () => Network, script: Script, { delay }: { delay: number }) {
    this.#net = net;
    this.#script = script;
    this.#delay = delay;
  }

  /**
   * One more place [x, y, up] of the pen, y downwards; `up` is 1 where the pen is lifted after it, else 0.
   * Throws DataError, DisposedError.
   */
  step([x, y, up]: readonly [x: number, y: number, up: number]): StreamedText {
    const net = this.#net();
    if (!isCoordinate(x) || !isCoordinate(y))
      throw new DataError(`handwritingReader.stream: point (${show(x)}, ${show(y)}), want finite numbers`);
    if (this.#points.count >= MAX_POINTS)
      throw new DataError(
        `handwritingReader.stream: ${MAX_POINTS} points, want lines; call reset() for the next`,
      );
    this.#points.add(x, y);
    if (up === 1) this.#points.endStroke();
    if (++this.#unread >= EVERY || up === 1) this.#read(net, this.#delay);
    return { text: this.#text, open: this.#open };
  }

  /** The line is over: everything is said. */
  finish(): string {
    const net = this.#net();
    if (this.#points.count > 0) this.#read(net, -1);
    return this.#text;
  }

  /** Back to the start of a line. */
  reset(): this {
    this.#net();
    this.#points = new InkPoints();
    [this.#unread, this.#text, this.#open, this.#settled] = [0, "", "", -1];
    return this;
  }

  /** Lets its ink go. */
  dispose(): void {
    this.#points = new InkPoints();
  }

  /** `using stream = reader.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** Reads all ink, and says what lies at least `delay` steps back. */
  #read(net: Network, delay: number): void {
    this.#unread = 0;
    const { y, K, features } = scoreLine(net, this.#script, this.#points.slice().slice());
    const S = y.length / K;
    const { sources } = features;
    const pointOf = (step: number): number =>
      sources[Math.min(Math.floor((step * sources.length) / S), sources.length - 1)];
    const fresh = bestPath(y, K).filter(({ from }) => pointOf(from) > this.#settled);
    const isSettled = ({ to }: Emission): boolean => to - 1 <= S - 1 - delay;
    const said = fresh.filter(isSettled);
    const text = (list: readonly Emission[]): string =>
      decodeText(
        list.map(({ label }) => label),
        this.#script.alphabet,
      );
    this.#text += text(said);
    this.#open = text(fresh.slice(said.length));
    const last = said.at(-1);
    if (last) this.#settled = pointOf(last.to);
  }
}
