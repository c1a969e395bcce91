/**
 * 7a-8, "point attractors: good for retrieving memories?": patterns of 60 units are stored by targets on the
 * last steps, and come back from a random half of a pattern, given as initial states. How many at once,
 * beside the same by Hebb's rule (Hopfield 1982: about 0.14 a unit).
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { normal } from "../../models/network/initializers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { adam } from "../../optim/adam.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { follow } from "./follow.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const H = 60;
const T = 10;
const LAST = 4; // steps whose states are wanted
const LONG = 100; // steps after which they must still be there
const LEVEL = 0.8; // of a unit in a pattern
const COUNTS = [4, 8, 14, 20];
const units = Array.from({ length: H }, (_, j) => j);

/** Shares of memories that come back whole from fresh halves, by how many there are. */
export type Retrieval = readonly {
  readonly count: number;
  readonly learned: number;
  readonly hebb: number;
}[];

const of = (found: Retrieval, count: number) => found.find((one) => one.count === count);

export const criteria = [
  atLeast("8 patterns: come back from half", 0.95, (found: Retrieval) => of(found, 8)?.learned ?? NaN),
  atLeast("14 patterns: come back from half", 0.7, (found: Retrieval) => of(found, 14)?.learned ?? NaN),
  atMost(
    "14 patterns by Hebb's rule: come back from half",
    0.3,
    (found: Retrieval) => of(found, 14)?.hebb ?? NaN,
  ),
];

/** Which units of a pattern are given: a random half. */
function half(pattern: readonly number[], random: Random): number[] {
  const order = [...units];
  for (let i = H - 1; i > 0; --i) {
    const j = random.integer(0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const given = new Set(order.slice(0, H / 2));
  return pattern.map((v, j) => (given.has(j) ? v : 0));
}

/** Share of starts from which all units have the signs of the pattern after LONG steps. */
function retrieved(net: Network, patterns: readonly number[][], random: Random): number {
  const tries = patterns.flatMap((pattern) =>
    Array.from({ length: 10 }, () => ({ pattern, initial: half(pattern, random) })),
  );
  const states = net.predict(
    tries.map(() => new Float32Array(LONG)),
    { initial: tries.map(({ initial }) => initial) },
  );
  const whole = tries.filter(({ pattern }, i) =>
    units.every((j) => states[i][(LONG - 1) * H + j] * pattern[j] > 0),
  );
  return whole.length / tries.length;
}

const make = (seed: number): Promise<Network> =>
  network({
    input: 1,
    layers: [rnn(H, { given: units, init: { recurrent: normal(1 / Math.sqrt(H)) } })],
    loss: "squared",
    seed,
  });

/** Learns `count` patterns by gradient, and sets the same by Hebb's rule. */
async function store(
  count: number,
  context: LectureContext,
  part: { from: number; to: number },
): Promise<Retrieval[number]> {
  const net = await make(context.seed);
  const random = new Random(net.engine, context.seed, streams.memories);
  const patterns = Array.from({ length: count }, () =>
    units.map(() => LEVEL * (2 * random.integer(0, 1) - 1)),
  );
  const weight = Float32Array.from({ length: T }, (_, t) => Number(t >= T - LAST));
  const data = {
    batch: (n: number, own: Random) =>
      Array.from({ length: n }, () => {
        const pattern = patterns[own.integer(0, count - 1)];
        const target = Float32Array.from({ length: T * H }, (_, i) => pattern[i % H]);
        return { input: new Float32Array(T), initial: half(pattern, own), target, weight };
      }),
  };
  const options = {
    optimizer: adam({ rate: (step: number) => 0.01 / (1 + step / 200), clip: 1 }),
    steps: 900,
    batch: 64,
  };
  await follow(context, net, data, options, { ...part, note: `${count} patterns` });
  const learned = retrieved(net, patterns, random);
  for (const { name, set, data: old } of net.parameters)
    set(
      name === "rnn1.Wh"
        ? Float64Array.from({ length: H * H }, (_, k) => {
            const [i, j] = [Math.floor(k / H), k % H];
            const sum = patterns.reduce((total, p) => total + Math.sign(p[i]) * Math.sign(p[j]), 0);
            return i === j ? 0 : (3 * sum) / H;
          })
        : new Float64Array(old.length),
    );
  const hebb = retrieved(net, patterns, random);
  net.dispose();
  return { count, learned, hebb };
}

export const run: Run = async (context): Promise<Outcome> => {
  context.log(`${H} tanh units; half of a pattern is given as initial states, the rest starts at 0.`);
  const found: Retrieval[number][] = [];
  for (const [i, count] of COUNTS.entries())
    found.push(await store(count, context, { from: i / COUNTS.length, to: (i + 1) / COUNTS.length }));
  const line = (name: "learned" | "hebb") => ({ x: COUNTS, y: found.map((one) => one[name]) });
  return {
    numbers: Object.fromEntries(
      found.flatMap(({ count, learned, hebb }) => [
        [`${count} patterns: come back from half`, learned],
        [`${count} patterns by Hebb's rule: come back from half`, hebb],
      ]),
    ),
    ...decide(criteria, found),
    figure: svg(
      plot({
        title: "Memories as point attractors",
        note: `Patterns of ${H} units that are whole, ${LONG} steps after a random half of them was given.`,
        x: { label: "patterns stored" },
        y: { label: "share that comes back", range: [0, 1.05] },
        marks: [
          { kind: "line", ...line("learned"), label: "learned by gradient, targets on the last steps" },
          { kind: "line", ...line("hebb"), label: "Hebb's rule" },
          { kind: "points", ...line("learned"), color: "#0b66b0" },
          { kind: "points", ...line("hebb"), color: "#d1500f" },
        ],
      }),
    ),
  };
};
