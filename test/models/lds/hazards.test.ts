/** Units, starts far from 0, entries held fixed, calls beside a fit, and files that lie. */
import { describe, expect, test } from "vitest";
import { autoregressive } from "../../../src/models/autoregressive/autoregressive.ts";
import { lds } from "../../../src/models/lds/lds.ts";
import { localLevel } from "../../../src/models/lds/local-level.ts";
import { close } from "../../close.ts";
import { drawn } from "./builders.ts";

const units = [1e-100, 1e-12, 1e13, 1e100];
const wave = Float64Array.from({ length: 60 }, (_, t) => 5 + Math.sin(0.4 * t) + 0.3 * Math.cos(t * t));
const pairs = (a: number, b: number): Float64Array[] => [
  Float64Array.from({ length: 120 }, (_, i) =>
    i % 2 === 0 ? a * wave[i >> 1] : b * Math.sin(0.2 * i + wave[i >> 1]),
  ),
];

describe.each(units)("in units of %f", (unit) => {
  test("a local level has the same variances", async () => {
    using one = await localLevel();
    using other = await localLevel();
    const plain = await one.fit(wave, { iterations: 30 });
    const scaled = await other.fit(
      wave.map((v) => v * unit),
      { iterations: 30 },
    );
    close([other.parameters.Q[0] / unit / unit], one.parameters.Q, { rel: 1e-6 });
    expect(scaled.iterations).toBe(plain.iterations);
  });

  test("a system learns the same from columns of different units", async () => {
    using one = await lds({ state: 2, output: 2 });
    using other = await lds({ state: 2, output: 2 });
    await one.fit(pairs(1, 1), { iterations: 20 });
    await other.fit(pairs(unit, 1 / unit), { iterations: 20 });
    close(other.parameters.A, one.parameters.A, { rel: 1e-6 });
    close(
      [other.parameters.C[0] / unit, other.parameters.C[2] * unit],
      one.parameters.C.filter((_, i) => i % 2 === 0),
      { rel: 1e-6 },
    );
  });

  test("an autoregression has the same coefficients", async () => {
    using one = await autoregressive({ order: 2, output: 2 });
    using other = await autoregressive({ order: 2, output: 2 });
    await one.fit(pairs(1, 1));
    await other.fit(pairs(unit, 1));
    close(other.parameters.coefficients[0], one.parameters.coefficients[0], { rel: 1e-9 });
    close(other.parameters.coefficients[1] / unit, one.parameters.coefficients[1], { rel: 1e-9 });
  });
});

test.each([1, 51, 300, 1001, 20001])("EM of a trend finds a short series that starts at %i", async (base) => {
  using k = await lds({
    state: 2,
    output: 1,
    A: [
      [1, 1],
      [0, 1],
    ],
    C: [[1, 0]],
    fixed: ["A", "C"],
  });
  const y = Float64Array.from({ length: 8 }, (_, i) => base + i);
  await k.fit(y, { iterations: 300 });
  const { initial } = k.parameters;
  close((initial as { mean: Float64Array }).mean, [base, 1], { abs: 0.05 });
  close(k.forecast(1, { history: y }).means, [base + 8], { abs: 0.05 });
});

describe("entries held fixed", () => {
  test.each([
    ["C", [0, 3]],
    ["A", [1]],
    ["Q", [1, 2]],
    ["R", [0]],
    ["initial", [0]],
  ] as const)("%s at %j stay, and the likelihood rises", async (name, indices) => {
    const { y, u, model } = await drawn([40], { holes: true });
    using k = await lds({
      state: 2,
      output: 2,
      input: 1,
      fixed: [{ name, indices }],
      seed: 4,
      R: [2, 0, 0, 2],
    });
    const before = k.parameters;
    const { history } = await k.fit(y, { inputs: u, iterations: 30, tolerance: 0 });
    const after = k.parameters;
    const numbers = ({ initial, ...rest }: typeof before): ArrayLike<number> =>
      name === "initial" ? (initial as { mean: Float64Array }).mean : rest[name];
    for (const i of indices) expect(numbers(after)[i]).toBe(numbers(before)[i]);
    for (let i = 1; i < history.length; ++i) expect(history[i]).toBeGreaterThan(history[i - 1] - 1e-9);
    expect(history.at(-1)! - history[0]).toBeGreaterThan(1);
    model.dispose();
  });

  test("an entry that is not there is named", async () => {
    const fixed = [{ name: "C", indices: [2] }] as const;
    await expect(lds({ state: 1, output: 2, fixed })).rejects.toThrow(/fixed: an index of C is 2/);
  });
});

test("beside a fit, reads change no bit of it, writes are refused, and dispose ends it", async () => {
  const { y, u, model } = await drawn([300, 300], { holes: true });
  const spec = { state: 2, output: 2, input: 1 } as const;
  using alone = await lds(spec);
  using read = await lds(spec);
  const want = await alone.fit(y, { inputs: u, iterations: 12, tolerance: 0 });
  const look = (): void => {
    read.predict(y, { inputs: u });
    read.smooth(y, { inputs: u });
    read.gradient(y, { inputs: u });
    read.sample(5, { inputs: u.map((v) => v.slice(0, 5)).slice(0, 1) });
    read.stream().dispose();
    read.save();
  };
  const onProgress = look;
  const running = read.fit(y, { inputs: u, iterations: 12, tolerance: 0, onProgress });
  await expect(read.fit(y, { inputs: u })).rejects.toThrow(/lds.fit: the model is being trained/);
  expect(await running).toEqual(want);
  const ended = await lds(spec);
  const cut = ended.fit(y, { inputs: u, onProgress: () => ended.dispose() });
  await expect(cut).rejects.toThrow(/lds.fit: the model was disposed/);
  model.dispose();
});

test("a small file that asks for a large model is a DataError at once", async () => {
  using small = await lds({ state: 1, output: 1 });
  const text = new TextDecoder("latin1").decode(small.save());
  const liar = text.replace('\\"state\\":1', '\\"state\\":9').replace('"state":1', '"state":9');
  const bytes = Uint8Array.from(liar, (c) => c.charCodeAt(0));
  await expect(lds.load(bytes)).rejects.toMatchObject({ name: "DataError" });
});

test("constants, collinear columns and late starts have one outcome", async () => {
  for (const c of [-5, 0.1, 1e4, 1e6]) {
    using auto = await autoregressive({ maxOrder: 4 });
    const y = new Float64Array(60).fill(c);
    const { logLikelihood } = await auto.fit(y);
    close(auto.forecast(24, { history: y }).means, y.slice(0, 24), { rel: 1e-12 });
    close(auto.logLikelihood(y), logLikelihood, { rel: 1e-9 });
    using one = await autoregressive({ order: 1 });
    await expect(one.fit(y)).rejects.toThrow(/regressor 1 depends/);
  }
  for (const other of [(v: number) => 3 * v, (v: number) => 1 - v, () => 5]) {
    const both = [
      Float64Array.from({ length: 120 }, (_, i) => (i % 2 === 0 ? wave[i >> 1] : other(wave[i >> 1]))),
    ];
    using none = await autoregressive({ order: 0, output: 2 });
    const { logLikelihood } = await none.fit(both);
    close(none.logLikelihood(both), logLikelihood, { rel: 1e-9 });
    using one = await autoregressive({ order: 1, output: 2 });
    await expect(one.fit(both)).rejects.toThrow(/depends on those before it/);
  }
  for (const at of [70, 79]) {
    using late = await autoregressive({ maxOrder: 8 });
    const y = new Float64Array(80);
    y[at] = 1;
    await late.fit(y);
    expect(Number.isFinite(late.forecast(3, { history: y }).means[2])).toBe(true);
  }
});

test("an autoregressive stream gives what predictions and the likelihood give", async () => {
  using ar = await autoregressive({ order: 2 });
  await ar.fit(wave);
  using stream = ar.stream();
  const { means } = ar.predict(wave);
  let sum = 0;
  wave.forEach((v, t) => {
    const { logLikelihood, next } = stream.step(v);
    sum += logLikelihood;
    if (t >= 1 && t + 1 < 60) close(next.mean, [means[t + 1]], { rel: 1e-14 });
  });
  close(sum, ar.logLikelihood(wave), { rel: 1e-10 });
});
