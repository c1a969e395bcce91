/** Choosing the order of an autoregression by an information criterion. (Akaike 1974; Schwarz 1978.) */
import { DependentError } from "../../inference/least-squares.ts";
import type { Algebra } from "../../inference/matrix.ts";
import { checkEmOptions, type EmOptions } from "../../train/em.ts";
import { Pace } from "../../train/pace.ts";
import {
  design,
  fitOrder,
  residualLogLikelihood,
  residuals,
  type AutoregressiveFit,
  type RegressionTask,
} from "./regression.ts";
import type { AutoregressiveRules } from "./spec.ts";

/** The result of a fit. */
export interface AutoregressiveReport {
  /** p of the model that stays: the one of the spec, or the best by its criterion. */
  readonly order: number;
  /** ln p(the steps used | those before), nats. */
  readonly logLikelihood: number;
  /** Steps used. */
  readonly steps: number;
  /**
   * The criterion of orders 0, 1, …, where one was chosen; ∞ of an order that the data do not determine.
   * The first order that predicts the data exactly is the last.
   */
  readonly criteria?: readonly number[];
  /** ln p of each order that was tried, on the steps that all of them have. */
  readonly history: readonly number[];
  /** Orders that were tried. */
  readonly iterations: number;
  /** Whether all orders were tried; false after `signal`. */
  readonly converged: boolean;
}

/** A fit and the report on it. */
export interface ChosenFit {
  readonly fit: AutoregressiveFit;
  readonly report: AutoregressiveReport;
}

/** Fits the order that is given, or the best one. `check` throws where the fit is to end. */
export async function chooseOrder(
  who: string,
  algebra: Algebra,
  data: readonly Float64Array[],
  rules: AutoregressiveRules,
  options: EmOptions & { check(): void },
): Promise<ChosenFit> {
  const { check, ...em } = options;
  const { signal, onProgress } = checkEmOptions(who, em);
  const orders = new Orders(who, algebra, data, rules);
  const { history, criteria } = orders;
  const report = (objective: number): void =>
    onProgress?.({ restart: 0, iteration: history.length, objective });
  if (rules.order !== undefined) {
    const chosen = orders.fitted(rules.order, rules.order);
    history.push(chosen.logLikelihood);
    report(chosen.logLikelihood);
    return { fit: chosen.fit, report: orders.report(chosen, { converged: true }) };
  }
  const { maxOrder = 0 } = rules;
  const pace = new Pace();
  for (let p = 0; p <= maxOrder && !orders.exact && (p === 0 || !signal?.aborted); ++p) {
    report(orders.compare(p, maxOrder));
    await pace.breathe();
    check();
  }
  const best = criteria.indexOf(criteria.reduce((a, b) => Math.min(a, b)));
  const chosen = orders.fitted(best, best);
  const converged = orders.exact || criteria.length === maxOrder + 1;
  return { fit: chosen.fit, report: { ...orders.report(chosen, { converged }), criteria } };
}

interface Scored {
  readonly fit: AutoregressiveFit;
  readonly logLikelihood: number;
}

/** Orders of one fit, as they are tried. */
class Orders {
  readonly history: number[] = [];
  readonly criteria: number[] = [];
  /** Whether an order predicted the data exactly. */
  exact = false;
  readonly #who: string;
  readonly #algebra: Algebra;
  readonly #data: readonly Float64Array[];
  readonly #rules: AutoregressiveRules;

  constructor(who: string, algebra: Algebra, data: readonly Float64Array[], rules: AutoregressiveRules) {
    this.#who = who;
    this.#algebra = algebra;
    this.#data = data;
    this.#rules = rules;
  }

  /** One order on the steps from `skip` on. */
  fitted(order: number, skip: number): Scored {
    const task: RegressionTask = { ...this.#rules, order, skip };
    const fit = fitOrder(this.#who, this.#algebra, this.#data, task);
    const E = residuals(fit, design(this.#algebra, this.#data, task));
    return { fit, logLikelihood: residualLogLikelihood(this.#who, E, fit.noise) };
  }

  /**
   * ln p of one order on the steps that all have, -∞ where the data do not determine it; notes its
   * criterion.
   */
  compare(p: number, maxOrder: number): number {
    const { output: D, intercept, criterion } = this.#rules;
    const trial = determined(() => this.fitted(p, maxOrder));
    const logLikelihood = trial?.logLikelihood ?? -Infinity;
    const parameters = D * (p * D + (intercept ? 1 : 0)) + (D * (D + 1)) / 2;
    const each = criterion === "aic" ? 2 : this.#algebra.log([trial?.fit.steps ?? 1])[0];
    this.history.push(logLikelihood);
    this.criteria.push(-2 * logLikelihood + each * parameters);
    this.exact = trial?.fit.exact ?? false;
    return logLikelihood;
  }

  report({ fit, logLikelihood }: Scored, { converged }: { converged: boolean }): AutoregressiveReport {
    const { order, steps } = fit;
    return { order, logLikelihood, steps, history: this.history, iterations: this.history.length, converged };
  }
}

/** What `fit` gives, or nothing where the data do not determine it. */
function determined<T>(fit: () => T): T | undefined {
  try {
    return fit();
  } catch (error) {
    if (error instanceof DependentError) return undefined;
    throw error;
  }
}
