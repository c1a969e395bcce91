/**
 * A small formant synthesizer: texts in, speech out, a function of the seed. It speaks the digits, yes and
 * no, and what a lexicon spells in its sounds: enough to show and test what hears, without recordings.
 */
import { elementwise } from "../../wasm/elementwise.ts";
import { engine, type Engine } from "../../wasm/engine.ts";
import { DataError, OptionError, inRange, knownOptions, seedOption, show } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { whiteNoise } from "../augment/noise.ts";
import { speechEngine, type SpeechEngine } from "../engine.ts";
import { sampleRate } from "../options.ts";
import { joined } from "../resampler.ts";
import { phones, spokenWords } from "./phones.ts";
import { rendered } from "./render.ts";
import { momentsOf, targetsOf, type Voice } from "./tracks.ts";

/** Who speaks. */
export interface SynthesizerOptions extends Partial<Voice> {
  /** Samples a second. Default 8000. */
  readonly rate?: number;
  /** More words, or others, in sounds parted by spaces: `{ nine: "N AY N" }`. */
  readonly lexicon?: Readonly<Record<string, string>>;
}

/** How something is said. */
export interface SayOptions {
  /** Seconds of silence before, between and after words, at most; they vary by the seed. Default 0.2. */
  readonly pause?: number;
  /** Decibels of the speech above noise. Default 40. */
  readonly noise?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Where a word is in an utterance. */
export interface SpokenWord {
  /** As it is written. */
  readonly word: string;
  /** Seconds. */
  readonly from: number;
  /** Seconds. */
  readonly to: number;
}

/** What was said. */
export interface Utterance {
  /** [T] within -1..1. */
  readonly samples: Float32Array<ArrayBuffer>;
  /** Samples a second. */
  readonly rate: number;
  /** The words, with blanks between them. */
  readonly text: string;
  /** The words in their order. */
  readonly words: readonly SpokenWord[];
}

const WHO = "synthesizer";
const PEAK = 0.5; // of the loudest sample
const DECIBEL = 0.11512925464970229; // ln 10 / 20

/** A voice. */
export class Synthesizer {
  /** Samples a second. */
  readonly rate: number;
  readonly #speech: SpeechEngine;
  readonly #engine: Engine;
  readonly #voice: Voice;
  readonly #lexicon: ReadonlyMap<string, readonly string[]>;

  /** Use `synthesizer(options)`. */
  constructor(parts: {
    speech: SpeechEngine;
    engine: Engine;
    voice: Voice;
    rate: number;
    lexicon: ReadonlyMap<string, readonly string[]>;
  }) {
    this.#speech = parts.speech;
    this.#engine = parts.engine;
    this.#voice = parts.voice;
    this.#lexicon = parts.lexicon;
    this.rate = parts.rate;
  }

  /** The words that it can say. */
  get words(): readonly string[] {
    return [...this.#lexicon.keys()];
  }

  /** Says words parted by spaces. Throws DataError on words that it does not know. */
  say(text: string, options: SayOptions = {}): Utterance {
    const who = `${WHO}.say`;
    knownOptions(who, options, ["pause", "noise", "seed"]);
    const pause = inRange(who, "pause", options.pause ?? 0.2, 0, 10);
    const decibels = inRange(who, "noise", options.noise ?? 40, -20, 100);
    const random = new Random(this.#engine, seedOption(who, options.seed ?? 1), streams.synthesizer);
    const words = this.#wordsOf(who, text);
    const parts: Float64Array[] = [];
    const places: { word: string; from: number; to: number }[] = [];
    let at = 0;
    const add = (x: Float64Array): void => {
      parts.push(x);
      at += x.length;
    };
    const silence = (): void =>
      add(new Float64Array(Math.round(this.rate * pause * (0.3 + 0.7 * random.uniform()))));
    silence();
    for (const word of words) {
      const from = at / this.rate;
      add(this.#word(this.#lexicon.get(word)!, random));
      places.push({ word, from, to: at / this.rate });
      silence();
    }
    return { samples: this.#finished(joined(parts), decibels, random), rate: this.rate, text, words: places };
  }

  #word(names: readonly string[], random: Random): Float64Array {
    const targets = targetsOf(names, this.#voice, random);
    const moments = momentsOf(targets, this.#voice);
    const seconds = targets.reduce((sum, { ms }) => sum + ms / 1000, 0);
    const noise = whiteNoise(this.#speech, Math.round(seconds * this.rate), random);
    return rendered(this.#speech, moments, this.rate, noise);
  }

  /** The same with the loudest sample at PEAK, and noise so many decibels below the speech. */
  #finished(x: Float64Array, decibels: number, random: Random): Float32Array<ArrayBuffer> {
    const peak = x.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
    const scale = peak > 0 ? PEAK / peak : 1;
    const sounding = x.filter((v) => v !== 0);
    const power = sounding.reduce((sum, v) => sum + v * v, 0) / Math.max(1, sounding.length);
    const [factor] = elementwise(this.#speech, "mapExp", [-decibels * DECIBEL]);
    const deviation = scale * Math.sqrt(power) * factor;
    const noise = whiteNoise(this.#speech, x.length, random);
    return Float32Array.from(x, (v, t) => scale * v + deviation * noise[t]);
  }

  #wordsOf(who: string, text: unknown): string[] {
    const words = typeof text === "string" ? text.split(/\s+/).filter(Boolean) : [];
    if (words.length === 0) throw new DataError(`${who}: text is ${show(text)}, want words parted by spaces`);
    for (const word of words)
      if (!this.#lexicon.has(word))
        throw new DataError(
          `${who}: the word "${word}" is not known, want some of ${this.words.join(", ")}; give a lexicon`,
        );
    return words;
  }
}

/** Sounds of each word. Throws OptionError on sounds that there are not. */
function readLexicon(given: Readonly<Record<string, string>> = {}): Map<string, readonly string[]> {
  const lexicon = new Map<string, readonly string[]>();
  for (const [word, spelling] of Object.entries({ ...spokenWords, ...given })) {
    const names = typeof spelling === "string" ? spelling.split(/\s+/).filter(Boolean) : [];
    const unknown = names.find((name) => !(name in phones));
    if (names.length === 0 || unknown !== undefined)
      throw new OptionError(
        `${WHO}: lexicon of "${word}" is ${show(spelling)}, want some of ${Object.keys(phones).join(" ")}`,
      );
    lexicon.set(word, names);
  }
  return lexicon;
}

/** A voice: `const voice = await synthesizer({ pitch: 110 }); voice.say("three one four", { seed: 2 })`. */
export async function synthesizer(options: SynthesizerOptions = {}): Promise<Synthesizer> {
  knownOptions(WHO, options, ["pitch", "tract", "tempo", "variation", "rate", "lexicon"]);
  const voice = {
    pitch: inRange(WHO, "pitch", options.pitch ?? 110, 40, 500),
    tract: inRange(WHO, "tract", options.tract ?? 1, 0.5, 2),
    tempo: inRange(WHO, "tempo", options.tempo ?? 1, 0.3, 4),
    variation: inRange(WHO, "variation", options.variation ?? 0.05, 0, 0.5),
  };
  const rate = sampleRate(WHO, options.rate ?? 8000);
  const lexicon = readLexicon(options.lexicon);
  return new Synthesizer({
    speech: await speechEngine(),
    engine: await engine("float64"),
    voice,
    rate,
    lexicon,
  });
}
