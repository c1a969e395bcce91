/**
 * A recognizer: recordings in, texts out. A net that reads both directions of time learns labels without
 * their places (connectionist temporal classification, Graves et al. 2006), and beam search finds the text,
 * with a word list and a model of words where there are such.
 */
import { alignLabels } from "../../inference/align-labels.ts";
import { beamSearch, type Hypothesis } from "../../inference/beam-search.ts";
import { modelFactory, type ModelFactory } from "../../models/lifetime.ts";
import type { FitReport } from "../../models/network/fit.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import { DataError, inRange, knownOptions, seedOption, show, whole } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { AdaptReport } from "../acoustic/adapt.ts";
import { AcousticNet } from "../acoustic/acoustic-net.ts";
import { hearingFitNames } from "../acoustic/fit-options.ts";
import { HearingModel, loadHearing } from "../acoustic/hearing-model.ts";
import type { Example } from "../acoustic/examples.ts";
import {
  checkSounds,
  DITHER,
  readSound,
  silenced,
  type ReadSound,
  type Sound,
} from "../acoustic/recording.ts";
import { isMany, readSounds, type Sounds } from "../acoustic/sounds.ts";
import { readTextRecordings } from "../acoustic/text-recordings.ts";
import { sampleRate } from "../options.ts";
import { candidates, confidences, fitTemperature } from "./confidence.ts";
import { parted, type HeardLabels } from "./parted.ts";
import { evaluateTexts, wordsOf } from "./evaluation.ts";
import type {
  HeardWord,
  RecognizerAdaptOptions,
  RecognizeOptions,
  RecognizerFitOptions,
  SpeechEvaluation,
  SpeechRecognizerSpec,
  TextRecording,
  Transcript,
} from "./spec.ts";
import { Units, type UnitSpec } from "./units.ts";

const WHO = "speechRecognizer";
const FRONT = 64; // units of the convolutions
const WIDTH = 16; // prefixes that beam search keeps
const SMALLEST = 1e-30; // a probability whose logarithm is taken is at least this

const recognizeNames = ["language", "weight", "bonus", "width"] as const;

/** Hears texts. */
export class SpeechRecognizer extends HearingModel {
  readonly #units: Units;
  #temperature: number;

  /** Use `speechRecognizer(spec)`. */
  constructor(acoustic: AcousticNet, units: Units, temperature: number) {
    super(WHO, acoustic);
    this.#units = units;
    this.#temperature = temperature;
  }

  /** Names of the labels, without the blank, which is the last class. */
  get labels(): readonly string[] {
    return this.#units.labels;
  }

  /** The words that it can hear, where they are known. */
  get words(): readonly string[] | undefined {
    return this.#units.words;
  }

  /**
   * Learns; from recordings with the text "" that what they hold is no word: noise, breath, an empty room.
   * Throws OptionError, DataError before anything changes, DisposedError.
   */
  async fit(items: readonly TextRecording[], options: RecognizerFitOptions = {}): Promise<FitReport> {
    const who = this.checkFit();
    knownOptions(who, options, [...hearingFitNames, "validation"]);
    const { validation, ...rest } = options;
    const examples = this.#read(who, items);
    if (validation) this.#read(`${who}: validation`, validation);
    const look = async () => {
      const figures = await this.#evaluate(who, validation!, {});
      return { loss: figures.wordError, ...figures };
    };
    return this.learn(who, () => examples, rest, validation ? look : undefined);
  }

  /**
   * Gets used to one speaker and microphone by recordings without texts, at least ten: learns from what it
   * heard itself, the surest of it first (self-training), and standardizes as this voice wants it.
   * A file saved then is of this voice. Throws OptionError, DataError before anything changes, DisposedError.
   */
  async adapt(sounds: Sounds, options: RecognizerAdaptOptions = {}): Promise<AdaptReport> {
    const who = this.checkFit("adapt");
    const { language, ...rest } = options;
    const read = readSounds(who, sounds, this.rate);
    const search = language ? { language } : {};
    return this.adaptTo(who, {
      sounds: read,
      options: rest,
      ...this.#units.parts,
      probabilities: (sound) => this.acoustic.probabilities(who, [sound])[0],
      hear: async (sound, y) => parted(sound, this.#heard(y, await this.#search(who, y, search))),
    });
  }

  /**
   * What each recording says, or one: bare samples at the recognizer's rate, or `{ samples, rate }`. Digital
   * silence, and what the dither of ±1e-4 hides, says "".
   */
  async predict<S extends Sounds>(
    sounds: S,
    options: RecognizeOptions = {},
  ): Promise<S extends readonly (Sound | ArrayLike<number>)[] ? Transcript[] : Transcript> {
    const who = this.check("predict");
    const read = readSounds(who, sounds, this.rate);
    const found: Transcript[] = [];
    for (const y of this.#probabilities(who, read))
      found.push(this.#transcript(y, await this.#search(who, y, options)));
    return (isMany(sounds) ? found : found[0]) as never;
  }

  /**
   * Probabilities [T,K] of the labels and, last, the blank, for other decoders; see `stepSeconds`. Where
   * `predict` says "" of silence, the blank has 1 at every step.
   */
  probabilities(sound: Sound): Floats {
    const who = this.check("probabilities");
    return this.#probabilities(who, [readSound(who, sound, this.rate)])[0];
  }

  /** Seconds of one step of `probabilities`. */
  get stepSeconds(): number {
    return this.acoustic.stepSeconds;
  }

  /** Where each word of a known text stands. Throws DataError where no alignment fits, on silence too. */
  align(sound: Sound, text: string): HeardWord[] {
    const who = this.check("align");
    const labels = this.#units.encode(`${who}: text`, text);
    const read = readSound(who, sound, this.rate);
    if (labels.length === 0) return [];
    checkSounds(`${who} (${show(text)})`, read);
    const [y] = this.#probabilities(who, [read]);
    return this.#places(y, labels).map((place) => ({ ...place, confidence: 1 }));
  }

  /** How well it hears recordings with their texts. */
  async evaluate(items: readonly TextRecording[], options: RecognizeOptions = {}): Promise<SpeechEvaluation> {
    return this.#evaluate(this.check("evaluate"), items, options);
  }

  /** Makes confidences as often right as they say, by recordings that it did not learn from. */
  async calibrate(items: readonly TextRecording[], options: RecognizeOptions = {}): Promise<number> {
    const who = this.check("calibrate");
    const read = this.#read(who, items);
    const readings = [];
    for (const [i, y] of this.#probabilities(who, read).entries()) {
      const list = candidates(await this.#search(who, y, options), (labels) => this.#units.decode(labels));
      readings.push({ list, truth: wordsOf(items[i].text) });
    }
    this.#temperature = fitTemperature(this.acoustic.net.engine, readings);
    return this.#temperature;
  }

  /** Labels and temperature. */
  protected notes(): object {
    return { units: this.#units.spec, temperature: this.#temperature };
  }

  #read(who: string, items: readonly TextRecording[]): Example[] {
    const { rate } = this;
    return readTextRecordings(who, items, { rate, labelsOf: (at, text) => this.#units.encode(at, text) });
  }

  /** Probabilities [T,K] of each recording; of a silent one all is the blank's. */
  #probabilities(who: string, sounds: readonly ReadSound[]): Floats[] {
    const K = this.labels.length + 1;
    return this.acoustic.probabilities(who, sounds).map((y, i) => silenced(sounds[i], y, K));
  }

  /** The likeliest texts of a sound, y its probabilities. */
  async #search(who: string, y: Floats, options: RecognizeOptions): Promise<Hypothesis[]> {
    knownOptions(who, options, recognizeNames);
    const { language, width = WIDTH, ...rest } = options;
    const own = this.#units.language(language);
    return beamSearch(y, {
      classes: this.labels.length + 1,
      width,
      ...rest,
      ...(own ? { language: own } : {}),
    });
  }

  #transcript(y: Floats, hypotheses: readonly Hypothesis[]): Transcript {
    const { words: said, sure } = this.#judged(hypotheses);
    if (said.length === 0) return { text: "", words: [] };
    const words = this.#places(y, hypotheses[0].labels).map((place, i) => ({
      ...place,
      confidence: sure[i],
    }));
    return { text: said.join(" "), words };
  }

  /** The words of the transcript with their labels, for `adapt`. */
  #heard(y: Floats, hypotheses: readonly Hypothesis[]): HeardLabels[] {
    const labels = hypotheses[0]?.labels ?? [];
    const ranges = this.#units.wordRanges(labels);
    const { words } = this.#transcript(y, hypotheses);
    return words.map((word, i) => ({ ...word, labels: labels.slice(...ranges[i]) }));
  }

  /** The words of the best hypothesis, and how sure each is. */
  #judged(hypotheses: readonly Hypothesis[]): { words: readonly string[]; sure: readonly number[] } {
    const list = candidates(hypotheses, (labels) => this.#units.decode(labels));
    return {
      words: list[0]?.words ?? [],
      sure: confidences(this.acoustic.net.engine, list, this.#temperature),
    };
  }

  /** Words of labels with their seconds. */
  #places(y: Floats, labels: readonly number[]): Omit<HeardWord, "confidence">[] {
    const logs = elementwise(
      this.acoustic.net.engine,
      "mapLog",
      Float64Array.from(y, (p) => Math.max(p, SMALLEST)),
    );
    const { spans } = alignLabels(logs, labels, { classes: this.labels.length + 1 });
    const words = this.#units.decode(labels);
    return this.#units
      .wordRanges(labels)
      .map(([first, behind], i) => ({
        word: words[i],
        from: spans[first].from * this.stepSeconds,
        to: spans[behind - 1].to * this.stepSeconds,
      }));
  }

  async #evaluate(
    who: string,
    items: readonly TextRecording[],
    options: RecognizeOptions,
  ): Promise<SpeechEvaluation> {
    const read = this.#read(who, items);
    const heard: string[][] = [];
    for (const y of this.#probabilities(who, read))
      heard.push(this.#units.decode((await this.#search(who, y, options))[0]?.labels ?? []));
    return evaluateTexts(heard, items);
  }
}

async function create(spec: SpeechRecognizerSpec): Promise<SpeechRecognizer> {
  knownOptions(WHO, spec, [
    "units",
    "words",
    "alphabet",
    "lexicon",
    "rate",
    "bands",
    "cells",
    "stack",
    "seed",
  ]);
  const { rate, bands, cells, stack, seed, ...unitSpec } = spec;
  const units = new Units(WHO, unitSpec);
  const acoustic = await AcousticNet.make({
    hearing: { rate: sampleRate(WHO, rate), bands, normalize: "level", deltas: 1, dither: DITHER },
    classes: units.labels.length + 1,
    units: whole(WHO, "cells", cells ?? 64, 1, 4096),
    stack: whole(WHO, "stack", stack ?? 3, 1, 20),
    front: FRONT,
    bothWays: true,
    learns: "order",
    drop: 0.3,
    seed: seedOption(WHO, seed ?? 1),
  });
  return new SpeechRecognizer(acoustic, units, 1);
}

const load = (bytes: Uint8Array | ArrayBuffer): Promise<SpeechRecognizer> =>
  loadHearing(WHO, bytes, (acoustic, notes) => {
    const units = new Units(`${WHO}.load`, notes.units as UnitSpec);
    if (units.labels.length + 1 !== acoustic.spec.classes)
      throw new DataError(`${WHO}.load: the labels do not fit the net`);
    return new SpeechRecognizer(acoustic, units, inRange(WHO, "temperature", notes.temperature, 0.01, 1000));
  });

/** A recognizer: `const r = await speechRecognizer({ units: "words", words: ["yes", "no"], rate: 8000 })`. */
export const speechRecognizer: ModelFactory<SpeechRecognizerSpec, SpeechRecognizer> = modelFactory(
  create,
  load,
);
