/** The control around EM, on models of a few numbers. */
import { expect, test } from "vitest";
import { expectationMaximization, type EmModel } from "../../src/train/em.ts";

/** Maximizes -x² from `from` by halving x; each start is elsewhere. */
const parabola = (
  from: readonly number[],
  step = (x: number): number => x / 2,
): EmModel<number> & { x: number } => ({
  x: from[0],
  initialize(restart) {
    this.x = from[restart]!;
  },
  expect() {
    return -(this.x ** 2);
  },
  maximize() {
    this.x = step(this.x);
  },
  logLikelihood() {
    return -(this.x ** 2);
  },
  snapshot() {
    return this.x;
  },
  restore(x) {
    this.x = x;
  },
});

test("the iterations end at their limit, with a listener and without", async () => {
  for (const onProgress of [undefined, () => {}]) {
    const model = parabola([8]);
    const report = await expectationMaximization("test", model, { iterations: 3, tolerance: 0, onProgress });
    expect(report).toMatchObject({
      iterations: 3,
      converged: false,
      restart: 0,
      history: [-64, -16, -4, -1],
      logLikelihood: -1,
    });
    expect(model.x).toBe(1);
  }
});

test("a gain below the tolerance ends a start", async () => {
  expect(await expectationMaximization("test", parabola([8]), { tolerance: 5 })).toMatchObject({
    iterations: 3,
    converged: true,
  });
});

test("the best start wins, whichever comes last", async () => {
  const model = parabola([8, 2, 16]);
  const report = await expectationMaximization("test", model, { iterations: 1, restarts: 3 });
  expect(report).toMatchObject({ restart: 1, logLikelihood: -1 });
  expect(model.x).toBe(1);
});

test("an objective that falls is an error, and the model is what it was", async () => {
  const model = parabola([8], (x) => 2 * x);
  await expect(expectationMaximization("test", model, {})).rejects.toThrow(
    /test: iteration 1: the objective fell from -64 to -256/,
  );
  expect(model.x).toBe(8);
});

test("an objective that is not a number is an error too", async () => {
  await expect(
    expectationMaximization(
      "test",
      parabola([8], () => NaN),
      {},
    ),
  ).rejects.toThrow(/fell from -64 to NaN/);
});

test("a start that fails does not end the others: the best of those that come through is kept", async () => {
  for (const bad of [0, 1, 2]) {
    const model = parabola(
      [8, 4, 2].map((x, i) => (i === bad ? -x : x)),
      (x) => (x < 0 ? NaN : x / 2),
    );
    const report = await expectationMaximization("test", model, { iterations: 2, restarts: 3 });
    expect(report).toMatchObject(
      bad === 2 ? { restart: 1, logLikelihood: -1 } : { restart: 2, logLikelihood: -0.25 },
    );
    expect(model.x).toBe(bad === 2 ? 1 : 0.5);
  }
});

test("when no start succeeds, the first one's error is thrown, and the model is what it was", async () => {
  const model = parabola([8, 4], (x) => 2 * x);
  await expect(expectationMaximization("test", model, { restarts: 2 })).rejects.toThrow(
    /test: iteration 1: the objective fell from -64 to -256/,
  );
  expect(model.x).toBe(8);
});

test("an error that is no number's ends the fit at once", async () => {
  const model = parabola([8, 4], () => {
    throw new TypeError("broken");
  });
  await expect(expectationMaximization("test", model, { restarts: 2 })).rejects.toThrow("broken");
});

test("options are checked by name and range", async () => {
  await expect(expectationMaximization("test", parabola([1]), { iteration: 3 } as never)).rejects.toThrow(
    /unknown option "iteration"/,
  );
  await expect(expectationMaximization("test", parabola([1]), { restarts: 0 })).rejects.toThrow(
    /restarts is 0/,
  );
  await expect(expectationMaximization("test", parabola([1]), { onProgress: 3 } as never)).rejects.toThrow(
    /test: onProgress is number, want a function/,
  );
});
