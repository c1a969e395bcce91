/**
 * A small bidirectional LSTM learns to read words that the library draws in random hands: the stage of 7e-3,
 * 7e-4 and 7e-5.
 */
import { bidirectional, dense, subsample } from "../../models/network/layers.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { ramp } from "../../optim/schedule.ts";
import { handwritingItem, type Script } from "../../handwriting/script.ts";
import { inkWidth, type InkInput } from "../../handwriting/input.ts";
import { drawnAlphabet, drawnWords, type DrawnHand } from "../../handwriting/letters.ts";
import { scoreReading, type Reading } from "../../handwriting/reading.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext } from "./experiment.ts";

/** Batches of words to learn from, and words to be judged by. */
const STEPS = 500;
export const BATCH = 16;
const WORDS = 200;

/** The pen of the experiments. */
export const pen: InkInput = { kind: "pen", size: 60 };

/** A net of one input. */
export interface Course {
  readonly input: InkInput;
  /** LSTM units each way. Default 40. */
  readonly units?: number;
  /** Of those who wrote the words. Default: that of `drawnWords`. */
  readonly hand?: DrawnHand;
  /** Words to be judged by. Default 200. */
  readonly words?: number;
  /** Its part of the progress. Default 0 to 1. */
  readonly from?: number;
  readonly to?: number;
}

export interface Reader {
  readonly net: Network;
  /** Label error on words it never saw. */
  readonly error: number;
  readonly readings: readonly Reading[];
  readonly losses: readonly number[];
}

/** Trains on words drawn afresh for every step, its rate falling over the last half; validates on others. */
export async function learnToRead(
  { input, units = 40, hand, words = WORDS, from = 0, to = 1 }: Course,
  { seed, signal, progress }: LectureContext,
): Promise<Reader> {
  const script: Script = { input, alphabet: drawnAlphabet };
  const net = await network({
    input: inkWidth(input),
    layers: [subsample({ steps: 2 }), bidirectional(lstm(units)), dense(drawnAlphabet.length + 1)],
    loss: "ctc",
    seed,
    notes: { script },
  });
  const data = {
    batch: (n: number, random: Random) =>
      drawnWords(n, new Random(net.engine, random.bits(), streams.drawnInk), hand).map((ink) =>
        handwritingItem(ink, script),
      ),
  };
  const losses: number[] = [];
  for await (const { step, loss } of net.train(data, {
    optimizer: adam({ rate: ramp({ from: 0.01, to: 0, hold: STEPS / 2, until: STEPS }), clip: 5 }),
    steps: STEPS,
    batch: BATCH,
    signal,
  })) {
    losses.push(loss);
    progress(from + ((to - from) * step) / STEPS, `loss ${loss.toFixed(2)} nats a word`);
  }
  signal.throwIfAborted();
  const { labelError, readings } = await scoreReading(
    net,
    drawnWords(words, new Random(net.engine, seed, streams.inkTest), hand),
  );
  return { net, error: labelError, readings, losses };
}

/** The first words read, as pairs. */
export const examples = (readings: readonly Reading[]): string =>
  readings
    .slice(0, 6)
    .map(({ ink, text }) => `${ink.text} → ${text}`)
    .join(", ");
