/**
 * 7a-1, "predicting the next term seems more natural than predicting one pixel in an image from the others":
 * one kind of net on rows of digits' images and on a series, in bits a value, both ways.
 *
 *   next term      Σ_t -log2 p(x_t | x_1 … x_t-1)    is what the whole takes (chain rule): never less than
 *                                                    the source has, and little more by a net that learned
 *   from others    Σ_t -log2 p(x_t | all others)     tells the same things several times over, and so comes
 *                                                    out below what the source has: it describes nothing
 *
 * The series is a chain of known entropy, so that both sums can be held against the truth; of images nobody
 * knows it, but both sums are there.
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { type Figure, panels, svg } from "../../figures/svg.ts";
import { bidirectional, dense } from "../../models/network/layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import { adam } from "../../optim/adam.ts";
import { ramp } from "../../optim/schedule.ts";
import { engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { drawnDigit } from "./drawn-digits.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { follow, type Part } from "./follow.ts";
import { atLeast, atMost, decide, within } from "./verdict.ts";

/** Steps of a sequence, and numbers a step: pixels of a row, or levels of a value. */
const T = 16;
const CELLS = 48;
const STEPS = 1500;
const BATCH = 32;
/** Sequences that the nets are judged by, and those that places are counted on. */
const TEST = 1000;
const COUNTED = 4000;

/** T steps of T numbers each: a row of pixels, or a 1 at the level of a value. */
type Rows = readonly (readonly number[])[];

/** A value that goes up a level, down, or stays, round a circle of T levels. */
function series(random: Random): Rows {
  let level = random.integer(0, T - 1);
  return Array.from({ length: T }, (_, t) => {
    // stays in two cases of four
    if (t > 0) level = (level + T + (random.integer(0, 1) - random.integer(0, 1))) % T;
    return Array.from({ length: T }, (__, j) => Number(j === level));
  });
}

/** Bits of a value of the series: log2 T of the first, 1.5 of each one behind another. */
const SOURCE = (Math.log2(T) + 1.5 * (T - 1)) / T;

/** What is learned. */
interface Kind {
  readonly name: "series" | "images";
  readonly draw: (random: Random) => Rows;
  readonly loss: "softmax" | "bernoulli";
}

const kinds: readonly Kind[] = [
  { name: "series", draw: series, loss: "softmax" },
  { name: "images", draw: (random) => drawnDigit(T, random), loss: "bernoulli" },
];

/** A sequence as a net gets it: what it sees, what it is to tell, and which values count. */
interface Lesson {
  readonly input: number[];
  readonly target: number[];
  /** [T] of a series, [T,T] of an image. */
  readonly weight: number[];
}

/** Each step is to be told from those before it, the first from nothing. */
const nextTerm = (rows: Rows, { loss }: Kind): Lesson => ({
  input: [new Array<number>(T).fill(0), ...rows.slice(0, -1)].flat(),
  target: loss === "softmax" ? rows.map((row) => row.indexOf(1)) : rows.flat(),
  weight: new Array<number>(loss === "softmax" ? T : T * T).fill(1),
});

/** One value of the series is hidden, or one pixel of each row, and to be told from all that is not. */
function fromOthers(rows: Rows, { loss }: Kind, random: Random): Lesson {
  const { target } = nextTerm(rows, { loss } as Kind);
  const weight = target.map(() => 0);
  if (loss === "softmax") {
    const hidden = random.integer(0, T - 1);
    weight[hidden] = 1;
    return { input: rows.flatMap((row, t) => (t === hidden ? row.map(() => 0) : row)), target, weight };
  }
  const input = rows.flatMap((row, t) => {
    const hidden = random.integer(0, T - 1);
    weight[t * T + hidden] = 1;
    return row.map((pixel, j) => (j === hidden ? 0.5 : pixel));
  });
  return { input, target, weight };
}

/** Mean bits of the values that count. */
function bitsOf(net: Network, lessons: readonly Lesson[], { loss }: Kind): number {
  const told = net.predict(lessons.map(({ input }) => input));
  let nats = 0;
  let count = 0;
  lessons.forEach(({ target, weight }, i) =>
    target.forEach((value, k) => {
      if (!weight[k]) return;
      const p = loss === "softmax" ? told[i][k * T + value] : Math.abs(1 - value - told[i][k]);
      nats -= Math.log(p);
      count += 1;
    }),
  );
  return nats / count / Math.LN2;
}

/** Bits a value by how often each place of each step has it, counted on others. */
function aloneBits(counted: readonly Rows[], test: readonly Rows[], { loss }: Kind): number {
  const inked = Array.from({ length: T * T }, (_, k) =>
    counted.reduce((sum, rows) => sum + rows[Math.floor(k / T)][k % T], 0),
  );
  const choices = loss === "softmax" ? T : 2;
  let nats = 0;
  for (const rows of test)
    rows.flat().forEach((value, k) => {
      if (!value && loss === "softmax") return;
      const count = value ? inked[k] : counted.length - inked[k];
      nats -= Math.log((count + 0.5) / (counted.length + choices / 2));
    });
  return nats / Math.LN2 / (test.length * T * (loss === "softmax" ? 1 : T));
}

/** Learns one kind one way; bits a value on fresh sequences. */
async function learned(
  context: LectureContext,
  kind: Kind,
  way: "next" | "others",
  part: Part,
): Promise<number> {
  const { seed } = context;
  const cells = lstm(CELLS);
  const layers = [way === "next" ? cells : bidirectional(cells), dense(T)];
  const net = await network({ input: T, layers, loss: kind.loss, seed });
  const lessons = (n: number, random: Random): Lesson[] =>
    Array.from({ length: n }, () => {
      const rows = kind.draw(random);
      return way === "next" ? nextTerm(rows, kind) : fromOthers(rows, kind, random);
    });
  const optimizer = adam({ rate: ramp({ from: 0.01, to: 0, hold: STEPS / 2, until: STEPS }), clip: 1 });
  await follow(context, net, { batch: lessons }, { optimizer, batch: BATCH, steps: STEPS }, part);
  const bits = bitsOf(net, lessons(TEST, new Random(net.engine, seed, streams.experimentTest)), kind);
  net.dispose();
  return bits;
}

/** Bits a value. */
interface Bits {
  /** By how often each place has each value, whatever else there is. */
  readonly alone: number;
  readonly next: number;
  readonly others: number;
}

/** What the verdict is about. */
export interface Order {
  readonly series: Bits;
  readonly images: Bits;
}

export const criteria = [
  within(
    "series: bits a next value / bits of the source",
    [0.98, 1.05],
    (m: Order) => m.series.next / SOURCE,
  ),
  atMost(
    "series: bits a value from all others / bits of the source",
    0.9,
    (m: Order) => m.series.others / SOURCE,
  ),
  atMost("images: bits a pixel of the next row / alone", 0.7, (m: Order) => m.images.next / m.images.alone),
  atMost(
    "images: bits a pixel from others / of the next row",
    0.9,
    (m: Order) => m.images.others / m.images.next,
  ),
  atLeast(
    "series: bits a value alone / of the next value",
    1.5,
    (m: Order) => m.series.alone / m.series.next,
  ),
];

/** One sequence as a net gets it: step by step downwards, as an image is read. */
const example = ({ name, draw }: Kind, random: Random): Figure =>
  plot({
    title: name === "series" ? "A series, a value a row" : "An image, row by row",
    x: { label: name === "series" ? "level" : "pixel" },
    y: { label: "step, downwards", ticks: [] },
    width: 330,
    height: 360,
    marks: [
      {
        kind: "raster",
        values: [...draw(random)].reverse().flat(),
        rows: T,
        columns: T,
        x: [0, T],
        y: [0, T],
      },
    ],
  });

function drawn({ series: values, images }: Order, random: Random): string {
  const ways = ["alone", "next", "others"] as const;
  const bars = (bits: Bits, name: string, shift: number): Mark => ({
    kind: "bars",
    x: ways.map((_, i) => i + 1 + shift),
    y: ways.map((way) => bits[way] / bits.alone),
    label: name,
    width: 0.36,
  });
  const told = plot({
    title: "Bits a value, by what is known",
    note: "Relative to nothing known. Below the rule: less than the series has.",
    x: {
      range: [0.4, 3.6],
      ticks: ["nothing", "what came before", "all others"].map((label, i) => ({ at: i + 1, label })),
    },
    y: { label: "bits / bits alone", range: [0, 1.1] },
    width: 460,
    height: 360,
    marks: [
      bars(values, "series", -0.2),
      bars(images, "images", 0.2),
      { kind: "rule", y: SOURCE / values.alone, label: "the series' entropy" },
    ],
  });
  return svg(panels([...kinds.map((kind) => example(kind, random)), told], { columns: 3 }));
}

/** Both ways on the k-th kind. */
async function bothWays(context: LectureContext, k: number, random: Random): Promise<Bits> {
  const kind = kinds[k];
  const draw = (n: number): Rows[] => Array.from({ length: n }, () => kind.draw(random));
  const place = (i: number): Part => ({
    from: (2 * k + i) / 4,
    to: (2 * k + i + 1) / 4,
    note: `${kind.name}:`,
  });
  return {
    alone: aloneBits(draw(COUNTED), draw(TEST), kind),
    next: await learned(context, kind, "next", place(0)),
    others: await learned(context, kind, "others", place(1)),
  };
}

export const run: Run = async (context): Promise<Outcome> => {
  const { seed, log } = context;
  log(
    `Series of ${T} values in ${T} levels, images of ${T} rows of ${T} pixels; ${CELLS} memory cells learn ` +
      `what comes next, ${CELLS} in each direction what is hidden among all others.`,
  );
  const random = new Random(await engine("float64"), seed, streams.experiment);
  const found: Order = {
    series: await bothWays(context, 0, random),
    images: await bothWays(context, 1, random),
  };
  const numbers: Record<string, number> = { "series: bits a value of the source": SOURCE };
  for (const [name, bits] of Object.entries(found) as [string, Bits][]) {
    numbers[`${name}: bits a value alone`] = bits.alone;
    numbers[`${name}: bits a value, behind what came before`] = bits.next;
    numbers[`${name}: bits a value, among all others`] = bits.others;
  }
  return { numbers, ...decide(criteria, found), figure: drawn(found, random) };
};
