/** Plants failures in measured numbers, and holds a verdict to all of them. */
import { expect } from "vitest";
import { decide, type Criterion } from "../../src/cli/lecture/verdict.ts";

/**
 * The verdict is true of what was seen and false of every planted failure; each of its criteria is the one
 * that catches some failure, so that none is there for nothing; and it is false where a number is missing.
 */
export function catches<M>(criteria: readonly Criterion<M>[], seen: M, planted: readonly M[]): void {
  expect(decide(criteria, seen)).toMatchObject({ verdict: true });
  const caught = new Set<string>();
  planted.forEach((measured, i) => {
    const { verdict, checks } = decide(criteria, measured);
    expect([i, verdict]).toEqual([i, false]);
    for (const { holds, what } of checks) if (!holds) caught.add(what);
  });
  expect([...caught].sort()).toEqual(criteria.map(({ what }) => what).sort());
  expect(criteria.filter((one) => decide([{ ...one, of: () => NaN }], seen).verdict)).toEqual([]);
}

/** What was seen, with some numbers replaced: one failure for each. */
export const instead = <M extends object>(seen: M, ...changes: readonly Partial<M>[]): M[] =>
  changes.map((change) => ({ ...seen, ...change }));
