/**
 * Two small programs in one net: it adds a pair of binary numbers and, at the same time, keeps the parity of
 * a third stream.
 */
import { dense } from "../../models/network/layers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { addition } from "../../tasks/addition.ts";
import type { Item } from "../../train/task.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import type { Run } from "./experiment.ts";
import { atMost, decide } from "./verdict.ts";

const DIGITS = 10;
const LONG = 100;
const STEPS = 6000;

/** Wrong sequences (fraction). */
export interface TwoPrograms {
  readonly sum: number;
  readonly parity: number;
}

export const criteria = [
  atMost(`wrong sums of ${LONG} digits`, 0.01, ({ sum }: TwoPrograms) => sum),
  atMost(`wrong parities of ${LONG} bits`, 0.01, ({ parity }: TwoPrograms) => parity),
];

/** Sums with a stream of bits beside them: 3 inputs, 2 targets (the sum's digit, the parity so far). */
function both(n: number, digits: number, minDigits: number, random: Random): Item[] {
  return addition({ digits, minDigits })
    .batch(n, random)
    .map((item) => {
      const T = item.target.length;
      const input = new Float32Array(3 * T);
      const target = new Float32Array(2 * T);
      let parity = 0;
      for (let t = 0; t < T; ++t) {
        const bit = random.integer(0, 1);
        parity ^= bit;
        input.set([item.input[2 * t], item.input[2 * t + 1], bit], 3 * t);
        target.set([item.target[t], parity], 2 * t);
      }
      return { input, target };
    });
}

/** Shares of digits, and of sequences, that a net has wrong in each of its two outputs. */
function wrongOf(
  items: readonly Item[],
  out: readonly ArrayLike<number>[],
): { digits: TwoPrograms; sequences: TwoPrograms } {
  const off = (o: number): number[] =>
    items.map(({ target }, i) =>
      Array.from(target).reduce(
        (sum, bit, k) => sum + Number(k % 2 === o && out[i][k] > 0.5 !== bit > 0.5),
        0,
      ),
    );
  const [sums, parities] = [off(0), off(1)];
  const steps = items.reduce((sum, { target }) => sum + target.length / 2, 0);
  const share = (counts: number[]): number => counts.reduce((a, b) => a + b, 0) / steps;
  const any = (counts: number[]): number => counts.filter((count) => count > 0).length / items.length;
  return {
    digits: { sum: share(sums), parity: share(parities) },
    sequences: { sum: any(sums), parity: any(parities) },
  };
}

/** How either program is learned, on sequences ten times as long as those it learns from. */
function figure(curve: readonly { step: number; digits: TwoPrograms }[]): string {
  const x = curve.map(({ step }) => step);
  const half = { kind: "rule", y: 0.5, label: "guessing" } as const;
  return svg(
    plot({
      title: "Two programs in one net",
      note: `Fresh sequences of ${LONG} steps while it learns from up to ${DIGITS}`,
      x: { label: "training step" },
      y: { label: "share of wrong digits", range: [0, 0.55] },
      marks: [
        half,
        { kind: "line", x, y: curve.map(({ digits }) => digits.sum), label: "sum of two numbers" },
        { kind: "line", x, y: curve.map(({ digits }) => digits.parity), label: "parity of a third stream" },
      ],
    }),
  );
}

export const run: Run = async ({ seed, signal, log, progress }) => {
  log(
    `A net of 3 inputs, 12 tanh units and 2 outputs learns to add numbers of ${DIGITS} digits and to ` +
      "keep a parity, at once.",
  );
  const net = await network({ input: 3, layers: [rnn(12), dense(2)], loss: "bernoulli", seed });
  const random = new Random(net.engine, seed, streams.oscillators);
  const curve: { step: number; digits: TwoPrograms }[] = [];
  const wrong = async (count: number): Promise<{ digits: TwoPrograms; sequences: TwoPrograms }> => {
    const items = both(count, LONG, LONG, random);
    return wrongOf(items, net.predict(items.map((item) => item.input)));
  };
  let steps = 0;
  for await (const { step, loss } of net.train(
    { batch: (n, own) => both(n, DIGITS, 1, own) },
    { optimizer: adam({ rate: 0.01, clip: 1 }), batch: 50, steps: STEPS, signal },
  )) {
    steps = step;
    if (step % 50 !== 0) continue;
    progress(step / STEPS, `loss ${loss.toFixed(4)}`);
    curve.push({ step, digits: (await wrong(20)).digits });
    if (step % 200 === 0 && loss < 0.01) {
      const { sum, parity } = (await wrong(500)).sequences;
      if (sum + parity === 0) break;
    }
  }
  signal.throwIfAborted();
  const { sum, parity } = (await wrong(2000)).sequences;
  net.dispose();
  return {
    numbers: {
      "optimizer steps": steps,
      [`wrong sums of ${LONG} digits (fraction)`]: sum,
      [`wrong parities of ${LONG} bits (fraction)`]: parity,
    },
    ...decide(criteria, { sum, parity }),
    figure: figure(curve),
  };
};
