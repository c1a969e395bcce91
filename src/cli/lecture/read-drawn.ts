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
import { drawnAlphabet, drawnWords } from "../../handwriting/letters.ts";
import { scoreReading, type Reading } from "../../handwriting/reading.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext } from "./experiment.ts";

/** Streams of words: to learn from, and to be judged by. */
const STEPS = 500;
const BATCH = 16;
const WORDS = 200;

/** The pen of the experiments, and the images: cells of 9 units where the pen keeps points 24 apart. */
export const pen: InkInput = { kind: "pen", size: 60 };
export const images: InkInput = { kind: "image", size: 60, cell: 9, rows: 32 };

export interface Reader {
  readonly net: Network;
  /** Label error on words it never saw. */
  readonly error: number;
  readonly readings: readonly Reading[];
  readonly losses: readonly number[];
}

/**
 * Trains on words drawn afresh for every step and validates on others. `from` to `to`: its part of the
 * progress.
 */
export async function learnToRead(
  input: InkInput,
  { seed, signal, progress }: LectureContext,
  from = 0,
  to = 1,
): Promise<Reader> {
  const script: Script = { input, alphabet: drawnAlphabet };
  const net = await network({
    input: inkWidth(input),
    layers: [subsample({ steps: 2 }), bidirectional(lstm(40)), dense(drawnAlphabet.length + 1)],
    loss: "ctc",
    seed,
    notes: { script },
  });
  const data = {
    batch: (n: number, random: Random) =>
      drawnWords(n, new Random(net.engine, random.bits(), streams.drawnInk)).map((ink) =>
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
    drawnWords(WORDS, new Random(net.engine, seed, streams.inkTest)),
  );
  return { net, error: labelError, readings, losses };
}

/** The first words read, as pairs. */
export const examples = (readings: readonly Reading[]): string =>
  readings
    .slice(0, 6)
    .map(({ ink, text }) => `${ink.text} → ${text}`)
    .join(", ");
