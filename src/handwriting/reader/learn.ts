/**
 * Learning a hand: a copy of the net goes on with a few lines of one writer, distorted afresh each time.
 * Every fifth line is held back; the copy with the fewest errors on those is kept, and of equal ones that
 * with the smallest loss; where none is better than the net as it was, nothing is.
 */
import { editDistance, errorRate } from "../../inference/edit-distance.ts";
import { network, type Network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { cosine } from "../../optim/cosine.ts";
import { DataError, inRange, knownOptions, seedOption, show, whole } from "../../wasm/errors.ts";
import { InkBatches } from "../batches.ts";
import type { Ink } from "../ink.ts";
import { inkFeatures } from "../input.ts";
import { readTexts } from "../reading.ts";
import { encodeText, handwritingItem, scriptOf } from "../script.ts";
import type { LearnOptions, LearnReport, WrittenText } from "./spec.ts";
import { inkOf, placeStrokes } from "./strokes.ts";

/** Every so manieth line is held back. */
const HELD_BACK = 5;
const BATCH = 4;
/** Looks at the held-back lines. */
const LOOKS = 10;

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
    if (alphabet !== undefined) encodeText(item.text, alphabet);
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

const isBetter = (a: Look, b: Look): boolean => a.error < b.error || (a.error === b.error && a.loss < b.loss);

/** Options with defaults. */
function readLearnOptions(
  who: string,
  options: LearnOptions,
): { epochs: number; rate: number; seed: number } {
  knownOptions(who, options, ["epochs", "rate", "seed", "signal", "onProgress"]);
  return {
    epochs: whole(who, "epochs", options.epochs ?? 40, 1, 10_000),
    rate: inRange(who, "rate", options.rate ?? 0.001, 0, 1),
    seed: seedOption(who, options.seed ?? 1),
  };
}

/** The net that has learned a hand, where it is better on the lines held back, and what came of it. */
export async function learnHand(
  who: string,
  net: Network,
  inks: readonly Ink[],
  options: LearnOptions,
): Promise<{ net: Network | undefined; report: LearnReport }> {
  const { epochs, rate, seed } = readLearnOptions(who, options);
  const heldBack = inks.flatMap((_, i) => (i % HELD_BACK === HELD_BACK - 1 ? [i] : []));
  if (heldBack.length === 0)
    throw new DataError(`${who}: ${inks.length} items, want at least ${HELD_BACK}: every fifth is held back`);
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
    const steps = epochs * batches.batchesPerEpoch;
    const every = Math.max(1, Math.floor(epochs / LOOKS)) * batches.batchesPerEpoch;
    let best = before;
    let bytes: Uint8Array | undefined;
    const optimizer = adam({ rate: cosine({ from: rate, until: steps }), clip: 5 });
    for await (const { step } of copy.train(batches, { steps, optimizer, signal: options.signal })) {
      if ((step + 1) % every !== 0 && step + 1 < steps) continue;
      const now = await look(copy, apart);
      options.onProgress?.({
        epoch: Math.ceil((step + 1) / batches.batchesPerEpoch),
        epochs,
        error: now.error,
      });
      if (!isBetter(now, best)) continue;
      best = now;
      bytes = copy.save({ training: false });
    }
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
