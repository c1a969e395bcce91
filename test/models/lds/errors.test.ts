/** Every way to misuse a linear dynamical system is named. */
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { lds, type Lds } from "../../../src/models/lds/lds.ts";
import { localLevel } from "../../../src/models/lds/local-level.ts";
import { hessianFree } from "../../../src/optim/hessian-free.ts";

describe("misuse", () => {
  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "an unknown option",
      () => lds({ state: 1, output: 1, transition: 1 } as never),
      /lds: unknown option "transition", want one of state, output/,
    ],
    ["no state", () => lds({ output: 1 } as never), /lds: state is undefined, want a whole number/],
    [
      "a matrix of another shape",
      () => lds({ state: 2, output: 1, A: [[1, 0]] }),
      /lds: A has 2 numbers, want \[2,2\]/,
    ],
    [
      "a ragged matrix",
      () => lds({ state: 2, output: 1, A: [[1, 0], [1]] }),
      /lds: A: row 1 has 1 numbers, want 2/,
    ],
    [
      "a matrix with NaN",
      () => lds({ state: 1, output: 1, C: NaN }),
      /lds: C: number 0 is NaN, want a finite number/,
    ],
    [
      "an asymmetric covariance",
      () =>
        lds({
          state: 2,
          output: 1,
          Q: [
            [1, 0.5],
            [0, 1],
          ],
        }),
      /lds: Q is not symmetric: \[1,0\] is 0, \[0,1\] is 0.5/,
    ],
    [
      "an indefinite covariance",
      () =>
        lds({
          state: 2,
          output: 1,
          Q: [
            [1, 2],
            [2, 1],
          ],
        }),
      /lds: Q has the eigenvalue -0.99.*want a covariance/,
    ],
    [
      "a half-given start",
      () => lds({ state: 1, output: 1, initial: { mean: 0 } as never }),
      /lds: initial lacks covariance/,
    ],
    [
      "another start",
      () => lds({ state: 1, output: 1, initial: "zero" as never }),
      /lds: initial is "zero", want one of diffuse/,
    ],
    [
      "inputs' weights without inputs",
      () => lds({ state: 1, output: 1, B: 1 }),
      /lds: B was given without inputs/,
    ],
    [
      "an unknown parameter to fix",
      () => lds({ state: 1, output: 1, fixed: ["F" as never] }),
      /lds: fixed is "F", want one of A, B/,
    ],
    ["a negative variance", () => localLevel({ level: -1 }), /localLevel: level is -1/],
  ])("%s is named", async (_, make, message) => {
    await expect(make()).rejects.toThrow(message);
  });

  describe("of one model, which stays as it was", () => {
    let k: Lds;
    let driven: Lds;
    let before: Lds["parameters"];
    beforeAll(async () => {
      k = await lds({ state: 1, output: 2 });
      driven = await lds({ state: 1, output: 1, input: 1 });
      before = k.parameters;
    });
    afterEach(() => expect(k.parameters).toEqual(before));
    afterAll(() => {
      k.dispose();
      driven.dispose();
    });

    test("wrong data are named", () => {
      expect(() => k.logLikelihood([])).toThrow(/lds.logLikelihood: no sequences/);
      expect(() => k.logLikelihood([[]])).toThrow(/sequence 0 has no steps/);
      expect(() => k.logLikelihood([[1, 2, 3]])).toThrow(/sequence 0 has 3 numbers, want a multiple of 2/);
      expect(() => k.filter([[[1, 2], [3]]])).toThrow(/sequence 0: step 1 has 1 values, want 2/);
      expect(() => k.smooth([[[1, Infinity]]])).toThrow(
        /step 0, value 1 is Infinity, want a finite number, or NaN/,
      );
      expect(() => k.smooth([[[1, "2"]]] as never)).toThrow(/value 1 is the text "2", want a finite number/);
      expect(() => k.logLikelihood(null as never)).toThrow(/sequences are null/);
      expect(() => k.forecast(0)).toThrow(/lds.forecast: steps is 0/);
      expect(() => k.logLikelihood([[1, 2]], { convention: "concentrated" })).toThrow(
        /defined for a diffuse start/,
      );
    });

    test("wrong inputs are named", () => {
      expect(() => k.logLikelihood([[1, 2]], { inputs: [[1]] })).toThrow(
        /inputs were given to a model without inputs/,
      );
      expect(() => driven.logLikelihood([[1, 2]])).toThrow(/inputs are missing, want 1 a step/);
      expect(() => driven.logLikelihood([[1, 2]], { inputs: [[1]] })).toThrow(
        /inputs: sequence 0 has 1 steps, want 2/,
      );
      expect(() => driven.logLikelihood([[1, 2]], { inputs: [[1, NaN]] })).toThrow(
        /step 1 is missing, want every input/,
      );
    });

    test.each<[unknown, string]>([
      [{ iteration: 5 }, 'lds.fit: unknown option "iteration"'],
      [null, "lds.fit: options are null, want an object"],
      [{ onProgress: 3 }, "lds.fit: onProgress is number, want a function"],
      [{ signal: {} }, "lds.fit: signal is object, want the signal of an AbortController"],
      [{ optimizer: "adam" }, 'lds.fit: optimizer is "adam", want one that a function made, such as adam()'],
      [{ optimizer: {} }, "lds.fit: optimizer is Object, want one that a function made, such as adam()"],
      [{ optimizer: null }, "lds.fit: optimizer is null, want a value; leave it out"],
    ])("options of fit %j: %s", async (options, message) => {
      await expect(k.fit([[1, 2]], options as never)).rejects.toThrow(message);
    });

    test("an optimizer that needs more than a gradient is refused", async () => {
      await expect(k.fit([[1, 2]], { optimizer: hessianFree() })).rejects.toThrow(
        /lds.fit: hessianFree needs products with the curvature, .* want adam, nesterov, sgd/,
      );
    });

    test("steps of a stream without values are named", () => {
      const stream = driven.stream();
      expect(() => stream.step(null as never, 1)).toThrow(/stream.step: y has no values, want 1/);
      expect(() => stream.step(1, null as never)).toThrow(/stream.step: u has no values, want 1/);
      stream.dispose();
    });

    test("data whose squares overflow are too large to fit", async () => {
      const y = [
        [1e200, 1e200],
        [1, 2],
      ];
      await expect(k.fit([y])).rejects.toThrow(/lds.fit: a parameter is not finite; the data are too large/);
    });

    test("files that are no model are named", async () => {
      const bytes = k.save();
      await expect(lds.load(bytes.slice(0, 100))).rejects.toThrow(/lds.load: .*truncated/);
      await expect(lds.load(new Uint8Array([1, 2, 3]))).rejects.toThrow(/3 bytes, want a safetensors file/);
    });
  });

  test("a disposed model says so, and may be disposed of again", async () => {
    const k = await lds({ state: 1, output: 1 });
    k.dispose();
    k.dispose();
    expect(() => k.parameters).toThrow(/lds.parameters: the model was disposed/);
  });

  test("random and adversarial inputs give finite numbers or a clear error, never NaN", async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, -1, 1e-300, 1e154, 1e300, NaN),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 12 }),
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(0, 1e-12, 1, 1e6),
        async (y, A, noise) => {
          const k = await lds({
            state: 2,
            output: 1,
            A,
            C: [[1, 1]],
            Q: [
              [1, 0],
              [0, 0],
            ],
            R: noise,
          });
          try {
            const s = k.smooth(y);
            for (const x of [...s.means, ...s.covariances, s.logLikelihood])
              expect(Number.isFinite(x)).toBe(true);
            await k.fit(y, { iterations: 3 });
            for (const x of Object.values({ ...k.parameters, initial: [] }).flatMap((M) => [...M]))
              expect(Number.isFinite(x)).toBe(true);
          } catch (error) {
            expect((error as Error).name).toMatch(/NumericError|DataError/);
            expect((error as Error).message).toMatch(
              /too large|not positive|badly scaled|did not converge|no variance/,
            );
          } finally {
            k.dispose();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
