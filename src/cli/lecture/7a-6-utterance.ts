/**
 * 7a-6, the utterance of the slide: what the second half of a string of digits has to fit in the first must
 * be remembered across the middle. Of three digits that are said twice the second half is settled by the
 * first: 3·log2 10 = 9.97 bits. A hidden Markov model of N states remembers at most log2 N of them, an LSTM
 * all.
 *
 * Digits are given as identities, not as sound, which would hide how much of the string is remembered behind
 * how well it is heard. Half of the thousand strings are learned from, and the other half is held out: to
 * tell those, the digits must be remembered one by one, not the strings. Each is asked for once:
 *
 *   bits told = ln p(second | first) - ln p(second), in bits, on average, p(second) = 1/1000 being known
 *
 * A model of N states tells at most log2 N on average over all strings: it predicts by a mean of N
 * distributions of the second half, whose sum is N (Jensen's inequality). Of one half of the strings it could
 * tell one bit more, if it told as much less of the other.
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
const HALF = 3; // digits on either side of the middle
const THERE = HALF * Math.log2(DIGITS); // bits that the first half settles
const STATES: readonly number[] = [2, 4, 8, 16];
/** Without one a digit that a state was never taught is impossible, and a held-out string with it. */
const PRIOR = 1.1;
const CELLS = 32;
const STEPS = 1500;
/** Strings of halves that are drawn apart: learned from, and held out. */
const APART: readonly [train: number, test: number] = [5000, 500];

/** Bits told of the strings that a model learned from, and of those held out. */
interface Bits {
  readonly taught: number;
  readonly heldOut: number;
}

/** What the verdict is about: bits that the first half tells about the second. */
export interface Told {
  /** By each hidden Markov model, with its limit log2 N. */
  readonly models: readonly (Bits & { readonly limit: number })[];
  readonly net: Bits;
  /** By the same net, of strings held out, where the second half has nothing to do with the first. */
  readonly apart: number;
}

export const criteria = [
  atMost("bits told by a hidden Markov model less log2 N, of all strings, worst", 1e-9, ({ models }: Told) =>
    Math.max(...models.map(({ taught, heldOut, limit }) => (taught + heldOut) / 2 - limit)),
  ),
  atMost("the same of strings held out", 1e-9, ({ models }: Told) =>
    Math.max(...models.map(({ heldOut, limit }) => heldOut - limit)),
  ),
  atLeast("of strings held out: bits told by the LSTM less those of any hidden Markov model", 1, (m: Told) =>
    Math.min(...m.models.map(({ heldOut }) => m.net.heldOut - heldOut)),
  ),
  atLeast(
    `of strings held out: bits told by the LSTM, of ${THERE.toFixed(2)}`,
    0.95 * THERE,
    ({ net }: Told) => net.heldOut,
  ),
  atMost(
    "bits told by the LSTM, more than there are",
    1e-9,
    ({ net }: Told) => Math.max(net.taught, net.heldOut) - THERE,
  ),
  atMost("bits told by the LSTM where the halves are drawn apart", 0.1, ({ apart }: Told) => apart),
];

type Digits = readonly number[];

/** All halves that there are. */
const halves: readonly Digits[] = Array.from({ length: DIGITS ** HALF }, (_, i) =>
  Array.from({ length: HALF }, (_d, j) => Math.floor(i / DIGITS ** (HALF - 1 - j)) % DIGITS),
);
const twice = (half: Digits): Digits => [...half, ...half];

/** Halves whose strings are learned from, and as many that are held out. */
function parted(random: Random): readonly [taught: readonly Digits[], heldOut: readonly Digits[]] {
  const order = Array.from(random.permutation(halves.length), (i) => halves[i]);
  return [order.slice(0, halves.length / 2), order.slice(halves.length / 2)];
}

/** Bits told by a model of N states. */
async function byStates(
  N: number,
  [taught, heldOut]: ReturnType<typeof parted>,
  { seed, signal }: LectureContext,
): Promise<Bits> {
  const model = await hmm({ states: N, emission: "categorical", symbols: DIGITS, seed });
  const prior = { startprob: PRIOR, transmat: PRIOR, emission: PRIOR };
  await model.fit(taught.map(twice), { iterations: 100, restarts: 5, prior, signal });
  const told = (of: readonly Digits[]): number => {
    const [both, first] = [model.score(of.map(twice)), model.score(of)];
    return THERE + of.reduce((sum, _, i) => sum + both[i] - first[i], 0) / of.length / Math.LN2;
  };
  const bits = { taught: told(taught), heldOut: told(heldOut) };
  model.dispose();
  return bits;
}

/** Each next digit from those before; only those of the second half count. */
const item = (string: Digits) => ({
  input: string.slice(0, -1),
  target: string.slice(1),
  weight: string.slice(1).map((_, t) => Number(t >= HALF - 1)),
});

/** Bits told by an LSTM that learned from some strings, of these and of others. */
async function byCells(
  taught: readonly Digits[],
  heldOut: readonly Digits[],
  { seed, signal }: LectureContext,
): Promise<Bits> {
  const net = await network({
    input: { symbols: DIGITS },
    layers: [lstm(CELLS), dense(DIGITS)],
    loss: "softmax",
    seed,
  });
  const optimizer = adam({ rate: (step) => 0.01 / (1 + step / 300), clip: 1 });
  for await (const _ of net.train(taught.map(item), { optimizer, steps: STEPS, batch: 50, signal }));
  const told = async (of: readonly Digits[]): Promise<number> =>
    THERE - (HALF * (await net.evaluate(of.map(item))).loss) / Math.LN2;
  const bits = { taught: await told(taught), heldOut: await told(heldOut) };
  net.dispose();
  signal.throwIfAborted();
  return bits;
}

function drawn({ models, net }: Told): string {
  const limits = { x: STATES, y: models.map(({ limit }) => limit) };
  const told = { x: STATES, y: models.map(({ heldOut }) => heldOut) };
  const marks: Mark[] = [
    { kind: "rule", y: THERE, label: "all there is" },
    { kind: "line", ...limits, dash: true, label: "log2 N" },
    { kind: "line", ...told, label: "hidden Markov models" },
    { kind: "points", ...told, size: 4 },
    { kind: "points", x: [CELLS], y: [net.heldOut], size: 5, label: `LSTM of ${CELLS} cells` },
  ];
  return svg(
    plot({
      title: "What the first half of a string of digits tells about the second",
      note: "Three digits, said twice, in strings not learned from. Digits are given as identities.",
      x: { label: "N: states, or cells", log: true },
      y: { label: "bits", range: [0, 10.8] },
      marks,
    }),
  );
}

/** The bits of one model as numbers by name. */
const numbersOf = (who: string, { taught, heldOut }: Bits): Record<string, number> => ({
  [`${who}: bits told of strings held out`]: heldOut,
  [`${who}: bits told of strings learned from`]: taught,
});

export const run: Run = async (context): Promise<Outcome> => {
  const { seed, log, progress } = context;
  log(`Three of ten digits, said twice: the first half settles ${THERE.toFixed(2)} bits of the second.`);
  const float64 = await engine("float64");
  const random = new Random(float64, seed, streams.experiment);
  const [taught, heldOut] = parted(random);
  log(`${taught.length} strings to learn from, and ${heldOut.length} others held out.`);
  const models: Told["models"][number][] = [];
  for (const [i, N] of STATES.entries()) {
    models.push({ limit: Math.log2(N), ...(await byStates(N, [taught, heldOut], context)) });
    progress((0.6 * (i + 1)) / STATES.length, `${N} states: ${models[i].heldOut.toFixed(2)} bits`);
  }
  const net = await byCells(taught.map(twice), heldOut.map(twice), context);
  progress(0.8, `LSTM: ${net.heldOut.toFixed(2)} bits`);
  const pairs = (count: number, chance: Random): Digits[] => {
    const half = () => halves[chance.integer(0, halves.length - 1)];
    return Array.from({ length: count }, () => [...half(), ...half()]);
  };
  const others = new Random(float64, seed, streams.experimentTest);
  const apart = await byCells(pairs(APART[0], random), pairs(APART[1], others), context);
  const told = { models, net, apart: apart.heldOut };
  return {
    numbers: {
      "bits of the second half that the first settles": THERE,
      ...Object.assign(
        {},
        ...models.map((bits, i) => numbersOf(`hidden Markov model of ${STATES[i]} states`, bits)),
      ),
      ...numbersOf(`LSTM of ${CELLS} cells`, net),
      ...numbersOf("the same where the halves are drawn apart", apart),
    },
    ...decide(criteria, told),
    figure: drawn(told),
  };
};
