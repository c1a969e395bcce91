/**
 * Recordings of speakers that there are not: a voice of the synthesizer for each, of its own pitch, throat,
 * tempo and accent. A few real speakers teach a net who they are as well as what they say; beside many
 * others it learns what is said.
 */
import { engine } from "../../wasm/engine.ts";
import { DataError, OptionError, knownOptions, seedOption, show, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { TextRecording } from "../recognizer/spec.ts";
import { pronunciations } from "./pronunciations.ts";
import { synthesizer } from "./synthesizer.ts";

/** Who is invented, and what they say. */
export interface InventedSpeakersOptions {
  /** The words that are said; see `Synthesizer.words`, or give a lexicon. */
  readonly words: readonly string[];
  /** Recordings, each by a speaker of its own. */
  readonly count: number;
  /** Words in a recording, at most: each has 1 to so many. Default 1. */
  readonly longest?: number;
  /** Samples a second. Default 8000. */
  readonly rate?: number;
  /** Ways to say a word in the synthesizer's sounds, the usual one first: `{ two: ["T UW", "T IH UW"] }`. */
  readonly lexicon?: Readonly<Record<string, readonly string[]>>;
  /** Default 1. */
  readonly seed?: number;
}

const WHO = "inventedSpeakers";
/** From the lowest to the highest: hertz, factors of the resonances and of the tempo, shares, decibels. */
const PITCH = [80, 180] as const;
const TRACT = [0.85, 1.2] as const;
const TEMPO = [0.8, 1.5] as const;
const VARIATION = [0.05, 0.12] as const;
const NOISE = [15, 45] as const;
/** Seconds around words, at most. */
const PAUSE = 0.2;
/** Share of the speakers who say a word in the usual way in any case. */
const USUAL = 0.5;

/**
 * Recordings with their texts and the places of the words, to learn from beside real ones. Throws
 * OptionError, DataError on words that are in no lexicon.
 */
export async function inventedSpeakers(options: InventedSpeakersOptions): Promise<TextRecording[]> {
  knownOptions(WHO, options, ["words", "count", "longest", "rate", "lexicon", "seed"]);
  const { words, rate = 8000 } = options;
  const count = whole(WHO, "count", options.count, 1, 1_000_000);
  const longest = whole(WHO, "longest", options.longest ?? 1, 1, 1000);
  const seed = seedOption(WHO, options.seed ?? 1);
  const ways = readWays(words, options.lexicon);
  const random = new Random(await engine("float64"), seed, streams.synthesizer);
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * random.uniform();
  const recordings: TextRecording[] = [];
  for (let i = 0; i < count; ++i) {
    const lexicon = Object.fromEntries(
      words.map((word, w) => {
        const way = random.uniform() < USUAL ? 0 : random.integer(0, ways[w].length - 1);
        return [word, ways[w][way]];
      }),
    );
    const voice = await synthesizer({
      rate,
      lexicon,
      pitch: between(PITCH),
      tract: between(TRACT),
      tempo: between(TEMPO),
      variation: between(VARIATION),
    });
    // all words alike often: the first one of a recording goes round
    const others = Array.from({ length: random.integer(1, longest) - 1 }, () =>
      random.integer(0, words.length - 1),
    );
    const text = [i % words.length, ...others].map((w) => words[w]).join(" ");
    const noise = between(NOISE);
    const said = voice.say(text, { pause: PAUSE, noise, seed: random.integer(0, 2 ** 31 - 1) });
    const places = said.words.map(({ from, to }) => [from, to] as const);
    recordings.push({ samples: said.samples, rate, text, places });
  }
  return recordings;
}

/** Ways to say each of the words. */
function readWays(words: unknown, given: InventedSpeakersOptions["lexicon"] = {}): (readonly string[])[] {
  if (!Array.isArray(words) || words.length === 0)
    throw new OptionError(`${WHO}: words is ${show(words)}, want an array of at least one word`);
  return words.map((word: string) => {
    const ways = Object.hasOwn(given, word) ? given[word] : pronunciations[word];
    if (Array.isArray(ways) && ways.length > 0) return ways as readonly string[];
    throw new DataError(
      `${WHO}: the word ${show(word)} is not known, want some of ` +
        `${Object.keys(pronunciations).join(", ")}; give a lexicon`,
    );
  });
}
