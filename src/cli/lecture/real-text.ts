/**
 * Bengio's language model on a text of one's own, beside an interpolated trigram: words of the text, those
 * seen fewer than four times as one, 80% of its paragraphs to learn from, a tenth to stop by, the last tenth
 * to be judged by. Three nets from seeds of their own are one model, the mean of their probabilities: a text
 * this short leaves much to where a net begins. (Bengio, Ducharme, Vincent & Jauvin 2003, sections 3 and 4.)
 */
import { delayTaps, dense, dropout, embedding } from "../../models/network/layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { adamW } from "../../optim/adam.ts";
import { cosine } from "../../optim/cosine.ts";
import type { DataItem } from "../../data/item.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import { DataError } from "../../wasm/errors.ts";
import type { LectureContext } from "./experiment.ts";
import { InterpolatedTrigram } from "./interpolated-trigram.ts";
import { atMost } from "./verdict.ts";

/** Words that are seen less often are one word. */
const RARE = 4;
const CONTEXT = 8;
const FEATURES = 80;
const HIDDEN = 200;
/** Shares of the features and of the hidden units that are dropped while it learns: the text is short. */
const DROPPED = [0.3, 0.45] as const;
const EPOCHS = 8;
/** Nets whose probabilities are averaged. */
const NETS = 3;
const BATCH = 12;
/** Sequences that are predicted at once: V probabilities a word take room. */
const CHUNK = 8;
/** Words that a text must have at least. */
const SHORTEST = 5000;

/** Where the bar stands when the experiment comes to the text. */
export const SENTENCES = 0.1;

/** Perplexities on the last tenth of a text. */
export interface TextResult {
  readonly words: number;
  readonly vocabulary: number;
  readonly trigram: number;
  readonly neural: number;
  /** Of both models' probabilities, mixed with weights by how often the context was seen. */
  readonly both: number;
}

/** On a text of one's own; Bengio et al. 2003 had 252 for 336 on the Brown corpus. */
export const onText = [
  atMost("text: perplexity of both / of the trigram", 252 / 336, (m: TextResult) => m.both / m.trigram),
];

/** Paragraphs of a text as words in small letters, and marks. */
const paragraphs = (text: string): string[][] =>
  text
    .toLowerCase()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.match(/[\p{L}\p{N}'’]+|[.,;:!?]/gu) ?? [])
    .filter((words) => words.length > 0);

/** The numbers of words, by a vocabulary of the training part; the last one stands for all others. */
function numbered(parts: readonly (readonly string[][])[]): { size: number; parts: Int32Array[][] } {
  const counts = new Map<string, number>();
  for (const words of parts[0]) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const known = [...counts].filter(([, count]) => count >= RARE).map(([word]) => word);
  const numbers = new Map(known.map((word, i) => [word, i]));
  const number = (word: string): number => numbers.get(word) ?? known.length;
  return {
    size: known.length + 1,
    parts: parts.map((part) => part.map((words) => Int32Array.from(words, number))),
  };
}

/** A sequence as an item: each word is predicted from those before; V is what stands before the first. */
const itemOf = (sequence: Int32Array, size: number): DataItem => ({
  input: Int32Array.from(sequence, (_, t) => (t === 0 ? size : sequence[t - 1])),
  target: sequence,
});

/** How often each word comes, as a share of all. */
function frequencies(sequences: readonly Int32Array[], size: number): Float64Array {
  const counts = new Float64Array(size);
  for (const sequence of sequences) for (const word of sequence) counts[word] += 1;
  const all = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => count / all);
}

/** What a net says of every word that came. */
function* probabilities(net: Network, sequences: readonly Int32Array[], size: number): Generator<number[]> {
  for (let i = 0; i < sequences.length; i += CHUNK) {
    const chunk = sequences.slice(i, i + CHUNK);
    const predicted = net.predict(chunk.map((sequence) => itemOf(sequence, size).input));
    for (const [j, sequence] of chunk.entries())
      yield Array.from(sequence, (word, t) => predicted[j][t * size + word]);
  }
}

/** e to the mean of -ln p. */
const perplexity = (all: readonly number[]): number =>
  Math.exp(all.reduce((sum, p) => sum - Math.log(p), 0) / all.length);

/** The parts of a text, in numbers of words: to learn from, to stop by, to be judged by. */
type Parts = readonly (readonly Int32Array[])[];

/** One net that has learned the text: what it gives to each word of the held part and of the judged one. */
async function learned(
  parts: Parts,
  size: number,
  nth: number,
  context: LectureContext,
): Promise<number[][][]> {
  const { seed, signal, progress } = context;
  const [train, held, test] = parts;
  const net = await network({
    input: 1,
    layers: [
      embedding(size + 1, FEATURES),
      delayTaps(CONTEXT),
      dropout(DROPPED[0]),
      dense(HIDDEN, { activation: "tanh" }),
      dropout(DROPPED[1]),
      dense(size),
    ],
    loss: "softmax",
    seed: seed + nth,
  });
  // it begins as a model of single words
  const output = frequencies(train, size);
  net.parameters.find(({ name }) => name === "dense6.b")!.set(elementwise(net.engine, "mapLog", output));
  const until = EPOCHS * Math.ceil(train.length / BATCH);
  const told = (epoch: number): number => SENTENCES + ((1 - SENTENCES) * (nth + epoch / EPOCHS)) / NETS;
  try {
    await net.fit(
      train.map((sequence) => itemOf(sequence, size)),
      {
        epochs: EPOCHS,
        batch: BATCH,
        optimizer: adamW({ rate: cosine({ from: 0.003, until }), decay: 0.1, clip: 1 }),
        validation: held.map((sequence) => itemOf(sequence, size)),
        keepBest: true,
        signal,
        onProgress: ({ epoch = 0, loss }) =>
          progress(told(epoch), `text: net ${nth + 1} of ${NETS}, loss ${loss.toFixed(2)}`),
      },
    );
    signal.throwIfAborted();
    return [held, test].map((part) => [...probabilities(net, part, size)]);
  } finally {
    net.dispose();
  }
}

/** Means of what several nets give to each word. */
const meanOf = (nets: readonly number[][][]): number[][] =>
  nets[0].map((sequence, i) =>
    sequence.map((_, t) => nets.reduce((sum, net) => sum + net[i][t], 0) / nets.length),
  );

/** Both models on a text. Throws DataError where it is too short. */
export async function compareOnText(text: string, context: LectureContext): Promise<TextResult> {
  const all = paragraphs(text);
  const words = all.reduce((sum, { length }) => sum + length, 0);
  if (words < SHORTEST || all.length < 10)
    throw new DataError(
      `7a-3: the text has ${words} words in ${all.length} paragraphs, want at least ${SHORTEST} in 10`,
    );
  const cuts = [0.8, 0.9].map((share) => Math.floor(share * all.length));
  const { size, parts } = numbered([all.slice(0, cuts[0]), all.slice(cuts[0], cuts[1]), all.slice(cuts[1])]);
  const [train, held, test] = parts;
  const trigram = new InterpolatedTrigram(size, train, held);
  const ofHeld: number[][][] = [];
  const ofTest: number[][][] = [];
  for (let nth = 0; nth < NETS; ++nth) {
    const [before, judged] = await learned(parts, size, nth, context);
    ofHeld.push(before);
    ofTest.push(judged);
    const [one, mean] = [before, meanOf(ofHeld)].map((lists) => perplexity(lists.flat()).toFixed(1));
    context.log(`Net ${nth + 1} on the text it stops by: perplexity ${one}; all so far together ${mean}.`);
  }
  // weights are chosen on the held tenth alone
  const mixture = new InterpolatedTrigram(size, train, held, meanOf(ofHeld));
  const neural = meanOf(ofTest);
  const counted = test.map((sequence) => Array.from(sequence, (_, t) => trigram.probability(sequence, t)));
  const mixed = test.map((sequence, i) => neural[i].map((p, t) => mixture.probability(sequence, t, p)));
  const [byTrigram, byNet, byBoth] = [counted, neural, mixed].map((lists) => perplexity(lists.flat()));
  return { words, vocabulary: size, trigram: byTrigram, neural: byNet, both: byBoth };
}
