/**
 * 7a-6, the utterance of the slide: what the second half of a string of digits has to fit in the first must
 * be remembered across the middle. Of two digits that are said twice the second half is settled by the first:
 * 2·log2 10 = 6.64 bits. A hidden Markov model of N states remembers at most log2 N of them, an LSTM all.
 *
 * Digits are given as identities, not as sound, which would hide how much of the string is remembered behind
 * how well it is heard. Every string is as likely, and each is asked for once, so what is told is exact:
 *
 *   bits told = ln p(second | first) - ln p(second), in bits, on average, p(second) = 1/100 being known
 *
 * The strings to learn from are drawn out of these hundred. A model of N states tells at most log2 N on
 * average over them: it predicts by a mean of N distributions of the second half, whose sum is N (Jensen's
 * inequality).
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import { dense } from "../../models/network/layers.ts";
import { network } from "../../models/network/network.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import { adam } from "../../optim/adam.ts";
import { engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const DIGITS = 10;
const HALF = 2; // digits on either side of the middle
const THERE = HALF * Math.log2(DIGITS); // bits that the first half settles
const STRINGS = 600; // to learn from, drawn at random
const STATES: readonly number[] = [2, 4, 8, 16];
const CELLS = 32;
const STEPS = 1500;

/** What the verdict is about: bits that the first half tells about the second. */
export interface Told {
  /** By each hidden Markov model, with its limit log2 N. */
  readonly models: readonly { readonly limit: number; readonly told: number }[];
  readonly net: number;
  /** By the same net where the second half has nothing to do with the first. */
  readonly apart: number;
}

export const criteria = [
  atMost("bits told by a hidden Markov model less log2 N, worst", 1e-9, ({ models }: Told) =>
    Math.max(...models.map(({ told, limit }) => told - limit)),
  ),
  atLeast("bits told by the LSTM less those of the largest hidden Markov model", 1, (m: Told) =>
    m.models.length > 0 ? m.net - m.models[m.models.length - 1].told : NaN,
  ),
  atLeast(`bits told by the LSTM, of ${THERE.toFixed(2)}`, 0.95 * THERE, ({ net }: Told) => net),
  atMost("bits told by the LSTM, more than there are", 1e-9, ({ net }: Told) => net - THERE),
  atMost("bits told by the LSTM where the halves are drawn apart", 0.1, ({ apart }: Told) => apart),
];

const halves = Array.from({ length: DIGITS ** HALF }, (_, i) => [Math.floor(i / DIGITS), i % DIGITS]);
/** All the strings that there are. */
const all = halves.map((half) => [...half, ...half]);

/** Bits told by a model of N states that learned from these strings. */
async function byStates(
  N: number,
  strings: readonly number[][],
  { seed, signal }: LectureContext,
): Promise<number> {
  const model = await hmm({ states: N, emission: "categorical", symbols: DIGITS, seed });
  await model.fit(strings, { iterations: 100, restarts: 5, signal });
  const [both, first] = [model.score(all), model.score(halves)];
  model.dispose();
  const mean = all.reduce((sum, _, i) => sum + both[i] - first[i], 0) / all.length;
  return THERE + mean / Math.LN2;
}

/** Each next digit from those before; only those of the second half count. */
const item = (string: readonly number[]) => ({
  input: string.slice(0, -1),
  target: string.slice(1),
  weight: string.slice(1).map((_, t) => Number(t >= HALF - 1)),
});

/** Bits told by an LSTM that learned from these strings, about these others. */
async function byCells(
  strings: readonly (readonly number[])[],
  asked: readonly (readonly number[])[],
  { seed, signal }: LectureContext,
): Promise<number> {
  const net = await network({
    input: { symbols: DIGITS },
    layers: [lstm(CELLS), dense(DIGITS)],
    loss: "softmax",
    seed,
  });
  const optimizer = adam({ rate: (step) => 0.01 / (1 + step / 300), clip: 1 });
  for await (const _ of net.train(strings.map(item), { optimizer, steps: STEPS, batch: 50, signal }));
  const { loss } = await net.evaluate(asked.map(item));
  net.dispose();
  signal.throwIfAborted();
  return THERE - (HALF * loss) / Math.LN2;
}

function drawn({ models, net }: Told): string {
  const limits = { x: STATES, y: models.map(({ limit }) => limit) };
  const told = { x: STATES, y: models.map((model) => model.told) };
  const marks: Mark[] = [
    { kind: "rule", y: THERE, label: "all there is" },
    { kind: "line", ...limits, dash: true, label: "log2 N" },
    { kind: "line", ...told, label: "hidden Markov models" },
    { kind: "points", ...told, size: 4 },
    { kind: "points", x: [CELLS], y: [net], size: 5, label: `LSTM of ${CELLS} cells` },
  ];
  return svg(
    plot({
      title: "What the first half of a string of digits tells about the second",
      note: "Two digits, said twice. The digits are given as identities.",
      x: { label: "N: states, or cells", log: true },
      y: { label: "bits", range: [0, 7.2] },
      marks,
    }),
  );
}

export const run: Run = async (context): Promise<Outcome> => {
  const { seed, log, progress } = context;
  log(`Two of ten digits, said twice: the first half settles ${THERE.toFixed(2)} bits of the second.`);
  const random = new Random(await engine("float64"), seed, streams.experiment);
  const half = () => halves[random.integer(0, halves.length - 1)];
  const strings = Array.from({ length: STRINGS }, half).map((digits) => [...digits, ...digits]);
  const models: Told["models"][number][] = [];
  for (const [i, N] of STATES.entries()) {
    models.push({ limit: Math.log2(N), told: await byStates(N, strings, context) });
    progress((0.4 * (i + 1)) / STATES.length, `${N} states: ${models[i].told.toFixed(2)} bits`);
  }
  const net = await byCells(strings, all, context);
  progress(0.7, `LSTM: ${net.toFixed(2)} bits`);
  const pairs = (count: number) => Array.from({ length: count }, () => [...half(), ...half()]);
  const apart = await byCells(pairs(5 * STRINGS), pairs(STRINGS), context);
  const told = { models, net, apart };
  return {
    numbers: {
      "bits of the second half that the first settles": THERE,
      ...Object.fromEntries(
        models.map((model, i) => [`hidden Markov model of ${STATES[i]} states: bits told`, model.told]),
      ),
      [`LSTM of ${CELLS} cells: bits told`]: net,
      "the same where the halves are drawn apart: bits told": apart,
    },
    ...decide(criteria, told),
    figure: drawn(told),
  };
};
