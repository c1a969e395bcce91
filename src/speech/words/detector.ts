/**
 * Words in sound that goes on and on: an alarm where the mean of a word's probability over the last steps
 * passes the threshold. Behind an alarm nothing is heard for a while, and the means begin anew.
 */
import { RunningMeans } from "./score.ts";

/** How alarms are raised; all in steps of the net but the threshold. */
export interface AlarmRule {
  /** Mean probability from which on a word counts as heard. */
  readonly threshold: number;
  /** Steps of a mean. */
  readonly lookBack: number;
  /** Steps without alarm behind one. */
  readonly refractory: number;
}

/** A word that was heard; steps count from the beginning. */
export interface Alarm {
  readonly word: number;
  /** Its mean probability when it passed the threshold. */
  readonly score: number;
  /** The step after which it was told, and the steps [from, to) whose mean it was. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Raises alarms, step by step. */
export class Alarms {
  readonly #rule: AlarmRule;
  readonly #means: RunningMeans;
  #steps = 0;
  #deafUntil = 0;

  constructor(W: number, rule: AlarmRule) {
    this.#rule = rule;
    this.#means = new RunningMeans(W, rule.lookBack);
  }

  /** [W] scores after the last step; 0 while nothing is heard behind an alarm. */
  get scores(): Float64Array {
    return this.#means.words;
  }

  /** One more step, the probabilities [W+1] that begin at `from`; the alarm, where there is one. */
  step(p: ArrayLike<number>, from = 0): Alarm | undefined {
    const { lookBack, threshold, refractory } = this.#rule;
    const to = ++this.#steps;
    if (to <= this.#deafUntil) return undefined;
    this.#means.step(p, from);
    const word = this.#means.likeliest;
    const score = this.#means.words[word];
    if (!(score >= threshold)) return undefined;
    this.#deafUntil = to + refractory;
    this.#means.reset();
    return { word, score, at: to, from: Math.max(0, to - lookBack), to };
  }

  /** Back to the beginning. */
  reset(): void {
    this.#steps = 0;
    this.#deafUntil = 0;
    this.#means.reset();
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
