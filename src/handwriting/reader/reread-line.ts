/**
 * A line read again as it grows, by a net of both directions of time. A character is said once, when `delay`
 * steps of the net have passed behind its place, and never taken back: what comes of the ink later cannot
 * change it. The longer the delay the fewer the errors.
 */
import { bestPath, type Emission } from "../../inference/best-path.ts";
import { editDistance } from "../../inference/edit-distance.ts";
import type { Network } from "../../models/network/network.ts";
import { InkPoints } from "../ink.ts";
import { decodeText, type Script } from "../script.ts";
import { scoreLine } from "./decode.ts";
import type { StreamedLine, StreamedText } from "./stream.ts";

/** Points between two readings: one step of a net that joins four. */
const EVERY = 4;

/** Labels that a longer line may move over a place that was settled. */
const MOVED = 3;

/**
 * How many characters of a new reading were said already: where more ink comes, the net's labels move a
 * little, and one that was said would be said again. Of the numbers near `old`, the one by their places, that
 * whose labels differ least from what was said; the nearest of equal ones.
 */
function spoken(said: readonly number[], read: readonly Emission[], old: number): number {
  const labels = read.map(({ label }) => label);
  let best = { count: old, edits: Infinity };
  for (let away = 0; away <= MOVED; ++away)
    for (const count of [old - away, old + away]) {
      if (count < 0 || count > labels.length) continue;
      const edits = editDistance(said, labels.slice(0, count));
      if (edits < best.edits) best = { count, edits };
    }
  return best.count;
}

/** A line in progress. */
export class RereadLine implements StreamedLine {
  readonly #net: () => Network;
  readonly #script: Script;
  readonly #delay: number;
  readonly #points = new InkPoints();
  #unread = 0;
  readonly #said: number[] = [];
  #text = "";
  #open = "";
  /** The last point of what was said. */
  #settled = -1;

  /** `net` gives the net that reads now, and throws when the reader is gone. */
  constructor(net: () => Network, script: Script, delay: number) {
    this.#net = net;
    this.#script = script;
    this.#delay = delay;
  }

  step(x: number, y: number, up: number): StreamedText {
    this.#points.add(x, y);
    if (up === 1) this.#points.endStroke();
    if (++this.#unread >= EVERY || up === 1) this.#read(this.#delay);
    return { text: this.#text, open: this.#open };
  }

  finish(): string {
    if (this.#points.count > 0) this.#read(-1);
    return this.#text;
  }

  /** It holds nothing but points. */
  dispose(): void {}

  /** Reads all ink, and says what lies at least `delay` steps back. */
  #read(delay: number): void {
    this.#unread = 0;
    const { y, K, features } = scoreLine(this.#net(), this.#script, this.#points.slice().slice());
    const S = y.length / K;
    const { sources } = features;
    const pointOf = (step: number): number =>
      sources[Math.min(Math.floor((step * sources.length) / S), sources.length - 1)];
    const read = bestPath(y, K);
    const old = read.filter(({ from }) => pointOf(from) <= this.#settled).length;
    const fresh = read.slice(spoken(this.#said, read, old));
    const isSettled = ({ to }: Emission): boolean => to - 1 <= S - 1 - delay;
    const said = fresh.filter(isSettled);
    const text = (list: readonly Emission[]): string =>
      decodeText(
        list.map(({ label }) => label),
        this.#script.alphabet,
      );
    this.#said.push(...said.map(({ label }) => label));
    this.#text += text(said);
    this.#open = text(fresh.slice(said.length));
    const last = said.at(-1);
    if (last) this.#settled = pointOf(last.to);
  }
}
