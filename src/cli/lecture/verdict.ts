/**
 * Verdicts as data: what must be so for a claim to hold is a list of bounds on measured numbers. The same
 * list judges the experiment and prints its table, and a test plants failures that it must catch.
 */

/** One thing that must be so. NaN never is, nor what is infinite: the largest of no numbers is -Infinity. */
export interface Criterion<M> {
  /** What is measured, as the table says it. */
  readonly what: string;
  readonly of: (measured: M) => number;
  readonly min?: number;
  readonly max?: number;
}

/** A criterion beside the number that it was given. */
export interface Check {
  readonly what: string;
  readonly value: number;
  /** The bounds in words: "≤ 0.05". */
  readonly wanted: string;
  readonly holds: boolean;
}

/** What is measured must be no larger than `max`. */
export const atMost = <M>(what: string, max: number, of: (measured: M) => number): Criterion<M> => ({
  what,
  of,
  max,
});

/** What is measured must be no smaller than `min`. */
export const atLeast = <M>(what: string, min: number, of: (measured: M) => number): Criterion<M> => ({
  what,
  of,
  min,
});

/** What is measured must be from `min` to `max`. */
export const within = <M>(
  what: string,
  [min, max]: readonly [number, number],
  of: (measured: M) => number,
): Criterion<M> => ({ what, of, min, max });

/** What is measured must be exactly `value`. */
export const exactly = <M>(what: string, value: number, of: (measured: M) => number): Criterion<M> =>
  within(what, [value, value], of);

const figure = (bound: number): string => String(Number(bound.toPrecision(4)));

function wanted({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min !== undefined && max !== undefined)
    return min === max ? figure(min) : `${figure(min)} to ${figure(max)}`;
  return min === undefined ? `≤ ${figure(max!)}` : `≥ ${figure(min)}`;
}

/** The verdict on measured numbers, and each criterion beside its number. */
export function decide<M>(
  criteria: readonly Criterion<M>[],
  measured: M,
): { verdict: boolean; checks: Check[] } {
  const checks = criteria.map((criterion): Check => {
    const { what, of, min = -Infinity, max = Infinity } = criterion;
    const value = of(measured);
    return {
      what,
      value,
      wanted: wanted(criterion),
      holds: Number.isFinite(value) && value >= min && value <= max,
    };
  });
  return { verdict: checks.every(({ holds }) => holds), checks };
}
