/**
 * 7a-8, "chaotic: bad for information processing?": how much of its input a random net of 100 units still
 * holds, by the gain of its weights. Memory capacity (Jaeger 2001): the sum over lags k of the squared
 * correlation of the input k steps ago with the best linear reading of the state.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { esn } from "../../models/esn/esn.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const UNITS = 100;
const LAGS = 60;
const TRAIN = 2500;
const TEST = 1500;
const WASH = 200;
const GAINS = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.1, 1.2, 1.4, 1.7, 2, 3];

/** Memory capacity by gain. */
export type Capacity = readonly { readonly gain: number; readonly capacity: number }[];

const best = (found: Capacity): number => Math.max(...found.map(({ capacity }) => capacity));
const at = (found: Capacity, of: (gain: number) => boolean): number =>
  Math.max(...found.filter(({ gain }) => of(gain)).map(({ capacity }) => capacity));

export const criteria = [
  atLeast("largest memory capacity (inputs of 100 units)", 15, best),
  atLeast("gain of the largest", 0.7, (found: Capacity) => peak(found)),
  atMost("gain of the largest, at most", 1.2, (found: Capacity) => peak(found)),
  atMost(
    "capacity in chaos, gain ≥ 2 / largest",
    0.2,
    (found: Capacity) => at(found, (g) => g >= 2) / best(found),
  ),
  atMost(
    "capacity of small weights, gain ≤ 0.3 / largest",
    0.6,
    (found: Capacity) => at(found, (g) => g <= 0.3) / best(found),
  ),
];

const peak = (found: Capacity): number => found.find(({ capacity }) => capacity === best(found))?.gain ?? NaN;

/** Squared correlation of two series. */
function squaredCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  const mean = (v: ArrayLike<number>): number => Array.from(v).reduce((sum, x) => sum + x, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; ++i) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return aa * bb > 0 ? (ab * ab) / (aa * bb) : 0;
}

/** Capacity of one net, on inputs that it was not fitted to. */
async function capacityOf(gain: number, { seed, signal }: LectureContext): Promise<number> {
  const net = await esn({
    input: 1,
    output: LAGS,
    units: UNITS,
    spectralRadius: gain,
    inputScale: 0.1,
    ridge: 1e-8,
    washout: WASH,
    seed,
  });
  const random = new Random(net.engine, seed, streams.experiment);
  const make = (T: number) => {
    const input = Float64Array.from({ length: T }, () => 2 * random.uniform() - 1);
    const target = Float64Array.from(
      { length: T * LAGS },
      (_, i) => input[Math.floor(i / LAGS) - (i % LAGS) - 1] ?? 0,
    );
    return { input, target };
  };
  await net.fit([make(TRAIN)], { signal });
  const { input, target } = make(TEST);
  const [y] = net.predict([input]);
  net.dispose();
  const column = (v: ArrayLike<number>, k: number): number[] =>
    Array.from({ length: TEST - WASH }, (_, t) => v[(t + WASH) * LAGS + k]);
  let sum = 0;
  for (let k = 0; k < LAGS; ++k) sum += squaredCorrelation(column(y, k), column(target, k));
  return sum;
}

export const run: Run = async (context): Promise<Outcome> => {
  const { log, progress, signal } = context;
  log(
    `${UNITS} tanh units with random weights: which of the last ${LAGS} inputs can be read off their state?`,
  );
  const found: { gain: number; capacity: number }[] = [];
  for (const [i, gain] of GAINS.entries()) {
    signal.throwIfAborted();
    found.push({ gain, capacity: await capacityOf(gain, context) });
    progress((i + 1) / GAINS.length, `gain ${gain}: ${found[i].capacity.toFixed(1)} inputs`);
  }
  const [x, y] = [found.map(({ gain }) => gain), found.map(({ capacity }) => capacity)];
  return {
    numbers: Object.fromEntries(
      found.map(({ gain, capacity }) => [`gain ${gain}: memory capacity`, capacity]),
    ),
    ...decide(criteria, found),
    figure: svg(
      plot({
        title: "Memory at the edge of chaos",
        note: "Inputs that can be read off the state of a random net: most near a gain of 1, few in chaos.",
        x: { label: "gain (spectral radius of the weights)" },
        y: { label: "memory capacity (inputs)" },
        marks: [
          { kind: "rule", x: 1, label: "edge" },
          { kind: "line", x, y },
          { kind: "points", x, y, color: "#0b66b0" },
        ],
      }),
    ),
  };
};
