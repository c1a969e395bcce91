/** The models that make one forecast: fitted, each with its share in the average. */
import { chooseModels } from "./choice.ts";
import { forecastModels, type ForecastModelName } from "./models/registry.ts";
import type { FittedModel, History, Outlook } from "./models/model.ts";
import { averaged } from "./shape.ts";
import type { ForecasterRules } from "./spec.ts";

/** A fitted model by its name. */
export interface Member {
  readonly name: ForecastModelName;
  readonly fitted: FittedModel;
  /** Its share in the average. */
  readonly weight: number;
}

/** What a model is given: its inputs only where it takes them. */
export function historyFor(name: ForecastModelName, { z, inputs }: History): History {
  return forecastModels[name].takesInputs && inputs ? { z, inputs } : { z };
}

/** The members' forecast. */
export function outlookOf(members: readonly Member[], history: History, steps: number): Outlook {
  const outlooks = members.map(({ name, fitted }) => fitted.forecast(historyFor(name, history), steps));
  if (outlooks.length === 1) return outlooks[0];
  return averaged(
    outlooks,
    members.map(({ weight }) => weight),
  );
}

/** The mean |error| one step ahead of a model on what it was fitted to; NaN where it says no next value. */
function fitError({ fitted }: Member, z: Float64Array): number {
  const means = fitted.predict?.(z).means;
  const gaps = Array.from(z, (v, t) => Math.abs(v - (means?.[t] ?? NaN))).filter((gap) => !Number.isNaN(gap));
  return gaps.reduce((a, b) => a + b, 0) / gaps.length;
}

/** Of members without backtests, those that fit, weighed by it; all where none says a next value. */
export function keepFitting(members: Member[], z: Float64Array, rules: ForecasterRules): void {
  const errors = members.map((member) => [member.name, fitError(member, z)] as const);
  const chosen = chooseModels(new Map(errors), rules);
  if (chosen.length === 0) return;
  const weights = new Map(chosen.map(({ name, weight }) => [name, weight]));
  for (const member of members.splice(0)) {
    const weight = weights.get(member.name);
    if (weight === undefined) member.fitted.dispose();
    else members.push({ ...member, weight });
  }
}
