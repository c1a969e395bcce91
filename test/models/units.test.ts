/**
 * Answers do not depend on the unit of the data: a law over every model of numbers, by units that are drawn
 * from 1e-100 to 1e100. A model that learns from y·u answers u times what it answers from y, and its
 * log-likelihood moves by -ln u a number.
 */
import { describe, expect, test } from "vitest";
import * as u from "../../src/index.ts";
import { close } from "../close.ts";

/** Numbers in [0, 1) by a linear congruence. */
let state = 20260;
const uniform = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
/** Units, some of them no power of two or ten. */
const units = [1e-100, 1e100, ...Array.from({ length: 4 }, () => 10 ** (200 * uniform() - 100))];

const wave = Array.from(
  { length: 72 },
  (_, t) => [0, 1, 0.3, -1, 0.2, 0.9][t % 6] + ((t * 7 + ((t * t) % 13)) % 11) / 20 + 0.01 * t,
);
const pairs = wave.map((x, t) => [x, wave[(t * 5 + 2) % wave.length] - x / 3]);
const times = (data: readonly (number | number[])[], unit: number): (number | number[])[] =>
  data.map((x) => (typeof x === "number" ? x * unit : x.map((v) => v * unit)));

interface Model {
  fit(data: unknown, options?: object): Promise<unknown>;
  logLikelihood(data: unknown): number;
  dispose(): void;
}
/** What a model says after it has learned from data: numbers in the data's unit, and those without one. */
interface Answers {
  readonly scaled: ArrayLike<number>;
  readonly free: ArrayLike<number>;
}
interface Row {
  readonly name: string;
  make(): Promise<unknown>;
  readonly data: readonly (number | number[])[];
  readonly options?: object;
  answers(model: never, data: unknown): Answers;
  /** Numbers that a density is counted for. */
  readonly counted: number;
  /** Error of means relative to the data's size, and of log-likelihoods: what an iteration leaves. */
  readonly tolerance: number;
}
type Means = { means: ArrayLike<number> };

const hidden = (name: string, D: 1 | 2, spec: Pick<u.HmmSpec, "emission"> & Partial<u.HmmSpec>): Row => ({
  name: `hmm ${name} of ${D}`,
  make: () => u.hmm({ states: 2, ...(D === 2 && !spec.columns ? { output: 2 } : {}), seed: 3, ...spec }),
  data: D === 2 ? pairs : wave,
  options: { iterations: 15, tolerance: 0 },
  answers(model: u.Hmm, data) {
    const predicted = model.predict([data] as never)[0] as unknown as Means & { columns?: object };
    const parts = Object.values(predicted.columns ?? { all: predicted }) as Means[];
    return {
      scaled: parts.flatMap(({ means }) => Array.from(means)),
      free: model.posterior([data] as never)[0],
    };
  },
  counted: D * (wave.length - (spec.lags ?? 0)), // the first values are given
  tolerance: 1e-8,
});
const forecasting = (more: Omit<Row, "answers" | "counted"> & Partial<Row>): Row => ({
  answers: (model: { forecast(steps: number, options: object): Means }, data) => ({
    scaled: model.forecast(4, { history: data }).means,
    free: [],
  }),
  counted: wave.length,
  ...more,
});

const rows: Row[] = [
  hidden("gaussian", 1, { emission: "gaussian" }),
  hidden("gaussian", 2, { emission: "gaussian" }),
  hidden("diagonal", 2, { emission: "diagonal" }),
  hidden("mixture", 1, { emission: "mixture", components: 2 }),
  hidden("low-rank", 2, { emission: "gaussian", covariance: "low-rank", rank: 1 }),
  hidden("autoregressive", 1, { emission: "autoregressive", lags: 1 }),
  hidden("product", 2, {
    emission: "product",
    columns: { a: { emission: "diagonal" }, b: { emission: "gaussian" } },
  }),
  forecasting({
    name: "lds by EM",
    make: () => u.lds({ state: 2, output: 1, seed: 2 }),
    data: wave,
    options: { iterations: 10, tolerance: 0 },
    tolerance: 1e-7,
  }),
  forecasting({
    name: "lds of two outputs",
    make: () => u.lds({ state: 2, output: 2, seed: 2 }),
    data: pairs,
    options: { iterations: 10, tolerance: 0 },
    counted: 2 * wave.length,
    tolerance: 1e-7,
  }),
  forecasting({
    name: "local level",
    make: () => u.localLevel(),
    data: wave,
    options: { iterations: 20 },
    counted: wave.length - 1, // a diffuse start has no density
    tolerance: 1e-6,
  }),
  forecasting({
    name: "autoregressive",
    make: () => u.autoregressive({ maxOrder: 6 }),
    data: wave,
    counted: NaN, // known by the order
    tolerance: 1e-9,
  }),
  forecasting({
    name: "autoregressive of two",
    make: () => u.autoregressive({ order: 2, output: 2 }),
    data: pairs,
    counted: 2 * (wave.length - 2),
    tolerance: 1e-9,
  }),
  forecasting({
    name: "structural",
    make: () => u.structural({ level: true }),
    data: wave,
    counted: wave.length - 1,
    tolerance: 1e-6,
  }),
  forecasting({
    name: "arima",
    make: () => u.arima({ p: 1, d: 0, q: 1 }),
    data: wave,
    tolerance: 1e-5, // a flat likelihood: the search stops at 1e-8 nats, within the root of that
  }),
];

/** What a row's model says of data in a unit. */
async function learned(row: Row, unit: number): Promise<Answers & { nats: number; counted: number }> {
  const model = (await row.make()) as Model;
  const data = times(row.data, unit);
  await model.fit([data], row.options);
  const { scaled, free } = row.answers(model as never, data);
  const nats = model.logLikelihood([data]);
  const { order } = (model as unknown as { parameters: { order?: number } }).parameters;
  const counted = Number.isNaN(row.counted) ? wave.length - order! : row.counted;
  model.dispose();
  return { scaled: Array.from(scaled, (x) => x / unit), free: Array.from(free), nats, counted };
}

describe.each(rows)("$name", (row) => {
  test("gives the same answers in any unit", async () => {
    const want = await learned(row, 1);
    for (const unit of units) {
      const got = await learned(row, unit);
      close(got.scaled, want.scaled, { abs: row.tolerance });
      close(got.free, want.free, { abs: row.tolerance });
      const nats = got.nats + got.counted * Math.log(unit);
      expect(Math.abs(nats - want.nats), `unit ${unit}`).toBeLessThan(row.tolerance * 1e3);
    }
  });
});

test("an echo state network: its readout has the unit of the targets", async () => {
  const readouts = [];
  for (const unit of [1, ...units]) {
    using net = await u.esn({ input: 1, output: 1, units: 20, washout: 5, seed: 1 });
    await net.fit([{ input: wave.slice(0, -1), target: wave.slice(1).map((x) => x * unit) }]);
    readouts.push(net.predict([wave])[0].map((x) => x / unit));
  }
  for (const y of readouts) close(y, readouts[0], { abs: 1e-9 });
});

test("jobs standardize: labels have no unit, numbers that of the targets", async () => {
  const fit = { steps: 20, optimizer: u.adam({ rate: 0.02 }) };
  const labels: string[] = [];
  const numbers: number[][] = [];
  for (const unit of [1, ...units]) {
    const items = Array.from({ length: 8 }, (_, i) => ({
      input: wave.slice(i, i + 12).map((x) => (x + (i % 2)) * unit),
    }));
    using classifier = await u.sequenceClassifier({ labels: ["a", "b"], input: 1, seed: 1 });
    await classifier.fit(
      items.map((item, i) => ({ ...item, label: "ab"[i % 2] })),
      fit,
    );
    labels.push(
      JSON.stringify(classifier.predict(items.map(({ input }) => input)).map(({ label }) => label)),
    );
    using regressor = await u.sequenceRegressor({ input: 1, seed: 1 });
    await regressor.fit(
      items.map((item, i) => ({ ...item, target: (i % 3) * unit })),
      fit,
    );
    numbers.push(
      regressor
        .predict(items.map(({ input }) => input))
        .map((y) => Number(JSON.parse(JSON.stringify(y)).value ?? y) / unit),
    );
  }
  expect(new Set(labels).size).toBe(1);
  // float32 nets: standardized numbers differ in their last bits
  for (const y of numbers) close(y, numbers[0], { abs: 1e-3 });
});
