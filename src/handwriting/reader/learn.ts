/**
 * Learning a hand: a copy of the net goes on with a few lines of one writer, distorted afresh each time.
 * Every fifth line is held back. A few lines tell how to change better than how far, so weights a quarter,
 * half and all of the way are tried (as WiSE-FT mixes: Wortsman et al. 2022); those with the fewest errors on
 * the lines held back are kept, of equal ones the farthest, and where all have more than before, none.
 */
import { editDistance, errorRate } from "../../inference/edit-distance.ts";
import { network, type Network } from "../../models/network/network.ts";
import type { NamedMatrix } from "../../models/network/parameters.ts";
import { adam } from "../../optim/adam.ts";
import { cosine } from "../../optim/cosine.ts";
import { DataError, inRange, knownOptions, seedOption, show, whole } from "../../wasm/errors.ts";
import { InkBatches } from "../batches.ts";
import type { Ink } from "../ink.ts";
import { inkFeatures } from "../input.ts";
import { readTexts } from "../reading.ts";
import { checkCharacters } from "../characters.ts";
import { handwritingItem, scriptOf } from "../script.ts";
import type { LearnOptions, LearnReport, WrittenText } from "./spec.ts";
import { inkOf, placeStrokes } from "./strokes.ts";

/** Every so manieth line is held back. */
const HELD_BACK = 5;
const BATCH = 4;
/** Looks at the held-back lines while it learns. */
const LOOKS = 10;
/** Shares of the way from the weights before to those learned. */
const SHARES = [0.25, 0.5, 1];

/** Lines as ink. Throws DataError where one is none, or has characters outside of an alphabet. */
export function readItems(who: string, items: readonly WrittenText[], alphabet: string | undefined): Ink[] {
  if (!Array.isArray(items) || items.length === 0)
    throw new DataError(`${who}: items are ${show(items)}, want an array of at least one { strokes, text }`);
  return (items as readonly WrittenText[]).map((item, i) => {
    const where = `${who}: item ${i}`;
    if (item === null || typeof item !== "object" || typeof item.text !== "string" || item.text === "")
      throw new DataError(`${where} is ${show(item)}, want { strokes, text } with what is written`);
    const strokes = placeStrokes(where, item.strokes);
    if (strokes.length === 0) throw new DataError(`${where} has no points, want strokes`);
    if (alphabet !== undefined) checkCharacters(where, item.text, alphabet);
    return { id: String(i), text: item.text, points: inkOf(strokes) };
  });
}

/** Steps of the input that one of the output stands for. */
function strideOf(net: Network, { points }: Ink): number {
  const { input, alphabet } = scriptOf(net);
  const features = inkFeatures(points, input);
  const [y] = net.predict([features.input]);
  return Math.ceil(features.sources.length / (y.length / ([...alphabet].length + 1)));
}

/** How well lines are read. */
interface Look {
  readonly error: number;
  readonly loss: number;
}

async function look(net: Network, inks: readonly Ink[]): Promise<Look> {
  const texts = await readTexts(net, inks);
  const edits = texts.reduce((sum, text, i) => sum + editDistance([...text], [...inks[i].text]), 0);
  const characters = inks.reduce((sum, { text }) => sum + [...text].length, 0);
  const script = scriptOf(net);
  const { loss } = await net.evaluate(inks.map((ink) => handwritingItem(ink, script)));
  return { error: errorRate(edits, characters), loss };
}

/** A net's weights, matrix by matrix. */
type Weights = readonly NamedMatrix["data"][];

const weightsOf = (net: Network): Weights => net.parameters.map(({ data }) => data);

/** Sets weights between two others: the given share of the way. */
function setBetween(net: Network, from: Weights, to: Weights, share: number): void {
  net.parameters.forEach((matrix, i) => matrix.set(from[i].map((w, j) => w + share * (to[i][j] - w))));
}

/** The weights on the way to those of `net` that read `inks` with the fewest errors, and how they do. */
async function bestOnTheWay(
  net: Network,
  start: Weights,
  inks: readonly Ink[],
  before: Look,
): Promise<{ best: Look; bytes: Uint8Array | undefined }> {
  const learned = weightsOf(net);
  let best = before;
  let bytes: Uint8Array | undefined;
  for (const share of SHARES) {
    setBetween(net, start, learned, share);
    const now = await look(net, inks);
    if (now.error > best.error) continue;
    best = now;
    bytes = net.save({ training: false });
  }
  return { best, bytes };
}

/** Options with defaults. */
function readLearnOptions(
  who: string,
  options: LearnOptions,
): { epochs: number; rate: number; seed: number } {
  knownOptions(who, options, ["epochs", "rate", "seed", "signal", "onProgress"]);
  return {
    epochs: whole(who, "epochs", options.epochs ?? 30, 1, 10_000),
    rate: inRange(who, "rate", options.rate ?? 0.0006, 0, 1),
    seed: seedOption(who, options.seed ?? 1),
  };
}

/** The net that has learned a hand, where it is no worse on the lines held back, and what came of it. */
export async function learnHand(
  who: string,
  net: Network,
  inks: readonly Ink[],
  options: LearnOptions,
): Promise<{ net: Network | undefined; report: LearnReport }> {
  const { epochs, rate, seed } = readLearnOptions(who, options);
  const { signal } = options;
  const heldBack = inks.flatMap((_, i) => (i % HELD_BACK === HELD_BACK - 1 ? [i] : []));
  if (heldBack.length === 0)
    throw new DataError(`${who}: ${inks.length} items, want at least ${HELD_BACK}: every fifth is held back`);
  signal?.throwIfAborted();
  const apart = heldBack.map((i) => inks[i]);
  const copy = await network.load(net.save({ training: false }));
  try {
    const batches = new InkBatches(
      copy.engine,
      inks.filter((_, i) => !heldBack.includes(i)),
      {
        script: scriptOf(copy),
        batch: BATCH,
        seed,
        stride: strideOf(copy, inks[0]),
        distort: { scale: 0.1, slant: 0.15, rotation: 0.03, jitter: 0, warp: 0.2 },
      },
    );
    const before = await look(copy, apart);
    const start = weightsOf(copy);
    const steps = epochs * batches.batchesPerEpoch;
    const every = Math.max(1, Math.floor(epochs / LOOKS)) * batches.batchesPerEpoch;
    const optimizer = adam({ rate: cosine({ from: rate, until: steps }), clip: 5 });
    for await (const { step } of copy.train(batches, { steps, optimizer, signal })) {
      if ((step + 1) % every !== 0 && step + 1 < steps) continue;
      options.onProgress?.({
        epoch: Math.ceil((step + 1) / batches.batchesPerEpoch),
        epochs,
        error: (await look(copy, apart)).error,
      });
    }
    signal?.throwIfAborted();
    const { best, bytes } = await bestOnTheWay(copy, start, apart, before);
    signal?.throwIfAborted();
    const report: LearnReport = {
      before: before.error,
      after: best.error,
      lossBefore: before.loss,
      lossAfter: best.loss,
      learned: bytes !== undefined,
      heldBack,
    };
    return { net: bytes && (await network.load(bytes)), report };
  } finally {
    copy.dispose();
  }
}
