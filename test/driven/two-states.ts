/** Two states that inputs drive: paths by the definition, and what holds of every kind of output. */
import { expect } from "vitest";
import { iohmm, type Iohmm } from "../../src/driven/index.ts";

/** Two states whose inputs make them change places. */
export const switching = {
  states: 2,
  input: 1,
  startprob: [0.5, 0.5],
  transitions: [
    [
      [0, 0],
      [-2.5, 1.5],
    ],
    [
      [-2.5, -1.5],
      [0, 0],
    ],
  ],
};

/** All paths of T steps. */
export const pathsOf = (T: number): number[][] =>
  Array.from({ length: 2 ** T }, (_, code) => Array.from({ length: T }, (__, t) => (code >> t) & 1));

/** p of a path with its outputs, of which `emits` gives p(y_t | state k). */
export function pathProbability(
  { startprob, transitions }: Pick<typeof switching, "startprob" | "transitions">,
  path: readonly number[],
  u: ArrayLike<number>,
  emits: (k: number, t: number) => number,
): number {
  let p = startprob[path[0]];
  path.forEach((k, t) => {
    if (t > 0) {
      const odds = transitions[path[t - 1]].map(([c, w]) => Math.exp(c + w * u[t]));
      p *= odds[k] / (odds[0] + odds[1]);
    }
    p *= emits(k, t);
  });
  return p;
}

/** A saved model says the same of a sequence, and so does its stream, step by step. */
export async function expectSameAgain(h: Iohmm, y: ArrayLike<number>, inputs: Float64Array): Promise<void> {
  const sequence = Float64Array.from(y);
  using again = await iohmm.load(h.save());
  expect(again.logLikelihood(sequence, { inputs })).toBe(h.logLikelihood(sequence, { inputs }));
  using stream = again.stream();
  const { logLikelihoods } = h.filter(sequence, { inputs });
  for (let t = 0; t < 5; ++t)
    expect(stream.step(sequence[t], inputs[t]).logLikelihood).toBe(logLikelihoods[t]);
}
