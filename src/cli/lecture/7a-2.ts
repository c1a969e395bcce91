/**
 * 7a-2: an autoregressive model finds the taps of a series exactly, says how many there are, and forecasts
 * with a band that holds.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import {
  autoregressive,
  type Autoregressive,
  type AutoregressiveOutputs,
} from "../../models/autoregressive/autoregressive.ts";
import { delayTaps, dense } from "../../models/network/layers.ts";
import { network } from "../../models/network/network.ts";
import { hessianFree } from "../../optim/hessian-free.ts";
import { streams } from "../../wasm/streams.ts";
import { Random } from "../../wasm/random.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide, exactly, within } from "./verdict.ts";

const T = 1200;
const AHEAD = 40;
const FRESH = 400; // values after those that are fitted
const SD = 0.5;
/** A slow wave of about 12 steps: roots 0.96·e^{±2πi/12}, and one real root. */
const taps = [
  2 * 0.96 * Math.cos(Math.PI / 6) + 0.5,
  -(0.96 ** 2) - 0.96 * Math.cos(Math.PI / 6),
  0.5 * 0.96 ** 2,
];

/** What the verdict is about. */
export interface Taps {
  readonly order: number;
  /** Largest difference of a tap from the true one. */
  readonly off: number;
  /** Largest difference of the taps by gradient from those by least squares. */
  readonly gap: number;
  /** Error one step ahead on values after the fit, over the noise's deviation. */
  readonly ahead: number;
  /** The same for the last value as the forecast. */
  readonly last: number;
  /** Share of values within the 95% bands. */
  readonly inside: number;
}

export const criteria = [
  exactly("order chosen", 3, (m: Taps) => m.order),
  atMost("largest error of a tap", 0.1, (m: Taps) => m.off),
  atMost("taps by gradient against least squares", 1e-4, (m: Taps) => m.gap),
  atMost("error one step ahead on new values / noise", 1.1, (m: Taps) => m.ahead),
  atLeast("the same, forecasting the last value", 1.5, (m: Taps) => m.last),
  within("share of values within the 95% bands", [0.9, 1], (m: Taps) => m.inside),
];

/** Errors one step ahead over the noise: of the model, and of the last value. */
function aheadErrors(
  ar: Autoregressive,
  past: readonly number[],
  future: readonly number[],
): Pick<Taps, "ahead" | "last"> {
  const { means } = ar.predict([...past, ...future]);
  const rms = (predicted: (h: number) => number): number =>
    Math.sqrt(future.reduce((sum, v, h) => sum + (v - predicted(h)) ** 2, 0) / future.length) / SD;
  return { ahead: rms((h) => means[T + h]), last: rms((h) => (h === 0 ? past[T - 1] : future[h - 1])) };
}

/** The series after 100 steps of settling: what is seen, and what comes after. */
function series(random: Random): { past: number[]; future: number[] } {
  const y = [0, 0, 0];
  while (y.length < T + FRESH + 100)
    y.push(taps.reduce((sum, a, i) => sum + a * y[y.length - 1 - i], 0) + SD * random.normal());
  return { past: y.slice(100, 100 + T), future: y.slice(100 + T) };
}

/**
 * The largest difference between three taps by least squares and the same three as a layered net, by
 * gradient.
 */
async function gradientGap(
  past: readonly number[],
  { seed, progress, signal }: LectureContext,
): Promise<number> {
  const three = await autoregressive({ order: 3 });
  await three.fit([past]);
  const net = await network({
    input: 1,
    layers: [delayTaps(3), dense(1)],
    loss: "squared",
    precision: "float64",
    seed,
  });
  const target = past.slice(1);
  const item = { input: past.slice(0, -1), target, weight: target.map((_, t) => Number(t >= 2)) };
  let step = 0;
  for await (const { loss } of net.train([item], {
    optimizer: hessianFree({ lambda: 1e-3 }),
    steps: 40,
    batch: 1,
    signal,
  }))
    progress(++step / 40, `net's loss ${loss.toFixed(4)}`);
  const [W, b] = net.parameters;
  const { coefficients, intercept } = three.parameters;
  const gap = Math.max(
    ...Array.from(W.data, (w, i) => Math.abs(w - coefficients[i])),
    Math.abs(b.data[0] - intercept[0]),
  );
  for (const model of [three, net]) model.dispose();
  return gap;
}

/** Share of the values within the 95% bands of forecasts from many places. */
function coverage(ar: Autoregressive, past: readonly number[]): number {
  let inside = 0;
  let count = 0;
  for (let from = 200; from + 20 < T; from += 20) {
    const { means, covariances } = ar.forecast(20, { history: past.slice(0, from) });
    means.forEach((m, h) => {
      ++count;
      inside += Number(Math.abs(past[from + h] - m) < 1.96 * Math.sqrt(covariances[h]));
    });
  }
  return inside / count;
}

function figure(
  order: number,
  { means, covariances }: AutoregressiveOutputs,
  past: readonly number[],
  future: readonly number[],
): string {
  const shown = past.slice(-80);
  const ahead = Array.from(means, (_, h) => h + 1);
  const band = (sign: number): number[] =>
    Array.from(means, (m, h) => m + sign * 1.96 * Math.sqrt(covariances[h]));
  return svg(
    plot({
      title: "An autoregressive model runs on by itself",
      note: `Order ${order} by BIC among 0 to 10. The band holds 95% of the futures if the model is right.`,
      x: { label: "steps from the last one seen" },
      marks: [
        { kind: "band", x: ahead, y: band(-1), y2: band(1), label: "95% band" },
        { kind: "line", x: shown.map((_, i) => i - 79), y: shown, label: "seen", color: "#444" },
        { kind: "line", x: ahead, y: means, label: "forecast" },
        { kind: "line", x: ahead, y: future.slice(0, AHEAD), dash: true, color: "#999", label: "observed" },
      ],
    }),
  );
}

/** One term of the sum, with its sign between it and the one before. */
function term(tap: number, i: number): string {
  const sign = tap < 0 ? "-" : "+";
  return `${i || tap < 0 ? ` ${sign} ` : ""}${Math.abs(tap).toFixed(3)}·y_{t-${i + 1}}`;
}

export const run: Run = async (context): Promise<Outcome> => {
  context.log(`y_t = ${taps.map(term).join("")} + N(0, ${SD}²): the model sees only the numbers.`);
  const ar = await autoregressive({ maxOrder: 10, criterion: "bic" });
  const { past, future } = series(new Random(ar.engine, context.seed, streams.initial));
  const { order } = await ar.fit(past);
  const { coefficients, noise } = ar.parameters;
  const gap = await gradientGap(past, context);
  const inside = coverage(ar, past);
  const errors = aheadErrors(ar, past, future);
  const off = Math.max(...taps.map((a, i) => Math.abs(a - (coefficients[i] ?? 0))));
  const drawn = figure(order, ar.forecast(AHEAD, { history: past }), past, future);
  ar.dispose();
  return {
    numbers: {
      "order chosen (true: 3)": order,
      ...Object.fromEntries(
        taps.map((a, i) => [`tap ${i + 1} (true: ${a.toFixed(4)})`, coefficients[i] ?? 0]),
      ),
      [`noise, standard deviation (true: ${SD})`]: Math.sqrt(noise[0]),
      "net by gradient against least squares, largest difference": gap,
      "share of the values within the 95% bands": inside,
      "error one step ahead on new values / noise": errors.ahead,
      "the same, forecasting the last value": errors.last,
    },
    ...decide(criteria, { order, off, gap, inside, ...errors }),
    figure: drawn,
  };
};
