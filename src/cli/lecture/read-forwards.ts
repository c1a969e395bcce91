/**
 * A net that reads forwards learns joined-up words that the library draws, and says each character once. What
 * the lecture says of it, measured: it never revises; its forget gates reset cells when it has recognized a
 * character; and it says later what is hard to decide.
 */
import { cutItem } from "../../handwriting/aligned.ts";
import { commitAll, entropyOf, type Said } from "../../handwriting/commit.ts";
import type { Ink } from "../../handwriting/ink.ts";
import { inkFeatures, inkWidth } from "../../handwriting/input.ts";
import { drawnAlphabet, drawnEnds, drawnWords } from "../../handwriting/letters.ts";
import { LiveLine } from "../../handwriting/live-line.ts";
import { readingTrace, type CellTrace } from "../../handwriting/reading-trace.ts";
import { decodeText, scriptOf, type Script } from "../../handwriting/script.ts";
import type { DataItem } from "../../data/item.ts";
import { dense, type Layer } from "../../models/network/layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import { adam } from "../../optim/adam.ts";
import { ramp } from "../../optim/schedule.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext } from "./experiment.ts";
import { mean } from "./mean.ts";
import { atLeast, atMost, exactly } from "./verdict.ts";

const STEPS = 3000;
const WORDS = 200;
/** Steps of two points kept that the net may look ahead. */
const AHEAD = 4;
/** Resets are looked for in so many steps after a character was said. */
const AFTER = 2;
const SHUFFLES = 200;

const script: Script = {
  input: { kind: "running", thin: 24, join: 2, ahead: AHEAD },
  alphabet: drawnAlphabet,
};

/** A drawn word whose letters are joined: the pen is lifted only within letters, and at the end. */
export function joinedUp(ink: Ink): Ink {
  const points = ink.points.slice();
  for (const end of drawnEnds(ink.text).subarray(0, -1)) points[3 * end + 2] = 0;
  return { ...ink, points };
}

/** A net of drawn words, and how it learns. */
export interface DrawnLessons {
  readonly script: Script;
  /** Of the characters' classes and the blank. */
  readonly layers: (classes: number) => Layer[];
  readonly steps: number;
  /** One word as an item. */
  readonly item: (ink: Ink, script: Script, random: Random) => DataItem;
}

/** A word cut where a net that reads forwards is to have said a letter. */
export const cutWord: DrawnLessons["item"] = (ink, how, random) =>
  cutItem(ink, drawnEnds(ink.text), how, random);

/** A net, trained on joined-up words drawn afresh for every step. */
export async function learnDrawn(
  { seed, signal, progress }: LectureContext,
  { script: how, layers, steps, item }: DrawnLessons,
): Promise<Network> {
  const net = await network({
    input: inkWidth(how.input),
    layers: layers(drawnAlphabet.length + 1),
    loss: "ctc",
    seed,
    notes: { script: how },
  });
  const data = {
    batch(n: number, random: Random) {
      const words = new Random(net.engine, random.bits(), streams.drawnInk);
      return drawnWords(n, words).map((ink) => item(joinedUp(ink), how, words));
    },
  };
  const rate = ramp({ from: 0.006, to: 0, hold: steps / 2, until: steps });
  const options = { optimizer: adam({ rate, clip: 5 }), steps, batch: 16, signal };
  for await (const { step, loss } of net.train(data, options))
    progress(step / steps, `loss ${loss.toFixed(2)} nats a word`);
  signal.throwIfAborted();
  return net;
}

/** The net that reads forwards. */
export const learnForwards = async (context: LectureContext): Promise<Network> =>
  learnDrawn(context, {
    script,
    layers: (classes) => [lstm(80), dense(classes)],
    steps: STEPS,
    item: cutWord,
  });

/** Words that no net here has learned from. */
export const unseenWords = (net: Network, seed: number): Ink[] =>
  drawnWords(WORDS, new Random(net.engine, seed, streams.inkTest)).map(joinedUp);

/** One character that was said, in a word that was read right. */
export interface Spoken {
  readonly character: string;
  /** Steps from its last point until it was said. */
  readonly delay: number;
  /** Entropy of the labels when its last point was seen, or when it was said, where that was before; nats. */
  readonly entropy: number;
}

/** A word in time: how much its cells are reset at each step, and where characters were said. */
export interface Timeline {
  /** Mean of 1 - forget gate over the cells. */
  readonly resets: readonly number[];
  readonly said: readonly number[];
}

/** What was measured of the net that reads forwards. */
export interface Forwards {
  /** Places of the pen after which the text was no continuation of the one before. */
  readonly revisions: number;
  readonly largestDelay: number;
  /** Correlation of resets with the steps after a character was said, and the largest by chance. */
  readonly resets: number;
  readonly resetsByChance: number;
  /** Correlation of a character's entropy with its delay, and the largest by chance. */
  readonly hardness: number;
  readonly hardnessByChance: number;
}

/** What must be so. Chance is the largest of 200 shuffles, and must be beaten by far. */
export const forwardCriteria = [
  exactly<Forwards>("times that it revised its text", 0, (m) => m.revisions),
  atMost<Forwards>("steps until the slowest character was said", AHEAD + 1, (m) => m.largestDelay),
  atLeast<Forwards>(
    "correlation of resets with characters said, over the largest of 200 shuffled",
    1.2,
    (m) => m.resets / Math.max(m.resetsByChance, 0),
  ),
  atLeast<Forwards>(
    "correlation of a character's entropy with its delay, over the largest of 200 shuffled",
    1.2,
    (m) => m.hardness / Math.max(m.hardnessByChance, 0),
  ),
];

/** Pearson's correlation; NaN where one of them is constant. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    ab += (x - ma) * (b[i] - mb);
    aa += (x - ma) * (x - ma);
    bb += (b[i] - mb) * (b[i] - mb);
  });
  return ab / Math.sqrt(aa * bb);
}

/** The largest of some correlations with b shuffled within its parts. */
function largestByChance(
  a: readonly number[],
  parts: readonly (readonly number[])[],
  shape: (part: number[]) => number[],
  random: Random,
): number {
  let largest = -1;
  for (let n = 0; n < SHUFFLES; ++n) {
    const shuffled = parts.flatMap((part) =>
      shape(Array.from(random.permutation(part.length), (i) => part[i])),
    );
    largest = Math.max(largest, correlation(a, shuffled));
  }
  return largest;
}

/** 1 at the steps after those marked 1. */
const after = (marks: readonly number[]): number[] =>
  marks.map((_, s) => Number(marks.slice(Math.max(0, s - AFTER), s).includes(1)));

/** How often a text is no continuation of the one before it. */
const revisionsOf = (texts: readonly string[]): number =>
  texts.filter((text, i) => i > 0 && !text.startsWith(texts[i - 1])).length;

const textOf = (said: readonly Said[]): string =>
  decodeText(
    said.map(({ label }) => label),
    drawnAlphabet,
  );

/** The text after each place of the pen. */
function textsOf(net: Network, { points }: Ink): string[] {
  const line = new LiveLine(net);
  let text = "";
  const add = (said: readonly Said[]): string => (text += textOf(said));
  const texts: string[] = [];
  for (let i = 0; i < points.length; i += 3)
    texts.push(add(line.step(points[i], points[i + 1], points[i + 2])));
  texts.push(add(line.finish()));
  line.dispose();
  return texts;
}

/** Entropy of the labels [K - 1] at row s of answers y [S,K], nats. */
function entropyAt(net: Network, y: ArrayLike<number>, K: number, s: number): number {
  const row = Float64Array.from({ length: K - 1 }, (_, k) => y[s * K + k]);
  const total = row.reduce((sum, p) => sum + p, 0);
  return entropyOf(net.engine, { label: 0, step: s, chances: row.map((p) => p / total) });
}

const resetsOf = ({ forget, units }: CellTrace): number[] =>
  Array.from({ length: forget!.length / units }, (_, s) => {
    let sum = 0;
    for (let j = 0; j < units; ++j) sum += 1 - forget![s * units + j];
    return sum / units;
  });

/** The characters of a word that was read right, and its time; none of another word. */
function look(net: Network, ink: Ink): { spoken: Spoken[]; time: Timeline } | undefined {
  const signs = [...scriptOf(net).alphabet];
  const K = signs.length + 1;
  const { input, sources } = inkFeatures(ink.points, scriptOf(net).input);
  const trace = readingTrace(net, input);
  const said = commitAll(trace.output, K);
  const resets = resetsOf(trace.cells[0]);
  trace.dispose();
  if (textOf(said) !== ink.text) return undefined;
  const ends = drawnEnds(ink.text);
  const spoken = said.map(({ label, step }, i): Spoken => {
    const end = sources.findIndex((point) => point >= ends[i]);
    const entropy = entropyAt(net, trace.output, K, Math.min(end, step));
    return { character: signs[label], delay: step - end, entropy };
  });
  return { spoken, time: { resets, said: said.map(({ step }) => step) } };
}

/** Reads words that the net never saw, and measures. */
export function measureForwards(
  net: Network,
  { seed, log }: LectureContext,
): { measured: Forwards; spoken: Spoken[]; right: number } {
  const words = unseenWords(net, seed);
  const seen = words.map((ink) => look(net, ink)).filter((one) => one !== undefined);
  const spoken = seen.flatMap((one) => one.spoken);
  const random = new Random(net.engine, seed, streams.inkOrder);
  const resets = seen.flatMap(({ time }) => [...time.resets]);
  const marks = seen.map(({ time }) => time.resets.map((_, s) => Number(time.said.includes(s))));
  const delays = spoken.map(({ delay }) => delay);
  const entropies = spoken.map(({ entropy }) => entropy);
  log(`${seen.length} of ${WORDS} joined-up words read right, forwards, ${AHEAD} steps ahead.`);
  return {
    right: seen.length / WORDS,
    spoken,
    measured: {
      revisions: words.slice(0, 40).reduce((sum, ink) => sum + revisionsOf(textsOf(net, ink)), 0),
      largestDelay: Math.max(...delays),
      resets: correlation(resets, marks.flatMap(after)),
      resetsByChance: largestByChance(resets, marks, after, random),
      hardness: correlation(entropies, delays),
      hardnessByChance: largestByChance(entropies, [delays], (part) => part, random),
    },
  };
}
