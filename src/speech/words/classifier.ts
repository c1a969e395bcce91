/**
 * Which of some words a recording is: one word each, nothing else. Convolutions that see as much as a word,
 * and the mean over time of what they find (Waibel et al. 1989). Of a recording the part that sounds counts,
 * as in the training: silence has no part in that mean. An answer is the mean over the recording as it is and
 * as a longer and a shorter throat would have said it.
 */
import { DataError, inRange, knownOptions, OptionError, seedOption, show, whole } from "../../wasm/errors.ts";
import { Labels, mostProbable, type LabelEvaluation } from "../../jobs/labels.ts";
import { modelFactory, type ModelFactory } from "../../models/lifetime.ts";
import type { FitReport } from "../../models/network/fit.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { AdaptOptions, AdaptReport } from "../acoustic/adapt.ts";
import { AcousticNet } from "../acoustic/acoustic-net.ts";
import { hearingFitNames, type HearingFitOptions } from "../acoustic/fit-options.ts";
import { HearingModel, loadHearing } from "../acoustic/hearing-model.ts";
import type { Example } from "../acoustic/examples.ts";
import { checkSounds, DITHER, type ReadSound, type Sound } from "../acoustic/recording.ts";
import { isMany, readSounds, type Sounds } from "../acoustic/sounds.ts";
import { readTextRecordings } from "../acoustic/text-recordings.ts";
import { trimmed } from "../acoustic/trim.ts";
import type { TextRecording } from "../recognizer/spec.ts";
import { sampleRate } from "../options.ts";

const WHO = "wordClassifier";
const FRONT = 64; // units of the first convolutions
const STACK = 4; // frames a step
/** How bands are moved in the recordings whose answers are averaged. */
const WARPS: readonly number[] = [1, 0.9, 1.1];

/** What a classifier of words is. */
export interface WordClassifierSpec {
  /** Names of the words, at least two. */
  readonly words: readonly string[];
  /** Samples a second that it hears; recordings of other rates are resampled. */
  readonly rate: number;
  /** Mel bands. Default: the front end's, 40, below 16 kHz 26. */
  readonly bands?: number;
  /** Units of the later convolutions. Default 128. */
  readonly units?: number;
  /** Share of activities dropped while it learns. Default 0.3. */
  readonly drop?: number;
  /** Of weights, order and distortions. Default 1. */
  readonly seed?: number;
}

/** Options of `fit`. */
export interface WordClassifierFitOptions extends Omit<HearingFitOptions, "join"> {
  /** Recordings that are looked at after each epoch. */
  readonly validation?: readonly TextRecording[];
}

/** Options of `adapt`. */
export interface WordAdaptOptions extends AdaptOptions {
  /** Those of the words that this voice may say: what it heard is one of these. Default: all. */
  readonly words?: readonly string[];
}

/** Which word a recording is. */
export interface WordGuess {
  /** The likeliest word. */
  readonly word: string;
  /** Of each word; they add up to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

const fitNames = [...hearingFitNames.filter((name) => name !== "join"), "validation"];

/** Tells words apart. */
export class WordClassifier extends HearingModel {
  readonly #labels: Labels;

  /** Use `wordClassifier(spec)`. */
  constructor(acoustic: AcousticNet, words: readonly string[]) {
    super(WHO, acoustic);
    this.#labels = new Labels(WHO, words);
  }

  /** Names of the words. */
  get words(): readonly string[] {
    return this.#labels.names;
  }

  /**
   * Learns from recordings whose text is one word each. Throws OptionError, DataError before anything
   * changes, DisposedError.
   */
  async fit(
    items: readonly TextRecording[],
    { validation, ...options }: WordClassifierFitOptions = {},
  ): Promise<FitReport> {
    const who = this.checkFit();
    knownOptions(who, options, fitNames);
    const examples = this.#read(who, items);
    if (validation) this.#read(`${who}: validation`, validation);
    const look = () => ({ ...this.#evaluate(who, validation!) });
    return this.learn(who, () => examples, options, validation ? look : undefined);
  }

  /**
   * Gets used to one speaker and microphone by recordings without texts, at least ten: learns from what it
   * heard itself, the surest of it first (self-training), and standardizes as this voice wants it.
   * A file saved then is of this voice. Throws OptionError, DataError before anything changes, DisposedError.
   */
  async adapt(sounds: Sounds, options: WordAdaptOptions = {}): Promise<AdaptReport> {
    const who = this.checkFit("adapt");
    const { words = this.words, ...rest } = options;
    const said = this.#numbersOf(`${who}: words`, words);
    const read = readSounds(who, sounds, this.rate);
    const hear = (_: ReadSound, p: Floats) => {
      const label = said.reduce((best, k) => (p[k] > p[best] ? k : best));
      return [{ word: this.words[label], confidence: p[label], labels: [label], until: Infinity }];
    };
    return this.adaptTo(who, {
      sounds: read,
      options: rest,
      wordOf: this.words.map((_, k) => (said.includes(k) ? k : -1)),
      probabilities: (sound) => this.#answers(who, [sound])[0],
      hear,
    });
  }

  /**
   * The word of each recording, or of one: bare samples at the model's rate, or `{ samples, rate }`. Throws
   * DataError on what is none, and on silence: one of the words would be an answer to nothing.
   */
  predict<S extends Sounds>(
    sounds: S,
  ): S extends readonly (Sound | ArrayLike<number>)[] ? WordGuess[] : WordGuess;
  predict(sounds: Sounds): WordGuess | WordGuess[] {
    const who = this.check("predict");
    const read = readSounds(who, sounds, this.rate);
    read.forEach((sound, i) =>
      checkSounds(isMany(sounds) ? `${who}: recording ${i}` : `${who}: the recording`, sound),
    );
    const guesses = this.#answers(who, read).map((p) => ({
      word: this.words[mostProbable(p, p.length)],
      probabilities: this.#labels.byName(p),
    }));
    return isMany(sounds) ? guesses : guesses[0];
  }

  /** How well it does on recordings whose text is one word each; its loss is the mean of 1 - p(word). */
  async evaluate(items: readonly TextRecording[]): Promise<LabelEvaluation> {
    return this.#evaluate(this.check("evaluate"), items);
  }

  /** The words. */
  protected notes(): object {
    return { words: this.words };
  }

  /** The numbers of some of the words. */
  #numbersOf(who: string, words: readonly string[]): number[] {
    if (!Array.isArray(words) || words.length === 0)
      throw new OptionError(`${who} is ${show(words)}, want an array of some of the model's words`);
    return words.map((word, i) => this.#labels.number(`${who}[${i}]`, word));
  }

  #read(who: string, items: readonly TextRecording[]): Example[] {
    const { rate } = this;
    return readTextRecordings(who, items, { rate, labelsOf: (at, text) => [this.#labels.number(at, text)] });
  }

  /** [K] probabilities of each recording. */
  #answers(who: string, sounds: readonly ReadSound[]): Float64Array<ArrayBuffer>[] {
    const parts = sounds.map(({ samples, rate }) => ({ samples: trimmed(samples, rate).samples, rate }));
    const each = WARPS.map((warp) => this.acoustic.probabilities(who, parts, warp));
    return sounds.map((_, i) =>
      Float64Array.from(
        each[0][i],
        (_p, k) => each.reduce((sum, answers) => sum + answers[i][k], 0) / WARPS.length,
      ),
    );
  }

  #evaluate(who: string, items: readonly TextRecording[]): LabelEvaluation {
    const read = this.#read(who, items);
    const answers = this.#answers(who, read);
    const pairs = read.map(
      ({ labels }, i) => [labels[0], mostProbable(answers[i], answers[i].length)] as const,
    );
    const loss = read.reduce((sum, { labels }, i) => sum + 1 - answers[i][labels[0]], 0) / read.length;
    return { loss, ...this.#labels.figures(pairs), sequences: items.length };
  }
}

async function create(spec: WordClassifierSpec): Promise<WordClassifier> {
  knownOptions(WHO, spec, ["words", "rate", "bands", "units", "drop", "seed"]);
  const { names } = new Labels(WHO, spec?.words);
  const acoustic = await AcousticNet.make({
    hearing: {
      rate: sampleRate(WHO, spec.rate),
      bands: spec.bands,
      normalize: "level",
      deltas: 1,
      dither: DITHER,
    },
    classes: names.length,
    body: "convolutions",
    units: whole(WHO, "units", spec.units ?? 128, 1, 4096),
    stack: STACK,
    front: FRONT,
    bothWays: true,
    learns: "word",
    drop: inRange(WHO, "drop", spec.drop ?? 0.3, 0, 0.9),
    seed: seedOption(WHO, spec.seed ?? 1),
  });
  return new WordClassifier(acoustic, names);
}

const load = (bytes: Uint8Array | ArrayBuffer): Promise<WordClassifier> =>
  loadHearing(WHO, bytes, (acoustic, notes) => {
    const { names } = new Labels(`${WHO}.load`, notes.words as readonly string[]);
    if (names.length !== acoustic.spec.classes)
      throw new DataError(`${WHO}.load: the words do not fit the net`);
    return new WordClassifier(acoustic, names);
  });

/** A classifier: `const c = await wordClassifier({ words: ["yes", "no"], rate: 8000, seed: 1 })`. */
export const wordClassifier: ModelFactory<WordClassifierSpec, WordClassifier> = modelFactory(create, load);
