/** Priors of emissions that inputs drive: as steps that were never seen, and EM never falls. */
import { expect, test } from "vitest";
import { close } from "../close.ts";
import { iohmm } from "../../src/driven/index.ts";
import type { IohmmPrior, IohmmSpec } from "../../src/driven/index.ts";
import { neverFalls, random } from "../models/hmm/builders.ts";

const r = random(8);
const T = 24;
/** At mean 0 and deviation 1, so that the fit's units are those of the inputs. */
const inputs = Float64Array.from({ length: T }, (_, t) => (t % 2 ? 1 : -1));
const ORACLE = { abs: 1e-8 };
/** Newton's method ends where it would gain 1e-9 nats, at a gradient of √(2e-9·curvature), this below 100. */
const CLIMBED = { abs: 5e-4 };

test("numbers have the regression of the data and of the prior's steps", async () => {
  const y = inputs.map((u) => 2 + 3 * u + r.normal());
  const prior = { means: { strength: 10, at: [5] }, covariances: { strength: 20, at: [4] }, slopes: 30 };
  using h = await iohmm({ states: 1, input: 1 });
  await h.fit(y, { inputs, prior, iterations: 3 });
  const sum = y.reduce((all, v) => all + v, 0);
  const product = y.reduce((all, v, t) => all + v * inputs[t], 0);
  const b = [(sum + 10 * 5) / (T + 10), product / (T + 30)];
  const squares = y.reduce((all, v, t) => all + (v - b[0] - b[1] * inputs[t]) ** 2, 0);
  const pulled = 10 * (b[0] - 5) ** 2 + 30 * b[1] ** 2 + 20 * 4;
  close(h.parameters.coefficients, b, ORACLE);
  close(h.parameters.covariances, [(squares + pulled) / (T + 20)], ORACLE);
});

test("counts and symbols stand where the gradient of data and prior is 0", async () => {
  const y = inputs.map((u, t) => (u > 0 ? 3 + (t % 4) : t % 3));
  using counts = await iohmm({ states: 1, input: 1, emission: "poisson" });
  await counts.fit(y, { inputs, prior: { rates: { strength: 7, at: [9] }, slopes: 5 }, iterations: 8 });
  const [b0, b1] = counts.parameters.coefficients;
  const rates = inputs.map((u) => Math.exp(b0 + b1 * u));
  const gaps = y.map((v, t) => v - rates[t]);
  close(gaps.reduce((a, v) => a + v, 0) + 7 * (9 - Math.exp(b0)), 0, CLIMBED);
  close(gaps.reduce((a, v, t) => a + v * inputs[t], 0) - 5 * b1, 0, CLIMBED);
  const c = y.map((v) => v % 2);
  using symbols = await iohmm({ states: 1, input: 1, emission: "categorical", symbols: 2 });
  await symbols.fit(c, { inputs, prior: { emission: 4, slopes: 5 }, iterations: 8 });
  const [, , w0, w1] = symbols.parameters.coefficients;
  const p = inputs.map((u) => 1 / (1 + Math.exp(-w0 - w1 * u)));
  const center = 1 / (1 + Math.exp(-w0));
  close(c.reduce((a, v, t) => a + v - p[t], 0) + 3 - 6 * center, 0, CLIMBED);
  close(c.reduce((a, v, t) => a + (v - p[t]) * inputs[t], 0) - 5 * w1, 0, CLIMBED);
});

test.each([
  ["numbers", { output: 2 }, { means: 3, covariances: 4, slopes: 2 }],
  ["counts", { output: 2, emission: "poisson" }, { rates: 3, slopes: 2 }],
  ["symbols", { emission: "categorical", symbols: 3 }, { emission: 2, slopes: 2 }],
] as [string, Partial<IohmmSpec>, IohmmPrior][])(
  "the posterior of %s never falls, and strong slopes leave none",
  async (_, what, prior) => {
    const D = what.output ?? 1;
    const y = Float64Array.from(
      { length: D * T },
      (__, i) => Math.floor(3 * r.uniform()) * (i % 7 < 3 ? 0 : 1),
    );
    const u = inputs.map((v) => 40 + 5 * v);
    using h = await iohmm({ states: 2, input: 1, ...what });
    const { history } = await h.fit(y, { inputs: u, prior, iterations: 15, tolerance: 0 });
    expect(neverFalls(history)).toBe(true);
    await h.fit(y, { inputs: u, prior: { ...prior, slopes: 1e9 }, iterations: 10 });
    h.parameters.coefficients.forEach((b, at) => at % 2 === 1 && close(b, 0, { abs: 1e-6 }));
  },
);

test("a prior that the emission has not is refused by name", async () => {
  using h = await iohmm({ states: 2, input: 1 });
  const data = { inputs: [0, 1, 2] };
  await expect(h.fit([1, 2, 3], { ...data, prior: { rates: 1 } })).rejects.toThrow(
    /prior.rates was given, but this emission takes priors of means, covariances/,
  );
  await expect(h.fit([1, 2, 3], { ...data, prior: { emission: 2 } })).rejects.toThrow(/only categorical/);
  await expect(h.fit([1, 2, 3], { ...data, prior: { slopes: -1 } })).rejects.toThrow(/prior.slopes is -1/);
});
