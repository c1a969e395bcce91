/**
 * Way 3: a reservoir that nobody trains remembers five bits for 200 steps, where a random sparse one does
 * not; and leaky units that hear their own output go on with a chaotic series.
 */
import { esn } from "../../models/esn/esn.ts";
import type { EsnSpec } from "../../models/esn/spec.ts";
import { longLag } from "../../tasks/long-lag/long-lag.ts";
import { plot } from "../../figures/plot.ts";
import { colors, panels, svg } from "../../figures/svg.ts";
import type { LectureContext, Run } from "./experiment.ts";
import { atLeast, atMost, decide, exactly } from "./verdict.ts";

const lags = [10, 50, 100, 200];

/**
 * n values of Mackey & Glass 1977, x' = 0.2·x(t-17) / (1 + x(t-17)^10) - 0.1·x, less 0.9, in Euler steps of
 * 0.1; one value a unit of time.
 */
function mackeyGlass(n: number): Float64Array {
  const fine = 10;
  const delay = 17 * fine;
  const x = new Float64Array(delay + 1 + n * fine).fill(1.2);
  for (let t = delay; t + 1 < x.length; ++t) {
    const old = x[t - delay];
    const two = old * old;
    const five = two * two * old;
    x[t + 1] = x[t] + ((0.2 * old) / (1 + five * five) - 0.1 * x[t]) / fine;
  }
  return Float64Array.from({ length: n }, (_, t) => x[delay + 1 + t * fine] - 0.9);
}

const TRAIN = 3000;
const WARM = 500;
const FREE = 300;
const HORIZON = 84;

/**
 * Learns a series from leaky units that hear the last value, then hears itself. The error is relative to the
 * series' deviation.
 */
async function runFreely(
  { seed }: LectureContext,
  spectralRadius: number,
): Promise<{ truth: Float64Array; free: Float64Array; error: number }> {
  const series = mackeyGlass(TRAIN + WARM + FREE);
  const learned = series.subarray(0, TRAIN);
  const truth = series.subarray(TRAIN + WARM);
  const net = await esn({
    input: 0,
    output: 1,
    units: 400,
    spectralRadius,
    leak: 0.6,
    feedbackScale: 1.5,
    biasScale: 0.2,
    ridge: 1e-9,
    washout: 300,
    seed,
  });
  await net.fit([{ input: [], target: learned }]);
  const { means: free } = net.forecast(FREE, { history: series.subarray(TRAIN, TRAIN + WARM) });
  const mean = learned.reduce((a, b) => a + b) / TRAIN;
  const deviation = Math.sqrt(learned.reduce((sum, x) => sum + (x - mean) ** 2, 0) / TRAIN);
  let squares = 0;
  for (let t = 0; t < HORIZON; ++t) squares += (free[t] - truth[t]) ** 2;
  net.dispose();
  return { truth, free, error: Math.sqrt(squares / HORIZON) / deviation };
}

/** What the verdict is about. */
export interface Echo {
  /** Wrong symbols of 160 at each lag: of a reservoir made with care, and of an ordinary random one. */
  readonly careful: readonly number[];
  readonly ordinary: readonly number[];
  /** Errors of a free run over the series' deviation: with care, and from a reservoir of radius 3. */
  readonly error: number;
  readonly careless: number;
}

export const criteria = [
  exactly("orthogonal reservoir: wrong symbols at lags to 200, worst", 0, (m: Echo) =>
    Math.max(...m.careful),
  ),
  atLeast(
    "sparse one of radius .95: wrong symbols of 160 at lag 200",
    10,
    (m: Echo) => m.ordinary[m.ordinary.length - 1],
  ),
  atMost(`free run, output fed back: error over ${HORIZON} steps / deviation`, 0.1, (m: Echo) => m.error),
  atLeast("the same from a reservoir of radius 3", 0.5, (m: Echo) => m.careless),
];

const reservoirs: [string, Partial<EsnSpec>][] = [
  ["orthogonal, radius 1", { reservoir: "orthogonal", inputScale: 0.05, ridge: 1e-10 }],
  ["sparse, radius 0.95", { reservoir: "sparse", spectralRadius: 0.95, inputScale: 0.05, ridge: 1e-10 }],
];

/** Wrong symbols of 160 of a reservoir that learned to repeat five bits after a lag. */
async function wrongSymbols(kind: Partial<EsnSpec>, lag: number, seed: number): Promise<number> {
  const task = longLag.memory5({ lag });
  const items = task.all!;
  const net = await esn({
    input: { symbols: task.input },
    output: { classes: task.output },
    units: 500,
    seed,
    ...kind,
  });
  await net.fit(items);
  const y = net.predict(items.map((item) => item.input));
  net.dispose();
  return items.reduce((sum, item, j) => sum + task.wrong(item, y[j]), 0);
}

function drawn(wrong: readonly number[][], truth: Float64Array, free: Float64Array): string {
  const x = Array.from(truth, (_, t) => t + 1);
  const memory = plot({
    title: "5-bit memorization",
    note: "Only the readout is learned",
    x: { label: "lag (steps)", ticks: lags.map((lag, i) => ({ at: i, label: String(lag) })) },
    y: { label: "wrong symbols of 160 (none: no bar)" },
    marks: reservoirs.map(([label], k) => ({
      kind: "bars" as const,
      x: lags.map((_, i) => i + 0.38 * k - 0.19),
      y: wrong[k],
      label,
      width: 0.34,
    })),
  });
  const series = plot({
    title: "A reservoir that hears itself",
    note: "The chaotic series of Mackey and Glass, and a free run of leaky units",
    x: { label: "steps by itself" },
    y: { label: "value" },
    marks: [
      { kind: "line", x, y: truth, label: "series", color: "#b6bfc8", width: 5 },
      { kind: "line", x, y: free, label: "free run", color: colors.series[1] },
    ],
  });
  return svg(panels([memory, series], { columns: 2 }));
}

export const run: Run = async (context) => {
  const { seed, signal, log, progress } = context;
  const numbers: Record<string, number> = {};
  const wrong = reservoirs.map(() => [] as number[]);
  log("5-bit memorization by ridge regression on the states of 500 units with fixed random weights.");
  for (const [k, [name, kind]] of reservoirs.entries()) {
    for (const [i, lag] of lags.entries()) {
      signal.throwIfAborted();
      const count = await wrongSymbols(kind, lag, seed);
      wrong[k].push(count);
      numbers[`${name}, T=${lag}: wrong symbols of 160`] = count;
      progress((k * lags.length + i + 1) / (2 * lags.length), `${name}, T = ${lag}`);
    }
  }
  log(
    "A chaotic series (Mackey & Glass, delay 17): 400 leaky units with output feedback learn 3000 " +
      "values, hear 500 more, and go on by themselves.",
  );
  const { truth, free, error } = await runFreely(context, 0.9);
  const { error: careless } = await runFreely(context, 3);
  numbers[`free run: error over ${HORIZON} steps (of the deviation)`] = error;
  numbers["free run from a reservoir of radius 3: the same"] = careless;
  return {
    numbers,
    ...decide(criteria, { careful: wrong[0], ordinary: wrong[1], error, careless }),
    figure: drawn(wrong, truth, free),
  };
};
