/** What a detector of anomalies is: its spec, checked. */
import { OptionError, inRange, knownOptions, oneOf, show, whole } from "../wasm/errors.ts";
import type { TailName } from "./extremes.ts";

const LONGEST = 1_000_000;
const RISK = 1e-4;
const REST = 200;
const LEARN = 100;

/** How likely a value was. */
export interface Surprise {
  /** ln p of it given those before, nats. */
  readonly logLikelihood: number;
}

/** One sequence in progress, in any model that says how likely each value was. */
export interface SurprisingStream {
  /** Takes the next value. */
  step(y: never): Surprise;
  /** Gives its memory back. */
  dispose(): void;
}

/** A fitted model with such streams: `hmm`, `lds`, `localLevel`, `autoregressive`, `structural`, `arima`. */
export interface SurprisingModel {
  /** A sequence from its start. */
  stream(): SurprisingStream;
}

/** What a detector is. */
export interface AnomalySpec {
  /**
   * A fitted model, whose surprise -ln p(y_t | y_<t) is the score. It is not disposed with the detector.
   * Default: none; level, change and season are learned while values arrive.
   */
  readonly model?: SurprisingModel;
  /** Steps a season, for values that depend on the time of the day or the week. Default 1: none. */
  readonly season?: number;
  /** The probability of an alarm at a step of a series as it has been. Default 1e-4. */
  readonly risk?: number;
  /** Steps after an alarm in which only a larger score is another alarm. Default 200. */
  readonly rest?: number;
  /** Steps at the start in which nothing is an alarm. Default 100. */
  readonly learn?: number;
  /** How rare scores are told: "extremes" (default) beyond the 95% quantile, or "ranks" alone. */
  readonly tail?: TailName;
}

/** A checked spec. */
export interface AnomalyRules extends Required<Omit<AnomalySpec, "model">> {
  /** As given. */
  readonly model?: SurprisingModel;
}

/** Checks the probability of an alarm. Throws OptionError. */
export function readRisk(who: string, risk: number | undefined): number {
  const value = inRange(who, "risk", risk ?? RISK, 0, 1);
  if (value === 0 || value === 1)
    throw new OptionError(`${who}: risk is ${value}, want a probability between 0 and 1`);
  return value;
}

/** Checks how rarity is told. Throws OptionError. */
export const readTail = (who: string, tail: TailName | undefined): TailName =>
  oneOf(who, "tail", tail ?? "extremes", ["extremes", "ranks"] as const);

/** Checks a spec. Throws OptionError. */
export function readAnomalySpec(who: string, spec: AnomalySpec = {}): AnomalyRules {
  knownOptions(who, spec, ["model", "season", "risk", "rest", "learn", "tail"]);
  const { model, season } = spec;
  if (model !== undefined && typeof model.stream !== "function")
    throw new OptionError(
      `${who}: model is ${show(model)}, want one with stream(), as hmm, lds or autoregressive`,
    );
  if (model && season !== undefined)
    throw new OptionError(`${who}: season is ${season} beside a model, want one of them: the model says all`);
  return {
    ...(model ? { model } : {}),
    season: whole(who, "season", season ?? 1, 1, LONGEST),
    risk: readRisk(who, spec.risk),
    rest: whole(who, "rest", spec.rest ?? REST, 0, LONGEST),
    learn: whole(who, "learn", spec.learn ?? LEARN, 2, LONGEST),
    tail: readTail(who, spec.tail),
  };
}
