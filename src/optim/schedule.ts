/**
 * Rates and momenta that change with the step: a number, or a function of the steps done so far (0 at the
 * first).
 */
import { OptionError, inRange, whole } from "../wasm/errors.ts";

/** A number, or its value at each step, counted from 0. */
export type Schedule = number | ((step: number) => number);

/** The schedule's value at a step. */
export const valueAt = (schedule: Schedule, step: number): number =>
  typeof schedule === "number" ? schedule : schedule(step);

/** Throws OptionError unless the schedule is a function or a number in [min, max]. */
export function checkSchedule(
  who: string,
  what: string,
  schedule: unknown,
  min: number,
  max = Infinity,
): void {
  if (typeof schedule !== "function") inRange(who, what, schedule, min, max);
}

/** Piecewise constant: `[[0, a], [1000, b]]` is a for 1000 steps, then b. */
export function piecewise(pieces: readonly (readonly [from: number, value: number])[]): Schedule {
  if (pieces.length === 0 || pieces[0][0] !== 0)
    throw new OptionError("piecewise: want at least one piece, the first from step 0");
  return (step) => {
    let value = pieces[0][1];
    for (const [from, next] of pieces) if (step >= from) value = next;
    return value;
  };
}

/** Constant at `from` until step `hold`, then a straight line to `to` at step `until`, constant after. */
export function ramp({
  from,
  to,
  hold = 0,
  until,
}: {
  from: number;
  to: number;
  hold?: number;
  until: number;
}): Schedule {
  return (step) => {
    if (step <= hold) return from;
    return step >= until ? to : from + ((to - from) * (step - hold)) / (until - hold);
  };
}

/**
 * A schedule that begins gently: rate·(t + 1)/steps at step t of the first `steps`, then the rate as it is.
 * Schedules below keep their own count: the warm-up is a part of their steps.
 */
export function warmUp(rate: Schedule, steps: number): Schedule {
  checkSchedule("warmUp", "rate", rate, 0);
  whole("warmUp", "steps", steps, 1);
  return (step) => valueAt(rate, step) * Math.min(1, (step + 1) / steps);
}

/**
 * Momentum that grows with the steps (Sutskever et al. 2013, eq. 5): min(1 - 2^(-1-log2(⌊t/250⌋+1)), max).
 */
export function risingMomentum(max: number): Schedule {
  return (step) => Math.min(1 - 0.5 / (Math.floor(step / 250) + 1), max);
}
