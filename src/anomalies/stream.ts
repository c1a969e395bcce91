/** Anomalies while values arrive: a score and a verdict a step, in constant memory. */
import type { Elementwise } from "../inference/elementwise.ts";
import type { Lifetime } from "../models/lifetime.ts";
import { ModelStream } from "../models/model-stream.ts";
import { checkStep, observed } from "../data/sequence.ts";
import { Alarms } from "./alarms.ts";
import { ScoreHistory } from "./extremes.ts";
import type { AnomalyRules, SurprisingStream } from "./spec.ts";
import { together } from "./together.ts";
import { Change, Level, Season, type View } from "./views.ts";

/** Scores that rarity is told by. */
const REMEMBERED = 10_000;

/** What one value tells. */
export interface AnomalyStep {
  /** -ln p, nats, of a step that stands out as much, by all views together; 0 while it learns. */
  readonly score: number;
  /** The score from which on a step is an alarm. */
  readonly threshold: number;
  /** Whether it is one. */
  readonly alarm: boolean;
  /** -ln p, nats, by view: "level", "change", "season"; with a model, "model" alone. */
  readonly views: Readonly<Record<string, number>>;
  /** The value that the last ones asked for; NaN while it learns, undefined with a model. */
  readonly expected?: number;
}

/** The views of a series of numbers, standardized by its first values. */
class Views {
  readonly #views: Readonly<Record<string, View>>;
  readonly #change: Change;
  readonly #mean: number;
  readonly #sd: number;

  constructor(math: Elementwise, season: number, first: readonly number[]) {
    const known = first.filter((y) => !Number.isNaN(y));
    const size = known.reduce((max, y) => Math.max(max, Math.abs(y)), 0) || 1;
    this.#mean = known.reduce((sum, y) => sum + y / known.length, 0);
    const squares = known.reduce((sum, y) => sum + ((y - this.#mean) / size) * ((y - this.#mean) / size), 0);
    this.#sd = size * (Math.sqrt(squares / known.length) || 1); // of a constant, its own size
    this.#change = new Change(math);
    this.#views = {
      level: new Level(),
      change: this.#change,
      ...(season > 1 ? { season: new Season(season) } : {}),
    };
  }

  /** The value that is expected next, in the unit of the series. */
  get expected(): number {
    return this.#mean + this.#sd * this.#change.expected;
  }

  /** Deviations by view. */
  step(y: number): Record<string, number> {
    const z = (y - this.#mean) / this.#sd;
    return Object.fromEntries(Object.entries(this.#views).map(([name, view]) => [name, view.step(z)]));
  }
}

/** One series in progress. */
export class AnomalyStream extends ModelStream {
  readonly #math: Elementwise;
  readonly #rules: AnomalyRules;
  readonly #threshold: number;
  #model: SurprisingStream | undefined;
  #alarms: Alarms;
  #rarities = new Map<string, ScoreHistory>();
  #views: Views | undefined;
  #first: number[] = [];
  #steps = 0;

  /** Use `detector.stream()`. */
  constructor(math: Elementwise, rules: AnomalyRules, parent: Lifetime) {
    super("anomalies.stream", parent);
    this.#math = math;
    this.#rules = rules;
    this.#threshold = -math.log([rules.risk])[0];
    this.#alarms = new Alarms(this.#threshold, rules.rest);
    this.#restartModel();
  }

  /**
   * Takes the next value, a number, or what the model's own stream takes; NaN is missing. Throws ShapeError,
   * DataError or DisposedError, and what the model's stream throws.
   */
  step(y: ArrayLike<number> | number): AnomalyStep {
    const who = this.check("step");
    if (this.#model) return this.#answer({ model: -this.#model.step(y as never).logLikelihood });
    const [value] = Float64Array.from(checkStep(who, "y", y, 1, observed));
    if (this.#views) {
      const { expected } = this.#views;
      return { ...this.#answer(this.#views.step(value)), expected };
    }
    this.#first.push(value);
    if (this.#first.length === this.#rules.learn) this.#learnFirst();
    return { score: 0, threshold: this.#threshold, alarm: false, views: {}, expected: NaN };
  }

  /** Back to the start: all that was learned is forgotten, but for the model. */
  reset(): this {
    this.check("reset");
    this.#alarms = new Alarms(this.#threshold, this.#rules.rest);
    this.#rarities = new Map();
    this.#views = undefined;
    this.#first = [];
    this.#steps = 0;
    this.#restartModel();
    return this;
  }

  #restartModel(): void {
    this.#model?.dispose();
    const { model } = this.#rules;
    if (model) this.#model = this.own(model.stream());
  }

  /** Standardizes by the first values, and lets the views see them. */
  #learnFirst(): void {
    this.#views = new Views(this.#math, this.#rules.season, this.#first);
    for (const y of this.#first) this.#answer(this.#views.step(y));
    this.#first = [];
  }

  #answer(deviations: Readonly<Record<string, number>>): AnomalyStep {
    const views: Record<string, number> = {};
    for (const [name, deviation] of Object.entries(deviations)) views[name] = this.#rarity(name, deviation);
    const learning = ++this.#steps <= this.#rules.learn;
    const score = learning ? 0 : together(Object.values(views), this.#math);
    const alarm = this.#alarms.step(score, { quiet: learning });
    return { score, threshold: this.#threshold, alarm, views };
  }

  #rarity(name: string, deviation: number): number {
    const known = this.#rarities.get(name);
    const history = known ?? new ScoreHistory(this.#math, REMEMBERED, this.#rules.tail);
    if (!known) this.#rarities.set(name, history);
    return history.step(deviation);
  }
}
