/** `unrolled train text`: a character LSTM learns a text by predicting the next character. */
import type { Network } from "../../models/network/network.ts";
import { DataError } from "../../wasm/errors.ts";
import { Vocabulary } from "../../tasks/text.ts";
import { type Command, type Context, UsageError, type Values } from "../command.ts";
import { readTextFile } from "../disk.ts";
import { loadToResume, saveModel } from "../open-model.ts";
import { checkOutputFile } from "../output-file.ts";
import { countText, percentText, Progress, timeText } from "../progress.ts";
import {
  bitsPerCharacter,
  split,
  type TextAbout,
  textData,
  textHash,
  textNet,
  type TextRecipe,
  trainTextNet,
} from "./text-model.ts";

/** Milliseconds between two saves while it trains. */
const SAVE_EVERY = 60_000;

const recipeOf = (values: Values): TextRecipe => ({
  cells: values.whole("cells", 1, 4096),
  seed: values.whole("seed", 0, 2 ** 52),
  steps: values.whole("steps", 1),
  batch: values.whole("batch", 1, 4096),
  window: values.whole("window", 1, 100_000),
  rate: values.number("rate", Number.MIN_VALUE, 10),
  heldOut: values.number("held-out", 0.001, 0.9),
});

/** Refuses a text too short for a prediction in either part. */
function checkLength(content: string, values: Values): void {
  const path = values.text("file")!;
  if (content === "") throw new DataError(`${path} is empty, want a text`);
  const lengths = split(content, recipeOf(values).heldOut).map((part) => [...part].length);
  if (Math.min(...lengths) < 2)
    throw new DataError(
      `${path}: ${lengths[0] + lengths[1]} characters leave ${lengths[0]} to learn from and ${lengths[1]} ` +
        "to test on, want at least 2 each: give a longer text, or another --held-out",
    );
}

/** What is trained: from the start, or from where a saved model was. */
interface Start {
  readonly net: Network;
  readonly recipe: TextRecipe;
  readonly vocabulary: Vocabulary;
  readonly hash: string;
  readonly bits: number;
}

async function start(content: string, values: Values): Promise<Start> {
  const recipe = recipeOf(values);
  const hash = textHash(content);
  const out = values.text("out");
  if (!values.on("resume")) {
    const vocabulary = Vocabulary.of(content);
    return { net: await textNet(recipe, vocabulary), recipe, vocabulary, hash, bits: NaN };
  }
  const { net, about } = await loadToResume<TextAbout>(out, "text");
  if (about.run.hash !== hash) {
    net.dispose();
    throw new UsageError(`--resume: ${out} was trained on another text than --file holds now`);
  }
  const vocabulary = new Vocabulary(about.vocabulary!);
  return { net, vocabulary, ...about.run };
}

/** Trains and saves, after a minute each and at the end; throws where it was stopped. */
async function learn(
  { screen, signal }: Context,
  { net, recipe, vocabulary, hash, bits: before }: Start,
  data: ReturnType<typeof textData>,
  out: string | undefined,
): Promise<number> {
  const progress = new Progress(screen, { title: "training", steps: recipe.steps, from: net.step });
  let saved = screen.clock();
  const save = (bits: number): void => {
    if (!out) return;
    const about: TextAbout = {
      task: "text",
      vocabulary: [...vocabulary.characters],
      run: { recipe, hash, bits },
    };
    saveModel(out, net, about);
    saved = screen.clock();
  };
  const bits = await trainTextNet({
    net,
    data: data.train,
    recipe,
    signal,
    bits: before,
    onStep(step, now) {
      progress.update(step, { bits: now });
      if (screen.clock() - saved > SAVE_EVERY) save(now);
    },
  });
  progress.end({ bits });
  save(bits);
  if (signal.aborted) {
    const where = out ? `; the model is in ${out}, and the same command with --resume goes on` : "";
    throw new Error(`stopped after ${net.step} steps${where}`);
  }
  return bits;
}

/** Tests on the tail, saves the net, and reports. */
async function report(
  { screen, signal, values }: Context,
  { net, recipe, vocabulary, hash }: Start,
  data: ReturnType<typeof textData>,
  training: { bits: number; start: number },
): Promise<void> {
  const out = values.text("out");
  const tested = await bitsPerCharacter(net, data.test, signal);
  const seconds = (screen.clock() - training.start) / 1000;
  if (out) {
    const about: TextAbout = {
      task: "text",
      vocabulary: [...vocabulary.characters],
      bits: tested.bits,
      run: { recipe, hash, bits: training.bits },
    };
    saveModel(out, net, about);
  }
  screen.line(
    `Held-out text: ${tested.bits.toFixed(3)} bits per character, ` +
      `${percentText(tested.accuracy)} of the characters guessed right, after ${timeText(seconds)}.`,
  );
  if (out) screen.line(`Write from it: unrolled sample ${out}`);
  screen.event({
    event: "result",
    task: "text",
    seed: recipe.seed,
    bits: tested.bits,
    accuracy: tested.accuracy,
    characters: tested.characters,
    trainingBits: training.bits,
    cells: recipe.cells,
    weights: net.size,
    steps: net.step,
    seconds: Number(seconds.toFixed(3)),
  });
}

export const trainText: Command = {
  name: "train text",
  words: "",
  maxWords: 0,
  summary: "Learn a text character by character with an LSTM, and report bits per character",
  details:
    "Trains on the first part of a file and tests on its tail. `unrolled sample` writes from the model.\n" +
    "Ctrl-C stops with the model saved; --resume goes on with the same bits, and takes all options but " +
    "--file and --out from the model.\n\n  unrolled train text --file shakespeare.txt --out " +
    "shakespeare.safetensors\n  unrolled sample shakespeare.safetensors --temperature 0.7",
  options: {
    file: { value: "FILE", help: "the text, UTF-8" },
    out: { value: "FILE", help: "save the model here, every minute and at the end" },
    resume: { help: "go on from the model in --out" },
    cells: { value: "N", default: "128", help: "LSTM cells" },
    steps: { value: "N", default: "4000", help: "training steps" },
    batch: { value: "N", default: "32", help: "stretches of text a step" },
    window: { value: "N", default: "64", help: "characters that gradients go back" },
    rate: { value: "X", default: "0.01", help: "step size of Adam at the start; it falls to nearly 0" },
    "held-out": { value: "X", default: "0.1", help: "share of the text to test on" },
    seed: { value: "N", default: "1", help: "seed of weights and batches" },
  },
  async run(context) {
    const { screen, values } = context;
    const startTime = screen.clock();
    recipeOf(values);
    checkOutputFile("out", values.text("out"));
    const content = readTextFile(values.needed("file", "a text file"));
    checkLength(content, values);
    const started = await start(content, values);
    const { net, recipe, vocabulary } = started;
    try {
      const data = textData(content, recipe, vocabulary);
      screen.line(
        `An LSTM of ${recipe.cells} cells (${countText(net.size)} weights) learns ` +
          `${countText(data.characters)} characters, ${vocabulary.size} different ones, and is tested on ` +
          `the next ${countText(data.testCharacters)} (seed ${recipe.seed})` +
          `${net.step ? `; it goes on from step ${countText(net.step)}` : ""}.`,
      );
      const bits = await learn(context, started, data, values.text("out"));
      await report(context, started, data, { bits, start: startTime });
    } finally {
      net.dispose();
    }
  },
};
