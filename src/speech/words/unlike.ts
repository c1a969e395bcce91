/**
 * Sound in which none of a spotter's words is, made for it to learn from: few recordings without a word are
 * known where words are taught, and a net that heard few takes half a word for all of it. Parts of the words,
 * their halves exchanged or joined to those of others, words backwards, words that nobody says by invented
 * speakers, and noise.
 */
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { engine } from "../../wasm/engine.ts";
import { whiteNoise } from "../augment/noise.ts";
import type { Example } from "../acoustic/examples.ts";
import { trimmed } from "../acoustic/trim.ts";
import { speechEngine } from "../engine.ts";
import { joined } from "../resampler.ts";
import { inventedSpeakers } from "../synthesizer/invented-speakers.ts";
import { phones } from "../synthesizer/phones.ts";

/** Shares of all that is made: pieces of the recordings, invented words; the rest is noise. */
const PIECES = 0.6;
const INVENTED = 0.35;
/** Where a word is cut, as shares of its length. */
const EARLIEST = 0.35;
const LATEST = 0.65;
/** Words in a recording of an invented speaker at most, how many there are, and sounds of a word. */
const LONGEST = 3;
const NONSENSE = 40;
const FEWEST_SOUNDS = 3;
const MOST_SOUNDS = 7;
/** Seconds of noise. */
const NOISE_SECONDS = 1.5;

/** What is made, and from what. */
interface UnlikeOptions {
  /** Recordings with and without words. */
  readonly examples: readonly Example[];
  /** How many are made. */
  readonly count: number;
  /** Samples a second of invented speakers and noise. */
  readonly rate: number;
  readonly seed: number;
}

/** The part of a recording that sounds. */
function sounding({ samples, rate }: Example): Float64Array {
  const { samples: all, from, to } = trimmed(samples, rate);
  return all.subarray(from, to);
}

/** Half a word, or two halves that are no word. */
function piece(word: Example, other: Example, random: Random): Float64Array {
  const x = sounding(word);
  const cut = Math.round(x.length * (EARLIEST + (LATEST - EARLIEST) * random.uniform()));
  const [first, second] = [x.subarray(0, cut), x.subarray(cut)];
  switch (random.integer(0, 4)) {
    case 0:
      return first;
    case 1:
      return second;
    case 2:
      return x.slice().reverse();
    case 3:
      return joined([second, first]);
    default: {
      const y = sounding(other);
      return joined([first, y.subarray(Math.round(y.length / 2))]);
    }
  }
}

/** Words of random sounds. */
function nonsense(random: Random): Record<string, readonly string[]> {
  const sounds = Object.keys(phones);
  return Object.fromEntries(
    Array.from({ length: NONSENSE }, (_, i) => {
      const length = random.integer(FEWEST_SOUNDS, MOST_SOUNDS);
      const said = Array.from({ length }, () => sounds[random.integer(0, sounds.length - 1)]);
      return [`word${i}`, [said.join(" ")]];
    }),
  );
}

/** Recordings without a word, all labels empty: a function of the examples and the seed. */
export async function soundsUnlike({ examples, count, rate, seed }: UnlikeOptions): Promise<Example[]> {
  const speech = await speechEngine();
  const random = new Random(await engine("float64"), seed, streams.unlike);
  const words = examples.filter(({ labels }) => labels.length > 0);
  const pieces = Array.from({ length: Math.round(PIECES * count) }, (_, i): Example => {
    const word = words[i % words.length];
    const others = examples.filter((other) => other.rate === word.rate && other.labels[0] !== word.labels[0]);
    const other = others.length > 0 ? others[random.integer(0, others.length - 1)] : word;
    return { samples: piece(word, other, random), rate: word.rate, labels: [] };
  });
  const invented = await inventedSounds(Math.min(count - pieces.length, Math.round(INVENTED * count)));
  const noises = Array.from({ length: count - pieces.length - invented.length }, (): Example => ({
    samples: whiteNoise(speech, Math.round(NOISE_SECONDS * rate), random),
    rate,
    labels: [],
  }));
  return [...pieces, ...invented, ...noises];

  async function inventedSounds(n: number): Promise<Example[]> {
    const lexicon = nonsense(random);
    if (n === 0) return [];
    const words = Object.keys(lexicon);
    const said = await inventedSpeakers({ words, lexicon, count: n, longest: LONGEST, rate, seed });
    return said.map(({ samples }) => ({ samples: Float64Array.from(samples), rate, labels: [] }));
  }
}
