/** The neural language model: its formula written out, learning, perplexity, drawing, saving. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { languageModel } from "../../../src/models/language-model/language-model.ts";
import { network } from "../../../src/models/network/network.ts";
import { dense } from "../../../src/models/network/layers.ts";
import { adam } from "../../../src/optim/adam.ts";
import { hessianFree } from "../../../src/optim/hessian-free.ts";
import { close } from "../../close.ts";

const sum = (x: Iterable<number>): number => [...x].reduce((a, b) => a + b, 0);

test.each([
  [true, 5],
  [false, 5],
  [true, 0],
])(
  "is softmax(b + W·x + U·tanh(d + H·x)) with a shared table (direct %s, %i hidden)",
  async (direct, hidden) => {
    const lm = await languageModel({
      vocabulary: 4,
      context: 2,
      embedding: 3,
      hidden,
      direct,
      precision: "float64",
      seed: 5,
    });
    const words = [2, 0, 3, 1];
    const all = Object.fromEntries(
      lm.net.parameters.map(({ name, shape: [, c], data }) => [
        name.replace(/^[a-z]+/i, ""),
        { c, data: [...data] },
      ]),
    );
    const values = Object.values(all);
    const [C, H, d, W, b] = hidden > 0 ? values : [values[0], undefined, undefined, values[1], values[2]];
    const row = (M: { c: number; data: number[] }, i: number): number[] =>
      M.data.slice(i * M.c, (i + 1) * M.c);
    const times = (x: number[], M: { c: number; data: number[] }): number[] =>
      x.reduce((y, v, i) => y.map((s, j) => s + v * row(M, i)[j]), new Array<number>(M.c).fill(0));
    const START = 4;
    const read = [START, ...words];
    // two words back from step 1 there is nothing: zeros
    const context = (t: number): number[] =>
      [read[t], read[t - 1]].flatMap((w) => (w === undefined ? [0, 0, 0] : row(C, w)));
    const [got] = lm.predict([words]);
    words.forEach((_, t) => {
      const x = context(t);
      const h = H ? times(x, H).map((v, i) => Math.tanh(v + d!.data[i])) : [];
      const into = [...h, ...(direct || hidden === 0 ? x : [])];
      const e = times(into, W).map((v, i) => Math.exp(v + b.data[i]));
      const total = sum(e);
      close(
        got.slice(4 * t, 4 * t + 4),
        e.map((v) => v / total),
        { rel: 1e-12 },
      );
    });
    close(lm.logLikelihood([words]), sum(words.map((w, t) => Math.log(got[4 * t + w]))), { rel: 1e-12 });
    close(lm.perplexity([words]), Math.exp(-lm.logLikelihood([words]) / 4), { rel: 1e-12 });
    lm.dispose();
  },
);

describe("on a language of three-word rules", () => {
  const rules = ["the cat sleeps .", "the dog barks .", "a cat purrs .", "a dog runs ."].map((s) =>
    s.split(" "),
  );
  const vocabulary = [...new Set(rules.flat())];
  const many = Array.from({ length: 40 }, (_, i) => rules[i % 4]);

  test.each([
    ["adam", undefined, 300],
    ["Hessian-free", hessianFree({ lambda: 0.1 }), 25],
  ] as const)(
    "it learns all that can be known, by %s: perplexity 4^(1/4)",
    async (_, optimizer, iterations) => {
      const lm = await languageModel({
        vocabulary,
        context: 3,
        embedding: 6,
        hidden: 12,
        direct: true,
        seed: 2,
      });
      const before = lm.perplexity(rules);
      const report = await lm.fit(many, { optimizer, steps: iterations });
      expect(before).toBeGreaterThan(5);
      // two of the four words are one of two, the others certain
      expect(lm.perplexity(rules)).toBeLessThan(4 ** 0.25 * 1.02);
      close(report.logLikelihood, lm.logLikelihood(many), { rel: 1e-4 });
      expect(report.history).toHaveLength(iterations);
      const { words } = lm.sample(40, { seed: 3 });
      expect(
        words!
          .join(" ")
          .split(" . ")
          .slice(0, 1)
          .every((s) => rules.map((r) => r.slice(0, 3).join(" ")).includes(s)),
      ).toBe(true);
      expect([...lm.forecast(2, { history: ["a", "dog"] }).sequence].map((w) => vocabulary[w])).toEqual([
        "runs",
        ".",
      ]);
      lm.dispose();
    },
  );

  test("restarts keep the best, tolerance stops, a signal stops", async () => {
    const lm = await languageModel({ vocabulary, context: 2, embedding: 4, hidden: 8 });
    const seen = new Set<number>();
    const two = await lm.fit(many, { steps: 30, restarts: 3, onProgress: (e) => seen.add(e.restart) });
    expect(seen.size).toBe(3);
    close(two.logLikelihood, lm.logLikelihood(many), { rel: 1e-4 });
    expect(await lm.fit(many, { steps: 3000, tolerance: 0.05 })).toMatchObject({ converged: true });
    const stop = new AbortController();
    expect(
      (
        await lm.fit(many, {
          signal: stop.signal,
          onProgress: (e) => {
            if (e.step === 3) stop.abort();
          },
        })
      ).steps,
    ).toBe(3);
    lm.dispose();
  });

  test("save and load give the same model", async () => {
    const lm = await languageModel({ vocabulary, context: 2, embedding: 4, hidden: 8 });
    await lm.fit(many, { steps: 10 });
    const copy = await languageModel.load(lm.save());
    expect(copy.predict(rules)).toEqual(lm.predict(rules));
    expect(copy.sample(10, { seed: 2 })).toEqual(lm.sample(10, { seed: 2 }));
    const other = await network({ input: 1, layers: [dense(1)], loss: "squared" });
    await expect(languageModel.load(other.save())).rejects.toThrow(
      /holds a net that is not a language model/,
    );
    for (const m of [lm, copy, other]) m.dispose();
  });
});

test("a string is a sequence of characters", async () => {
  const lm = await languageModel({ vocabulary: ["a", "b"], context: 1, embedding: 2, hidden: 2 });
  expect(lm.logLikelihood(["abba"])).toBe(lm.logLikelihood([[0, 1, 1, 0]]));
  lm.dispose();
});

test("one bare sequence has one answer, as numbers or as a string", async () => {
  const lm = await languageModel({ vocabulary: ["a", "b"], context: 1, embedding: 2, hidden: 2 });
  const ids = [0, 1, 1, 0];
  const [want] = lm.predict([ids]);
  for (const bare of [ids, Int32Array.from(ids), "abba"]) {
    expect(lm.predict(bare)).toEqual(want);
    expect(lm.logLikelihood(bare)).toBe(lm.logLikelihood([ids]));
  }
  expect((await lm.fit(Int32Array.from(ids), { steps: 2 })).steps).toBe(2);
  lm.dispose();
});

test("random and adversarial sequences give finite numbers or a clear error, never NaN", async () => {
  const word = fc.oneof(
    fc.integer({ min: 0, max: 2 }),
    fc.constantFrom<unknown>(3, -1, 0.5, NaN, Infinity, 1e300, "a", "c", null, undefined, {}),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 3 }),
        fc.array(word, { maxLength: 6 }),
        fc.constantFrom<unknown>(null, undefined, 3, "", "abc", {}),
      ),
      fc.constantFrom(0.003, 1e6),
      async (data, rate) => {
        const lm = await languageModel({ vocabulary: ["a", "b", "d"], context: 2, embedding: 2, hidden: 2 });
        try {
          for (const p of [lm.predict(data as number[][])].flat())
            for (const x of p) expect(Number.isFinite(x)).toBe(true);
          expect(lm.logLikelihood(data as number[][])).not.toBeNaN();
          expect(
            (await lm.fit(data as number[][], { steps: 3, optimizer: adam({ rate }) })).logLikelihood,
          ).not.toBeNaN();
        } catch (error) {
          expect((error as Error).message).toMatch(/(languageModel|network)\.\w+: .*(want|not finite)/);
        } finally {
          lm.dispose();
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("misuse is named", async () => {
  await expect(languageModel({} as never)).rejects.toThrow(/languageModel: vocabulary is undefined/);
  await expect(languageModel({ vocabulary: ["a", "a"] })).rejects.toThrow(/vocabulary has a word twice/);
  await expect(languageModel({ vocabulary: 3, hidden: 0 })).rejects.toThrow(
    /hidden is 0 without direct connections/,
  );
  await expect(languageModel({ vocabulary: 3, layers: 2 } as never)).rejects.toThrow(
    /unknown option "layers"/,
  );
  const lm = await languageModel({ vocabulary: ["a", "b"], context: 1, embedding: 2, hidden: 2 });
  expect(() => lm.logLikelihood([["a", "c"]])).toThrow(
    /sequence 0: word 1 is "c", want one of the vocabulary/,
  );
  expect(() => lm.predict([[0, 2]])).toThrow(/sequence 0: word 1 is 2, want a number from 0 to 1/);
  expect(() => lm.predict([])).toThrow(/no sequences/);
  expect(() => lm.predict([[]])).toThrow(/sequence 0 is empty/);
  expect(() => lm.predict(null as never)).toThrow(/sequences are null, want an array/);
  for (const [options, message] of [
    [null, /languageModel.fit: options are null/],
    [{ optimizer: "adam" }, /languageModel.fit: optimizer is "adam", want one that a function made/],
    [{ onProgress: 3 }, /onProgress is 3, want a function/],
    [{ batch: 0 }, /languageModel.fit: batch is 0/],
  ] as const)
    await expect(lm.fit(["ab"], options as never)).rejects.toThrow(message);
  expect(() => lm.sample(3, null as never)).toThrow(/languageModel.sample: options are null/);
  await expect(languageModel.load(new Uint8Array([1, 2, 3]))).rejects.toThrow(/languageModel.load: 3 bytes/);
  const stream = lm.net.stream();
  expect(() => stream.step(null as never)).toThrow(/stream.step: x has no values, want 1/);
  stream.dispose();
  await expect(lm.fit(["ab"], { epochs: 3 } as never)).rejects.toThrow(/unknown option "epochs"/);
  lm.dispose();
  expect(() => lm.sample(3)).toThrow(/languageModel.sample: the model was disposed/);
});
