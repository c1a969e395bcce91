/**
 * Anomalies of a series: each value is compared with what came before it, and where it stands out more than a
 * share `risk` of the values of such a series would, there is an alarm.
 */
import { elementwise, type Elementwise } from "../inference/elementwise.ts";
import { inferenceEngine } from "../inference/inference-engine.ts";
import { DISPOSE, Lifetime } from "../models/lifetime.ts";
import { DataError, show } from "../wasm/errors.ts";
import { readAnomalySpec, type AnomalyRules, type AnomalySpec } from "./spec.ts";
import { AnomalyStream } from "./stream.ts";

/** What a detector says of a whole series, each step by those before it. */
export interface Anomalies {
  /** [T] -ln p of each step, nats. */
  readonly scores: Float64Array;
  /** [T] -ln p by view. */
  readonly views: Readonly<Record<string, Float64Array>>;
  /** [T] the value that was expected; NaN while it learned, empty with a model. */
  readonly expected: Float64Array;
  /** The steps of the alarms. */
  readonly alarms: readonly number[];
  /** The score from which on a step is an alarm. */
  readonly threshold: number;
}

/** Finds anomalies. */
export class AnomalyDetector {
  readonly #math: Elementwise;
  readonly #rules: AnomalyRules;
  readonly #life: Lifetime;

  /** Use `anomalyDetector(spec)`. */
  constructor(math: Elementwise, rules: AnomalyRules) {
    this.#math = math;
    this.#rules = rules;
    this.#life = new Lifetime("anomalyDetector", this);
  }

  /**
   * All steps of a series [T] of numbers, or of what the model's stream takes; NaN is missing. Throws
   * ShapeError or DataError, and what the model's stream throws.
   */
  detect(series: ArrayLike<number> | ArrayLike<ArrayLike<number>>): Anomalies {
    const who = this.#life.check("detect");
    const T = series === null || typeof series !== "object" ? NaN : series.length;
    if (!(T > 0)) throw new DataError(`${who}: the series is ${show(series)}, want an array of values`);
    const stream = this.stream();
    try {
      const scores = new Float64Array(T);
      const expected = new Float64Array(this.#rules.model ? 0 : T);
      const views: Record<string, Float64Array> = {};
      const alarms: number[] = [];
      for (let t = 0; t < T; ++t) {
        const step = stream.step(series[t]);
        scores[t] = step.score;
        if (step.expected !== undefined) expected[t] = step.expected;
        if (step.alarm) alarms.push(t);
        for (const [name, value] of Object.entries(step.views))
          (views[name] ??= new Float64Array(T))[t] = value;
      }
      return { scores, views, expected, alarms, threshold: -this.#math.log([this.#rules.risk])[0] };
    } finally {
      stream.dispose();
    }
  }

  /** One series while it arrives. */
  stream(): AnomalyStream {
    this.#life.check("stream");
    return new AnomalyStream(this.#math, this.#rules, this.#life);
  }

  /** Ends its streams. A second dispose does nothing. */
  dispose(): void {
    this.#life.end();
  }

  /** `dispose`, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }
}

/** Makes a detector: `const d = await anomalyDetector({ season: 288 })`. Throws OptionError. */
export async function anomalyDetector(spec: AnomalySpec = {}): Promise<AnomalyDetector> {
  const rules = readAnomalySpec("anomalyDetector", spec);
  return new AnomalyDetector(elementwise(await inferenceEngine()), rules);
}
