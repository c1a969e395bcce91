/**
 * 7d-2, "even with good initial weights, it is very hard to detect that the target depends on an input from
 * many steps ago": the target is the first input, all others are noise. What the dependence adds to the
 * gradient, its signal, is the difference between gradients of true pairs and of pairs that were exchanged.
 * How many sequences does it take until the signal of their mean is as large as its noise?
 *
 *   s = E[g(x, y) - g(x, y')]      n = E‖g(x, y) - g(x, y') - s‖² / ‖s‖²
 *
 * ‖s‖² is the product of the means of two halves of the data, so that noise alone gives 0.
 */
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { dense } from "../../models/network/layers.ts";
import { constant, normal, orthogonal, type Initializer } from "../../models/network/initializers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const H = 50;
const LAGS = [1, 3, 10, 30, 100];
/** Sequences a batch, and batches. */
const B = 20;
const BATCHES = 160;
const ways: readonly { readonly name: string; readonly recurrent: Initializer }[] = [
  { name: "small weights, N(0, .5²/H)", recurrent: normal(0.5 / Math.sqrt(H)) },
  { name: "good weights, orthogonal", recurrent: orthogonal(1) },
];

/** The dependence of one lag in the gradient. */
export interface Signal {
  /** ‖s‖². */
  readonly signal: number;
  /** n; infinite where no signal was found. */
  readonly needed: number;
}

/** What the verdict is about, at lags 1, 30 and 100. */
export interface Detection {
  readonly small: readonly Signal[];
  readonly good: readonly Signal[];
}

export const criteria = [
  atLeast("good weights: signal at lag 100 / lag 1", 0.2, ({ good }: Detection) => {
    return good[2].signal / good[0].signal;
  }),
  atLeast("good weights: sequences needed at lag 100 / lag 1", 10, ({ good }: Detection) => {
    return good[2].needed / good[0].needed;
  }),
  atMost("small weights: sequences needed at lag 1 / lag 30", 0.02, ({ small }: Detection) => {
    return small[0].needed / small[1].needed;
  }),
];

/** A batch of sequences x [lag + 1] whose targets are the first input of sequence i + shift. */
function items(x: readonly Float64Array[], shift: number) {
  return x.map((input, i) => {
    const T = input.length;
    const target = new Float64Array(T);
    const weight = new Float64Array(T);
    target[T - 1] = x[(i + shift) % x.length][0];
    weight[T - 1] = 1;
    return { input, target, weight };
  });
}

/** The gradient of true pairs less that of exchanged ones, of one batch. */
function difference(net: Network, x: readonly Float64Array[]): Float64Array {
  const [paired, exchanged] = [0, 1].map((shift) =>
    net.gradient(items(x, shift)).gradient.flatMap(({ data }) => Array.from(data)),
  );
  return Float64Array.from(paired, (g, i) => g - exchanged[i]);
}

function meanOf(vectors: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(vectors[0].length);
  for (const v of vectors) for (let i = 0; i < v.length; ++i) mean[i] += v[i] / vectors.length;
  return mean;
}

/** Signal and noise of one lag. */
function measure(net: Network, lag: number, random: Random): Signal {
  const batches = Array.from({ length: BATCHES }, () =>
    difference(
      net,
      Array.from({ length: B }, () => Float64Array.from({ length: lag + 1 }, () => random.normal())),
    ),
  );
  const halves = [batches.slice(0, BATCHES / 2), batches.slice(BATCHES / 2)];
  const means = halves.map(meanOf);
  const signal = means[0].reduce((sum, v, i) => sum + v * means[1][i], 0);
  let noise = 0;
  halves.forEach((half, h) => {
    for (const g of half) g.forEach((v, i) => (noise += (v - means[h][i]) ** 2));
  });
  noise /= BATCHES - 2; // of the mean of B sequences
  return { signal, needed: signal > 0 ? (B * noise) / signal : Infinity };
}

function drawn(found: readonly (readonly Signal[])[]): string {
  const lines = (of: (signal: Signal) => number) =>
    ways.map(({ name }, w) => {
      const seen = LAGS.map((_, i) => i).filter((i) => Number.isFinite(found[w][i].needed));
      return {
        kind: "line" as const,
        x: seen.map((i) => LAGS[i]),
        y: seen.map((i) => of(found[w][i])),
        label: name,
      };
    });
  const panel = (title: string, label: string, of: (signal: Signal) => number) =>
    plot({
      title,
      note: `${H} tanh units, the target is the input so many steps ago, the inputs between are noise`,
      x: { label: "lag (steps)", log: true },
      y: { label, log: true },
      width: 560,
      marks: lines(of),
    });
  return svg(
    panels([
      panel("What the dependence adds to the gradient", "squared signal", ({ signal }) => signal),
      panel("How hard it is to detect", "sequences until signal and noise are equal", ({ needed }) => needed),
    ]),
  );
}

export const run: Run = async ({ seed, log, progress }): Promise<Outcome> => {
  log(`${H} tanh units; gradients of ${B * BATCHES} sequences a lag, with true and with exchanged targets.`);
  const numbers: Record<string, number> = {};
  const found: Signal[][] = [];
  for (const [w, { name, recurrent }] of ways.entries()) {
    const net = await network({
      input: 1,
      layers: [rnn(H, { init: { input: normal(0.001), recurrent, state: constant(0) } }), dense(1)],
      loss: "squared",
      precision: "float64",
      seed,
    });
    const random = new Random(net.engine, seed, streams.experiment);
    found.push([]);
    for (const [i, lag] of LAGS.entries()) {
      const one = measure(net, lag, random);
      found[w].push(one);
      numbers[`${name}, lag ${lag}: squared signal`] = one.signal;
      numbers[`${name}, lag ${lag}: sequences needed`] = one.needed;
      progress((w + (i + 1) / LAGS.length) / ways.length, `${name}, lag ${lag}`);
    }
    net.dispose();
  }
  const [small, good] = found.map((signals) => [0, 3, 4].map((i) => signals[i]));
  return { numbers, ...decide(criteria, { small, good }), figure: drawn(found) };
};
