/** `unrolled train writer`: a net learns to write texts by hand (Graves 2013, chapter 5). */
import { handwritingReader } from "../../handwriting/reader/reader.ts";
import { strokesOf, type Ink } from "../../handwriting/ink.ts";
import { readHandwriting } from "../../handwriting/read-folder.ts";
import { lessonsOf } from "../../handwriting/writer/lessons.ts";
import { styleNotes } from "../../handwriting/writer/style.ts";
import { writerForm } from "../../handwriting/writer/text.ts";
import { writerSpec } from "../../handwriting/writer/net.ts";
import { type Network, network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { ramp } from "../../optim/schedule.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { DataItem } from "../../data/item.ts";
import type { Command, Context, Values } from "../command.ts";
import { diskFolder } from "../disk.ts";
import { type About, loadToResume, withAbout } from "../open-model.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { countText, Progress, timeText } from "../progress.ts";

/** What decides every bit of a training. */
interface Recipe {
  readonly characters: string;
  readonly units: number;
  readonly components: number;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly fall: number;
  readonly clip: number;
  readonly pairs: number;
  readonly seed: number;
  readonly clean: number;
}
type WriterAbout = About & { run: Recipe };

const TASK = "writer";
const CHARACTERS = " '-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** A hand needs so many words, and so many of them are read to see how clear it is. */
const HAND = { words: 100, read: 10 };
/** Words of other people that are looked at after each epoch. */
const LOOKED = 300;

const recipeOf = (values: Values): Recipe => ({
  characters: values.needed("characters", "characters"),
  units: values.whole("units", 1),
  components: values.whole("components", 1, 1000),
  epochs: values.whole("epochs", 1),
  batch: values.whole("batch", 1),
  rate: values.number("rate", 0),
  fall: values.number("fall", 0, 1),
  clip: values.number("clip", 1e-9),
  pairs: values.number("pairs", 0, 1),
  seed: values.whole("seed", 0, 2 ** 52),
  clean: values.number("clean", 0),
});

/** The ink of each hand whose texts have no other characters. */
function handsOf(inks: readonly Ink[], characters: string): Ink[][] {
  const hands = new Map<string, Ink[]>();
  const known = new Set(characters);
  for (const ink of inks) {
    if ([...ink.text].some((c) => !known.has(c))) continue;
    const name = ink.writer ?? "";
    const hand = hands.get(name);
    if (hand) hand.push(ink);
    else hands.set(name, [ink]);
  }
  return [...hands.values()];
}

/** The hands of many words that a reader reads with at most this label error. */
async function clearHands(hands: readonly Ink[][], most: number): Promise<Ink[][]> {
  const many = hands.filter(({ length }) => length >= HAND.words);
  using reader = await handwritingReader();
  const clear: Ink[][] = [];
  for (const hand of many) {
    const some = Array.from(
      { length: HAND.read },
      (_, i) => hand[Math.floor(((i + 0.5) * hand.length) / HAND.read)],
    );
    const items = some.map(({ text, points }) => ({ text, strokes: strokesOf(points) }));
    if ((await reader.evaluate(items)).labelError <= most) clear.push(hand);
  }
  return clear;
}

/** The hands of one part of the data. */
async function readHands(
  context: Context,
  recipe: Recipe,
  option: "train-split" | "valid-split",
): Promise<Ink[][]> {
  const { screen, signal, values } = context;
  const folder = diskFolder(values.needed("data", "the folder of the handwriting"));
  const split = values.needed(option, "a split");
  const inks = await readHandwriting(folder, {
    split,
    signal,
    onNotice: (sentence) => screen.line(sentence),
  });
  return handsOf(inks, recipe.characters);
}

/** The net: a new one, or that of --out with --resume. */
async function start({ values }: Context, recipe: Recipe, hands: readonly Ink[][]): Promise<Network> {
  const { characters, units, components, seed } = recipe;
  if (values.on("resume")) return (await loadToResume<WriterAbout>(values.text("out"), TASK)).net;
  const styles = styleNotes(hands);
  return network({
    ...writerSpec({ alphabet: characters, units, components }),
    seed,
    notes: { writer: { alphabet: characters }, styles },
  });
}

/** Trains, with the net in --out after every epoch. */
async function learn(
  context: Context,
  net: Network,
  recipe: Recipe,
  data: { train: DataItem[]; valid: DataItem[] },
): Promise<number> {
  const { screen, signal, values } = context;
  const { epochs, batch, rate, fall, clip } = recipe;
  const out = values.needed("out", "a file");
  const about: WriterAbout = { task: TASK, run: recipe };
  const steps = epochs * Math.ceil(data.train.length / batch);
  const progress = new Progress(screen, { title: "training", steps, from: net.step });
  const schedule = ramp({ from: rate, to: 0, hold: Math.round(steps * (1 - fall)), until: steps });
  const { history, stopped } = await net.fit(data.train, {
    epochs,
    batch,
    optimizer: adam({ rate: schedule, clip }),
    validation: data.valid,
    signal,
    onProgress: ({ step, loss }) => progress.update(step, { loss }),
    onRecord({ epoch, loss, validation }) {
      screen.event({ event: "epoch", epoch, loss, validation: validation?.loss });
      screen.line(
        `epoch ${epoch}: ${loss.toFixed(3)} nats a step, ${validation?.loss?.toFixed(3)} of others' words`,
      );
    },
    checkpoint: (bytes) => writeWhole(out, withAbout(bytes, about)),
  });
  progress.end();
  if (stopped === "signal")
    throw new Error(`stopped at step ${countText(net.step)}; the same command with --resume goes on`);
  return history.at(-1)?.loss ?? NaN;
}

export const trainWriter: Command = {
  name: "train writer",
  words: "",
  maxWords: 0,
  summary: "Learn to write texts by hand, as handwritingWriter does",
  details:
    "DIR holds handwriting as for `unrolled train handwriting`. Hands of many words that the shipped " +
    "reader reads well are learned,\nword by word, and pairs of words so that a style can be gone on with. " +
    "After every epoch the net is in --out, and --resume\ngoes on from it with the same bits; options that " +
    "shape the training are to be the same.\n\n  unrolled train writer --data unipen --out " +
    "models/writer.safetensors",
  options: {
    data: { value: "DIR", help: "where the handwriting is" },
    out: { value: "FILE", default: "models/writer.safetensors", help: "the net goes here" },
    resume: { help: "go on from the net in --out" },
    characters: {
      value: "TEXT",
      default: CHARACTERS,
      help: "what it learns to write; other texts are left out",
    },
    clean: { value: "X", default: "0.03", help: "largest label error with which the reader reads a hand" },
    units: { value: "N", default: "128", help: "LSTM units of either layer" },
    components: { value: "N", default: "12", help: "Gaussians of a move" },
    epochs: { value: "N", default: "40", help: "times that every word is seen" },
    batch: { value: "N", default: "16", help: "words a step" },
    rate: { value: "X", default: "0.003", help: "step size of Adam" },
    fall: { value: "X", default: "0.3", help: "share of the training over which the rate falls to 0" },
    clip: { value: "X", default: "1", help: "longest gradient" },
    pairs: {
      value: "X",
      default: "0.25",
      help: "share of the words that are seen once more with another behind them",
    },
    seed: { value: "N", default: "1", help: "seed of weights, order and pairs" },
    "train-split": { value: "NAME", default: "train", help: "words to learn from" },
    "valid-split": { value: "NAME", default: "valid", help: "words to look at" },
  },
  async run(context) {
    const { screen, values } = context;
    const began = screen.clock();
    const recipe = recipeOf(values);
    checkOutputFile("out", values.needed("out", "a file"));
    const hands = await clearHands(await readHands(context, recipe, "train-split"), recipe.clean);
    if (hands.length === 0)
      throw new Error(
        `no hand of ${HAND.words} words is read with a label error of ${recipe.clean}; want a larger --clean`,
      );
    const others = await readHands(context, recipe, "valid-split");
    using net = await start(context, recipe, hands);
    const form = writerForm("train writer", net);
    const random = new Random(net.engine, recipe.seed, streams.inkOrder);
    const train = lessonsOf(hands, form, { random, pairs: recipe.pairs });
    const valid = lessonsOf(others, form, { random, pairs: 0 }).slice(0, LOOKED);
    screen.line(
      `${countText(net.size)} weights learn from ${countText(train.length)} pieces of ${hands.length} hands` +
        `${net.step ? `; going on from step ${countText(net.step)}` : ""}.`,
    );
    const loss = await learn(context, net, recipe, { train, valid });
    const seconds = (screen.clock() - began) / 1000;
    screen.line(`${loss.toFixed(3)} nats a step after ${timeText(seconds)}.`);
    screen.event({ event: "result", task: TASK, loss, weights: net.size, steps: net.step, seconds });
    return true;
  },
};
