/** `unrolled eval`: measures a saved model again. */
import { Vocabulary } from "../tasks/text.ts";
import { type Command, type Context, UsageError } from "./command.ts";
import { readTextFile } from "./disk.ts";
import { evalHandwriting, evalHandwritingOptions } from "./handwriting/eval.ts";
import { loadModel, type About } from "./open-model.ts";
import type { Network } from "../models/network/network.ts";
import { countText, percentText } from "./progress.ts";
import { lossOnSums, testSums } from "./train/test-sums.ts";
import { bitsPerCharacter, textPieces } from "./train/text-model.ts";

async function evalAddition(net: Network, { screen, signal, values }: Context): Promise<boolean> {
  const seed = values.whole("seed", 0, 2 ** 52);
  const sums = values.whole("sums", 1);
  const digits = values.whole("digits", 1, 10_000);
  const { errors } = await testSums(net, { seed, sums, digits, signal });
  const loss = await lossOnSums(net, { seed, sums: 1000, digits, signal });
  screen.line(
    `${countText(sums)} fresh sums of 1 to ${digits} ` +
      `digits: ${errors === 0 ? "not one wrong" : `${countText(errors)} wrong`} ` +
      `(loss ${loss.toExponential(2)} nats a digit).`,
  );
  screen.event({ event: "result", task: "addition", errors, sums, digits, loss, seed });
  return errors === 0;
}

async function evalText(net: Network, about: About, { screen, signal, values }: Context): Promise<void> {
  const content = readTextFile(values.needed("file", "the text to predict"));
  const pieces = textPieces(content, new Vocabulary(about.vocabulary!));
  const { bits, accuracy, characters } = await bitsPerCharacter(net, pieces, signal);
  screen.line(
    `${countText(characters)} characters: ${bits.toFixed(3)} bits per ` +
      `character, ${percentText(accuracy)} guessed right.`,
  );
  screen.event({ event: "result", task: "text", bits, accuracy, characters });
}

export const evalCommand: Command = {
  name: "eval",
  words: "MODEL [TASK]",
  maxWords: 2,
  summary: "Measure a saved model on fresh sums, on a text, or on handwriting",
  details:
    "  unrolled eval adder.safetensors --digits 200\n  unrolled eval shakespeare.safetensors --file " +
    "other.txt\n  unrolled eval iam.safetensors handwriting --data iam-ondb --split valid --show 10",
  options: {
    file: { value: "FILE", help: "for models of text: what to predict" },
    sums: { value: "N", default: "10000", help: "for models of addition: how many sums" },
    digits: { value: "N", default: "64", help: "for models of addition: digits at most" },
    seed: { value: "N", default: "1", help: "seed of the sums" },
    ...evalHandwritingOptions,
  },
  async run(context) {
    const [path, task] = context.words;
    if (!path)
      throw new UsageError("eval: MODEL is missing, want a file that `unrolled train … --out` wrote");
    const { net, about } = await loadModel(path);
    try {
      if (task !== undefined && task !== about.task)
        throw new UsageError(`${path} is a model of task "${about.task}", not of "${task}"`);
      if (about.task === "handwriting") return await evalHandwriting(net, context);
      if (about.task === "addition") return await evalAddition(net, context);
      if (about.task === "text") return await evalText(net, about, context);
      throw new Error(`${path}: a model of task "${about.task}", want addition, text or handwriting`);
    } finally {
      net.dispose();
    }
  },
};
