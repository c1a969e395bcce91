/**
 * 7a-6, the number of the slide: 100 random bits are shown to a net of 110 units once, and are all there 100
 * silent steps later. A hidden Markov model would need 2^100 states; one of 110 tells 6.8 bits.
 *
 * What comes out is measured: of a bit that is wrong with frequency e, 1 - H(e) bits have come through.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { esn } from "../../models/esn/esn.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { acrossTheCut, clock } from "./7a-6.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const BITS = 100;
const UNITS = 110;
const LAG = 100;
const TRAIN = 600;
const TEST = 300;

/** What the verdict is about: bits that come through. */
export interface Carried {
  readonly net: number;
  /** A net of half as many units as there are bits. */
  readonly half: number;
  /** The same net where the bits are not shown. */
  readonly blind: number;
  /** A hidden Markov model of as many states as the net has units. */
  readonly model: number;
  readonly limit: number;
}

export const criteria = [
  atLeast(`bits of ${BITS} through ${UNITS} units over ${LAG} steps`, 99, (m: Carried) => m.net),
  atMost(`the same through ${BITS / 2} units`, 0.75 * BITS, (m: Carried) => m.half),
  atMost(`the same where the bits are not shown`, 1, (m: Carried) => m.blind),
  atMost(`bits through ${UNITS} hidden Markov states, less log2 ${UNITS}`, 0.5, (m: Carried) =>
    Math.max(m.model - m.limit, -m.model),
  ),
];

/** Bits that a binary choice of chance e leaves open. */
const open = (e: number): number => (e > 0 && e < 1 ? -e * Math.log2(e) - (1 - e) * Math.log2(1 - e) : 0);

/** A pattern of BITS bits at the first step, wanted again LAG steps later. */
function pattern(
  random: Random,
  shown: boolean,
): { bits: number[]; input: Float64Array; target: Float64Array } {
  const bits = Array.from({ length: BITS }, () => random.integer(0, 1));
  const input = new Float64Array((LAG + 1) * BITS);
  const target = new Float64Array((LAG + 1) * BITS);
  if (shown) input.set(bits.map((b) => 2 * b - 1));
  target.set(bits, LAG * BITS);
  return { bits, input, target };
}

/** Shares of patterns in which each bit comes out wrong. */
async function wrongShares(units: number, { seed, signal }: LectureContext, shown = true): Promise<number[]> {
  const net = await esn({
    input: BITS,
    output: BITS,
    units,
    reservoir: "orthogonal",
    inputScale: 0.01,
    ridge: 1e-12,
    washout: LAG,
    seed,
  });
  const random = new Random(net.engine, seed, streams.memories);
  const patterns = (count: number) => Array.from({ length: count }, () => pattern(random, shown));
  await net.fit(
    patterns(TRAIN).map(({ input, target }) => ({ input, target })),
    { signal },
  );
  const test = patterns(TEST);
  const said = net.predict(test.map(({ input }) => input));
  net.dispose();
  return Array.from(
    { length: BITS },
    (_, j) => test.filter(({ bits }, i) => said[i][LAG * BITS + j] > 0.5 !== (bits[j] === 1)).length / TEST,
  );
}

const throughOf = (shares: readonly number[]): number => shares.reduce((sum, e) => sum + 1 - open(e), 0);

function drawn(units: readonly number[], bits: readonly number[]): string {
  const range = Array.from({ length: 111 }, (_, i) => i + 1);
  return svg(
    plot({
      title: `${BITS} bits, ${LAG} steps later`,
      note: "What units of a recurrent net bring through, and the most that as many hidden states can.",
      x: { label: "units of the net, states of the hidden Markov model" },
      y: { label: "bits" },
      marks: [
        { kind: "rule", y: BITS, label: "shown" },
        { kind: "line", x: units, y: bits, label: "recurrent net" },
        { kind: "points", x: units, y: bits, color: "#0b66b0", size: 4 },
        { kind: "line", x: range, y: range.map(Math.log2), label: "log2 N", width: 3 },
      ],
    }),
  );
}

export const run: Run = async (context): Promise<Outcome> => {
  const { log, progress, signal } = context;
  log(`${BITS} bits at one step; asked for after ${LAG} silent ones.`);
  const units = [25, 50, 75, UNITS];
  const bits: number[] = [];
  for (const [i, n] of units.entries()) {
    signal.throwIfAborted();
    bits.push(throughOf(await wrongShares(n, context)));
    progress((0.8 * (i + 1)) / units.length, `${n} units: ${bits[i].toFixed(1)} bits`);
  }
  const blind = throughOf(await wrongShares(UNITS, context, false));
  const h = await clock(UNITS);
  const { future: model } = await acrossTheCut(h, context.seed);
  h.dispose();
  const limit = Math.log2(UNITS);
  return {
    numbers: {
      ...Object.fromEntries(units.map((n, i) => [`net of ${n} units: bits carried`, bits[i]])),
      [`net of ${UNITS} units that is not shown them: bits carried`]: blind,
      [`hidden Markov model of ${UNITS} states: bits of the future`]: model,
      [`its limit, log2 ${UNITS}`]: limit,
      "states that it would need": `2^${BITS}`,
    },
    ...decide(criteria, { net: bits[3], half: bits[1], blind, model, limit }),
    figure: drawn(units, bits),
  };
};
