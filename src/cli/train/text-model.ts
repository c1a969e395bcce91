/** A character LSTM: how it is made, trained and scored. */
import { createHash } from "node:crypto";
import { dense } from "../../models/network/layers.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import { normal } from "../../models/network/initializers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { ramp } from "../../optim/schedule.ts";
import { text, type TextTask, type Vocabulary } from "../../tasks/text.ts";
import type { Item } from "../../train/task.ts";
import type { About } from "../open-model.ts";
import { turns } from "../turns.ts";

/** Steps of one stretch of text in a batch; gradients go back `window` steps, states all the way. */
const STRETCH = 16;
/** Pieces that the held-out text is cut in, and steps predicted at once between two looks at the signal. */
const PIECES = 64;
const AT_ONCE = 16;
const STEPS_AT_ONCE = 2 ** 14;
/** Steps over which the shown loss is averaged. */
const AVERAGE = 50;

/** What decides every bit of a training. */
export interface TextRecipe {
  readonly cells: number;
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly window: number;
  readonly rate: number;
  readonly heldOut: number;
}

/** Where a training was when it was saved. */
export interface TextRun {
  readonly recipe: TextRecipe;
  /** SHA-256 of the text, hexadecimal: the same training goes on with the same text alone. */
  readonly hash: string;
  /** Running mean of the training loss, bits a character. */
  readonly bits: number;
}

export type TextAbout = About & { run: TextRun };

/** SHA-256 of a text, hexadecimal. */
export const textHash = (content: string): string => createHash("sha256").update(content).digest("hex");

/** The first part of a text to train on and its tail to be tested on. */
export function split(content: string, heldOut: number): [train: string, tail: string] {
  const characters = [...content];
  const cut = Math.floor(characters.length * (1 - heldOut));
  return [characters.slice(0, cut).join(""), characters.slice(cut).join("")];
}

/** A text cut into windows to train on, and the pieces of its tail. */
export function textData(
  content: string,
  { heldOut, window }: TextRecipe,
  vocabulary: Vocabulary,
): { train: TextTask; test: Item[]; characters: number; testCharacters: number } {
  const [head, tail] = split(content, heldOut);
  return {
    train: text(head, { window: STRETCH * window, vocabulary }),
    test: text(tail, { vocabulary }).pieces(PIECES),
    characters: head.length,
    testCharacters: tail.length,
  };
}

/** One LSTM layer on one-of-K characters, and a softmax over the next one. */
export const textNet = ({ cells, seed }: TextRecipe, vocabulary: Vocabulary): Promise<Network> =>
  network({
    input: { symbols: vocabulary.size },
    loss: "softmax",
    seed,
    layers: [lstm(cells, { init: { input: normal(0.1) } }), dense(vocabulary.size)],
  });

export interface TextTraining {
  readonly net: Network;
  readonly data: TextTask;
  readonly recipe: TextRecipe;
  readonly signal: AbortSignal;
  /** Running mean of the loss where the training goes on. */
  readonly bits: number;
  /** Called after every step. */
  readonly onStep: (step: number, bits: number) => void;
}

/** Trains until the recipe's steps are done or the signal comes; the running mean of the loss, bits. */
export async function trainTextNet(training: TextTraining): Promise<number> {
  const { net, data, recipe, signal, onStep } = training;
  const { rate, steps, batch, window } = recipe;
  const optimizer = adam({
    rate: ramp({ from: rate, to: rate / 100, hold: steps / 4, until: steps }),
    clip: 1,
  });
  let { bits } = training;
  if (net.step >= steps) return bits;
  await net.fit(data, {
    optimizer,
    steps: steps - net.step,
    batch,
    truncate: window,
    signal,
    onProgress({ loss }) {
      const now = loss / Math.LN2;
      bits = net.step === 1 ? now : bits + (now - bits) / Math.min(net.step, AVERAGE);
      onStep(net.step, bits);
    },
  });
  return bits;
}

/** Pieces in groups of few steps in all, so that scoring can be stopped between them. */
function groups(pieces: readonly Item[]): Item[][] {
  const out: Item[][] = [];
  let steps = Infinity;
  for (const piece of pieces) {
    const last = out[out.length - 1];
    if (last === undefined || last.length === AT_ONCE || steps + piece.input.length > STEPS_AT_ONCE) {
      out.push([piece]);
      steps = piece.input.length;
    } else {
      last.push(piece);
      steps += piece.input.length;
    }
  }
  return out;
}

/** Bits a character on a text, predicted in pieces that each start from the initial state. */
export async function bitsPerCharacter(
  net: Network,
  pieces: readonly Item[],
  signal: AbortSignal,
): Promise<{ bits: number; accuracy: number; characters: number }> {
  const turn = turns(signal);
  let bits = 0;
  let right = 0;
  let characters = 0;
  for (const group of groups(pieces)) {
    await turn();
    const part = await net.evaluate(group);
    bits += part.bits! * part.steps;
    right += part.accuracy! * part.steps;
    characters += part.steps;
  }
  return { bits: bits / characters, accuracy: right / characters, characters };
}

/** Pieces of a whole text, short enough to stop between them. */
export const textPieces = (content: string, vocabulary: Vocabulary): Item[] => {
  const task = text(content, { vocabulary });
  return task.pieces(Math.max(PIECES, Math.ceil(task.ids.length / STEPS_AT_ONCE)));
};
