/**
 * Words in sound that goes on and on: at every step the scores of the last stretch, and an alarm where a
 * word's passes the threshold. Behind an alarm nothing is heard for a while, and the stretch begins anew.
 */
import { OneWord } from "./score.ts";

/** How alarms are raised; all in steps of the net but the threshold. */
export interface AlarmRule {
  /** Probability from which on a word counts as heard. */
  readonly threshold: number;
  /** Steps that a stretch reaches back. */
  readonly lookBack: number;
  /** Steps without alarm behind one. */
  readonly refractory: number;
}

/** A word that was heard; steps count from the beginning. */
export interface Alarm {
  readonly word: number;
  /** Its probability when it passed the threshold. */
  readonly score: number;
  /** The step after which it was told, and the steps [from, to) in which the net named it. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Raises alarms, step by step. */
export class Alarms {
  readonly #W: number;
  readonly #rule: AlarmRule;
  readonly #one: OneWord;
  /** Probabilities [lookBack, W+1] of the last steps, a ring; how many of them are the stretch's. */
  readonly #ring: Float32Array;
  #length = 0;
  #steps = 0;
  #deafUntil = 0;
  #scores: Float64Array;

  constructor(W: number, rule: AlarmRule) {
    this.#W = W;
    this.#rule = rule;
    this.#one = new OneWord(W);
    this.#ring = new Float32Array(rule.lookBack * (W + 1));
    this.#scores = new Float64Array(W);
  }

  /** [W] scores after the last step; 0 while nothing is heard behind an alarm. */
  get scores(): Float64Array {
    return this.#scores;
  }

  /** One more step, the probabilities [W+1] that begin at `from`; the alarm, where there is one. */
  step(p: ArrayLike<number>, from = 0): Alarm | undefined {
    const K = this.#W + 1;
    const { lookBack, threshold, refractory } = this.#rule;
    const now = this.#steps++;
    if (now < this.#deafUntil) return undefined;
    const place = (now % lookBack) * K;
    for (let k = 0; k < K; ++k) this.#ring[place + k] = p[from + k];
    this.#length = Math.min(this.#length + 1, lookBack);
    this.#one.reset();
    const first = now + 1 - this.#length;
    for (let t = first; t <= now; ++t) this.#one.step(this.#ring, (t % lookBack) * K);
    this.#scores = this.#one.scores().words;
    const word = this.#scores.indexOf(this.#scores.reduce((max, s) => Math.max(max, s), 0));
    if (word < 0 || !(this.#scores[word] >= threshold)) return undefined;
    const [a, b] = this.#one.span(word);
    const alarm = { word, score: this.#scores[word], at: now + 1, from: first + a, to: first + b };
    this.#deafUntil = now + 1 + refractory;
    this.#length = 0;
    this.#scores = new Float64Array(this.#W);
    return alarm;
  }

  /** Back to the beginning. */
  reset(): void {
    this.#length = 0;
    this.#steps = 0;
    this.#deafUntil = 0;
    this.#scores = new Float64Array(this.#W);
  }
}

/** All alarms of a recording whose probabilities [T,W+1] are known. */
export function alarmsOf(p: ArrayLike<number>, W: number, rule: AlarmRule): Alarm[] {
  const alarms = new Alarms(W, rule);
  const found: Alarm[] = [];
  for (let at = 0; at < p.length; at += W + 1) {
    const alarm = alarms.step(p, at);
    if (alarm) found.push(alarm);
  }
  return found;
}
