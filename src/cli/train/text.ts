/** `unrolled train text`: a character LSTM learns a text by predicting the next character. */
import { dense, lstm } from "../../models/network/layers.ts";
import { normal } from "../../models/network/initializers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { ramp } from "../../optim/schedule.ts";
import { text, Vocabulary } from "../../tasks/text.ts";
import type { Item } from "../../train/task.ts";
import { type Command, type Values } from "../command.ts";
import { readTextFile } from "../disk.ts";
import { saveModel } from "../open-model.ts";
import { countText, Progress, timeText } from "../progress.ts";

/** Pieces that the held-out text is cut in, and how many of them are predicted at once. */
const PIECES = 64;
const AT_ONCE = 16;
/** Steps of one stretch of text in a batch; gradients go back `window` steps, states all the way. */
const STRETCH = 16;

/** The first part of a text to train on and its tail to be tested on. */
export function split(content: string, heldOut: number): [train: string, tail: string] {
  const characters = [...content];
  const cut = Math.floor(characters.length * (1 - heldOut));
  return [characters.slice(0, cut).join(""), characters.slice(cut).join("")];
}

/** Bits a character on a text, predicted in pieces that each start from the initial state. */
export async function bitsPerCharacter(
  net: Network,
  pieces: readonly Item[],
): Promise<{ bits: number; accuracy: number; characters: number }> {
  let bits = 0;
  let right = 0;
  let characters = 0;
  for (let from = 0; from < pieces.length; from += AT_ONCE) {
    const part = await net.evaluate(pieces.slice(from, from + AT_ONCE));
    bits += part.bits! * part.steps;
    right += part.accuracy! * part.steps;
    characters += part.steps;
  }
  return { bits: bits / characters, accuracy: right / characters, characters };
}

interface Settings {
  cells: number;
  seed: number;
  steps: number;
  batch: number;
  window: number;
  rate: number;
}
const settings = (values: Values): Settings => ({
  cells: values.whole("cells", 1, 4096),
  seed: values.whole("seed", 0, 2 ** 52),
  steps: values.whole("steps", 1),
  batch: values.whole("batch", 1, 4096),
  window: values.whole("window", 1, 100_000),
  rate: values.number("rate", Number.MIN_VALUE, 10),
});

export const trainText: Command = {
  name: "train text",
  words: "",
  most: 0,
  summary: "Learn a text character by character with an LSTM, and report bits per character",
  details:
    "Trains on the first part of a file and tests on its tail. `unrolled sample` writes from the " +
    "model.\n\n  unrolled train text --file shakespeare.txt --out shakespeare.safetensors\n  " +
    "unrolled sample shakespeare.safetensors --temperature 0.7",
  options: {
    file: { value: "FILE", help: "the text, UTF-8" },
    out: { value: "FILE", help: "save the model here; after Ctrl-C as far as it came" },
    cells: { value: "N", default: "128", help: "LSTM cells" },
    steps: { value: "N", default: "4000", help: "training steps" },
    batch: { value: "N", default: "32", help: "stretches of text a step" },
    window: { value: "N", default: "64", help: "characters that gradients go back" },
    rate: { value: "X", default: "0.01", help: "step size of Adam at the start; it falls to nearly 0" },
    "held-out": { value: "X", default: "0.1", help: "share of the text to test on" },
    seed: { value: "N", default: "1", help: "seed of weights and batches" },
  },
  async run({ screen, signal, values }) {
    const { cells, seed, steps, batch, window, rate } = settings(values);
    const out = values.text("out");
    const start = screen.clock();
    const content = readTextFile(values.needed("file", "a text file"));
    const [head, tail] = split(content, values.number("held-out", 0.001, 0.9));
    const vocabulary = Vocabulary.of(content);
    const train = text(head, { window: STRETCH * window, vocabulary });
    const test = text(tail, { vocabulary }).pieces(PIECES);
    const net = await network({
      input: { symbols: vocabulary.size },
      loss: "softmax",
      seed,
      layers: [lstm(cells, { init: { input: normal(0.1) } }), dense(vocabulary.size)],
    });
    try {
      screen.line(
        `An LSTM of ${cells} cells (${countText(net.size)} weights) learns ${countText(head.length)} ` +
          `characters, ${vocabulary.size} different ones, and is tested on the ` +
          `next ${countText(tail.length)} (seed ${seed}).`,
      );
      const progress = new Progress(screen, { title: "training", steps });
      const optimizer = adam({
        rate: ramp({ from: rate, to: rate / 100, hold: steps / 4, until: steps }),
        clip: 1,
      });
      let bits = NaN;
      let done = 0;
      for await (const { loss } of net.train(train, { optimizer, steps, batch, truncate: window, signal })) {
        const now = loss / Math.LN2;
        // a running mean of about 50 steps
        bits = done++ === 0 ? now : bits + (now - bits) / Math.min(done, 50);
        progress.update(done, { bits });
      }
      progress.end({ bits });
      if (signal.aborted) {
        if (out) saveModel(out, net, { task: "text", vocabulary: [...vocabulary.characters] });
        throw new Error(`stopped after ${done} steps${out ? `; the model is in ${out}` : ""}`);
      }
      const tested = await bitsPerCharacter(net, test);
      const seconds = (screen.clock() - start) / 1000;
      if (out)
        saveModel(out, net, { task: "text", vocabulary: [...vocabulary.characters], bits: tested.bits });
      screen.line(
        `Held-out text: ${tested.bits.toFixed(3)} bits per ` +
          `character, ${(100 * tested.accuracy).toFixed(1)}% of the characters guessed right, ` +
          `after ${timeText(seconds)}.`,
      );
      if (out) screen.line(`Write from it: unrolled sample ${out}`);
      screen.event({
        event: "result",
        task: "text",
        seed,
        bits: tested.bits,
        accuracy: tested.accuracy,
        characters: tested.characters,
        trainingBits: bits,
        cells,
        weights: net.size,
        steps: done,
        seconds: Number(seconds.toFixed(3)),
      });
    } finally {
      net.dispose();
    }
  },
};
