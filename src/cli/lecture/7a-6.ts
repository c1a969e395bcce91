/**
 * 7a-6: what a hidden Markov model knows of its past goes through one of N states: at most log2 N bits. A net
 * of n units carries n bits.
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import type { Hmm } from "../../models/hmm/model.ts";
import { orthogonal } from "../../models/network/initializers.ts";
import { dense } from "../../models/network/layers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const HALF = 12; // steps on either side of the cut
const SAMPLES = 600; // sequences that the information is averaged over
const PATTERNS = 16; // what the data remember: 4 bits
const LAG = 8; // silent steps between a net's input and its target

/** What the verdict is about. */
export interface Bits {
  /** Of each hidden Markov model: its limit log2 N, bits about state and future, and their error. */
  readonly models: readonly {
    readonly limit: number;
    readonly state: number;
    readonly future: number;
    readonly error: number;
  }[];
  /** Bits of the future that a clock of N states tells, over log2 N. */
  readonly clocks: readonly number[];
  /** Bits that the largest net carries, over its units. */
  readonly carried: number;
}

export const criteria = [
  atMost("bits about the state less log2 N, worst model", 1e-9, (m: Bits) =>
    Math.max(...m.models.map(({ state, limit }) => state - limit)),
  ),
  atMost("bits about the future less log2 N, in standard errors, worst model", 3, (m: Bits) =>
    Math.max(...m.models.map(({ future, limit, error }) => (future - limit - 1e-9) / (error || 1e-9))),
  ),
  atLeast("bits of a clock of N states / log2 N, worst", 0.75, (m: Bits) => Math.min(...m.clocks)),
  atLeast("bits carried by a net / its units", 0.95, (m: Bits) => m.carried),
];

const entropy = (p: ArrayLike<number>): number =>
  Array.from(p).reduce((sum, x) => sum - (x > 0 ? x * Math.log2(x) : 0), 0);

/**
 * Bits that the past has about the state behind the cut (from exact posteriors), and about the future (ln of
 * the exact likelihood ratio).
 */
export async function acrossTheCut(
  h: Hmm,
  seed: number,
): Promise<{ state: number; future: number; error: number }> {
  const { startprob, transmat, emission } = h.parameters;
  const K = startprob.length;
  const M = emission.probabilities.length / K;
  const whole = Array.from(
    { length: SAMPLES },
    (_, i) => h.sample(2 * HALF, { seed: 1000 * seed + i }).sequence,
  );
  const past = whole.map((y) => y.slice(0, HALF));
  const future = whole.map((y) => y.slice(HALF));
  const states = past.map((y) => h.forecast(1, { history: [y] }).states);
  const mean = states[0].map((_, k) => states.reduce((sum, p) => sum + p[k], 0) / SAMPLES);
  // the future alone: the same chain, begun at the cut
  const later = await hmm({
    states: K,
    emission: "categorical",
    symbols: M,
    startprob: h.forecast(HALF + 1).states.slice(HALF * K),
    transmat,
    emissionParameters: emission.probabilities,
  });
  const [both, first, second] = [h.score(whole), h.score(past), later.score(future)];
  const bits = whole.map((_, i) => (both[i] - first[i] - second[i]) / Math.LN2);
  later.dispose();
  const average = bits.reduce((sum, b) => sum + b, 0) / SAMPLES;
  const spread = bits.reduce((sum, b) => sum + (b - average) ** 2, 0) / SAMPLES;
  return {
    state: entropy(mean) - states.reduce((sum, p) => sum + entropy(p), 0) / SAMPLES,
    future: average,
    error: Math.sqrt(spread / SAMPLES),
  };
}

/** From state i to j of a clock of N states: on to the next one, or a skip. */
function tick(N: number, i: number, j: number): number {
  if (N === 1) return 1;
  return j === (i + 1) % N ? 0.98 : 0.02 / (N - 1);
}

/**
 * A clock of N states, each with its own symbol, that sometimes skips: nothing remembers more with N states.
 */
export const clock = (N: number): Promise<Hmm> =>
  hmm({
    states: N,
    emission: "categorical",
    symbols: N,
    startprob: new Array(N).fill(1 / N),
    transmat: Array.from({ length: N }, (_, i) => Array.from({ length: N }, (__, j) => tick(N, i, j))),
    emissionParameters: Array.from({ length: N }, (_, i) =>
      Array.from({ length: N }, (__, j) => Number(i === j)),
    ),
  });

/** A model of N states fitted to sequences that repeat one of 16 symbols for ever: 4 bits to remember. */
async function fitted(N: number, seed: number, signal: AbortSignal): Promise<Hmm> {
  const h = await hmm({ states: N, emission: "categorical", symbols: PATTERNS, seed });
  const data = Array.from({ length: PATTERNS }, (_, m) => new Array<number>(2 * HALF).fill(m));
  await h.fit(data, { iterations: 60, restarts: 10, signal });
  return h;
}

/**
 * Bits that a net of n tanh units brings over a lag: n less the cross-entropy of what it says at the end. The
 * best of at most three starts.
 */
async function netBits(n: number, { seed, signal }: LectureContext): Promise<number> {
  let best = 0;
  for (let start = 0; start < 3 && best < 0.9 * n; ++start)
    best = Math.max(best, await trainedBits(n, seed + 100 * start, signal));
  return best;
}

async function trainedBits(n: number, seed: number, signal: AbortSignal): Promise<number> {
  const net = await network({
    input: n,
    layers: [rnn(n, { init: { recurrent: orthogonal(1.2) } }), dense(n)],
    loss: "bernoulli",
    seed,
  });
  const items = Array.from({ length: 2 ** n }, (_, pattern) => {
    const bits = Array.from({ length: n }, (__, j) => (pattern >> j) & 1);
    const silence = Array.from({ length: LAG }, () => new Array<number>(n).fill(0));
    return {
      input: [bits.map((b) => 2 * b - 1), ...silence],
      target: [...silence, bits],
      weight: [...new Array<number>(LAG).fill(0), 1],
    };
  });
  for await (const { loss } of net.train(items, {
    optimizer: adam({ rate: (step) => 0.02 / (1 + step / 600), clip: 1 }),
    steps: 3000,
    batch: items.length,
    signal,
  }))
    if (loss < 0.02) break;
  const { loss } = await net.evaluate(items);
  net.dispose();
  signal.throwIfAborted();
  return n - loss / Math.LN2;
}

export const run: Run = async (context): Promise<Outcome> => {
  const { seed, signal, log, progress } = context;
  const sizes = [2, 4, 8, 16, 32];
  const units = [1, 2, 3, 4, 5, 6];
  const numbers: Record<string, number> = {};
  const curves: Record<"clock" | "fitted", number[]> = { clock: [], fitted: [] };
  const models: Bits["models"][number][] = [];
  log("Hidden Markov models: bits that the past tells of the future, across one cut.");
  for (const [i, N] of sizes.entries()) {
    for (const kind of ["clock", "fitted"] as const) {
      signal.throwIfAborted();
      const h = await (kind === "clock" ? clock(N) : fitted(N, seed, signal));
      const { state, future, error } = await acrossTheCut(h, seed);
      h.dispose();
      numbers[`${kind} of ${N} states (limit ${Math.log2(N)} bits): bits about the state`] = state;
      numbers[`${kind} of ${N} states: bits about the future`] = future;
      curves[kind].push(future);
      models.push({ limit: Math.log2(N), state, future, error });
    }
    progress((0.5 * (i + 1)) / sizes.length, `${N} states`);
  }
  log(`Recurrent nets of n tanh units: n bits shown once, asked for after ${LAG} silent steps.`);
  const carried: number[] = [];
  for (const n of units) {
    carried.push(await netBits(n, context));
    numbers[`net of ${n} units: bits carried`] = carried[n - 1]!;
    progress(0.5 + (0.5 * n) / units.length, `${n} units`);
  }
  const last = units.length - 1;
  const marks: Mark[] = [
    { kind: "line", x: [1, ...sizes], y: [0, ...sizes.map(Math.log2)], dash: true, label: "log2 N" },
    { kind: "points", size: 5, x: sizes, y: curves.clock, label: "clock of N states" },
    { kind: "points", size: 3.5, x: sizes, y: curves.fitted, label: "Baum-Welch on 4-bit data" },
    { kind: "line", x: units, y: carried, label: "recurrent net of N units" },
    { kind: "points", x: units, y: carried, color: "#444" },
  ];
  return {
    numbers,
    ...decide(criteria, {
      models,
      clocks: curves.clock.map((bits, i) => bits / Math.log2(sizes[i])),
      carried: carried[last] / units[last],
    }),
    figure: svg(
      plot({
        title: "What can be remembered of the past",
        note:
          "A hidden Markov model of N states stays below log2 N bits. A recurrent net of N units " +
          "carries N: it would take 2^N states.",
        x: { label: "N: states, or units", log: true },
        y: { label: "bits across the cut" },
        marks,
      }),
    ),
  };
};
