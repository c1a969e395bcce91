/** When a score is an alarm: above the threshold, and above every score of the last steps. */

/** Scores that no later one has reached, oldest first: the largest of the last `rest` steps is the first. */
export class Alarms {
  readonly #threshold: number;
  readonly #rest: number;
  #leading: { step: number; score: number }[] = [];
  #step = 0;

  constructor(threshold: number, rest: number) {
    this.#threshold = threshold;
    this.#rest = rest;
  }

  /** Whether this score is an alarm. `quiet`: it is only remembered. */
  step(score: number, { quiet }: { readonly quiet: boolean }): boolean {
    const step = this.#step++;
    if (this.#leading.length > 0 && this.#leading[0].step < step - this.#rest) this.#leading.shift();
    const isLargest = this.#leading.length === 0 || this.#leading[0].score < score;
    while (this.#leading.length > 0 && this.#leading[this.#leading.length - 1].score <= score)
      this.#leading.pop();
    if (!quiet) this.#leading.push({ step, score });
    return !quiet && isLargest && score >= this.#threshold;
  }
}
