/**
 * A spotter of words: a few recordings of each teach it, and then it listens. A small net that reads forwards
 * learns to name each word at its end; recordings without any of the words are its background, and so is
 * sound that is made of parts of the words. Alarms are raised where the mean probability of a word over the
 * last steps passes a threshold.
 */
import { DataError, inRange, knownOptions, seedOption, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { Labels, type LabelEvaluation } from "../../jobs/labels.ts";
import { modelFactory, type ModelFactory } from "../../models/lifetime.ts";
import type { FitReport } from "../../models/network/fit.ts";
import { AcousticNet } from "../acoustic/acoustic-net.ts";
import { hearingFitNames } from "../acoustic/fit-options.ts";
import type { Example } from "../acoustic/examples.ts";
import { HearingModel, loadHearing } from "../acoustic/hearing-model.ts";
import { DITHER, silenced, type ReadSound, type Sound } from "../acoustic/recording.ts";
import { isMany, readSounds, type Sounds } from "../acoustic/sounds.ts";
import { trimmed } from "../acoustic/trim.ts";
import { sampleRate } from "../options.ts";
import { Alarms, type AlarmRule } from "./detector.ts";
import { readWordRecordings, Words, type WordRecording } from "./items.ts";
import { wordScores, type WordScores } from "./score.ts";
import type { Calibration, SpotterFitOptions, WordAnswer, WordSpotterSpec } from "./spec.ts";
import { SpotterStream } from "./spotter-stream.ts";
import { soundsUnlike } from "./unlike.ts";
import { operatingPoints, thresholdFor } from "./threshold.ts";

const WHO = "wordSpotter";
/** How the class of recordings without a word is called in a confusion matrix. */
const NONE = "(none)";
const STACK = 3; // frames a step
const DROP = 0.08; // of activities, while it learns

/** What of a spec its file keeps. */
type Rule = Required<Pick<WordSpotterSpec, "words" | "rate" | "lookBack" | "refractory" | "threshold">>;

/** Hears words. */
export class WordSpotter extends HearingModel {
  readonly #rule: Rule;
  readonly #words: Words;
  #threshold: number;

  /** Use `wordSpotter(spec)`. */
  constructor(acoustic: AcousticNet, rule: Rule) {
    super(WHO, acoustic);
    this.#rule = rule;
    this.#words = new Words(WHO, rule.words);
    this.#threshold = rule.threshold;
  }

  /** Names of the words. */
  get words(): readonly string[] {
    return this.#words.names;
  }

  /** Mean probability from which on a word counts as heard. */
  get threshold(): number {
    return this.#threshold;
  }
  /** Throws OptionError on what is no probability. Streams keep the threshold that they were made with. */
  set threshold(value: number) {
    this.#threshold = inRange(WHO, "threshold", value, 0, 1);
  }

  /**
   * Learns from recordings, `word: null` for those that hold none of the words. The first call measures the
   * standardization, and needs recordings of every word. Throws OptionError, DataError before anything
   * changes, DisposedError.
   */
  async fit(items: readonly WordRecording[], options: SpotterFitOptions = {}): Promise<FitReport> {
    const who = this.checkFit();
    knownOptions(who, options, [...hearingFitNames, "validation", "negatives"]);
    const { validation, negatives, ...rest } = options;
    const share = inRange(who, "negatives", negatives ?? 1, 0, 100);
    const all = readWordRecordings(who, items, this.#words, this.rate);
    const [train, apart] = this.#split(who, items, all, validation);
    if (!train.some(({ labels }) => labels.length > 0))
      throw new DataError(`${who}: no recording holds a word, want some of each`);
    const missing = this.words.find((_, w) => !train.some(({ labels }) => labels[0] === w));
    if (missing !== undefined && !this.acoustic.fitted)
      throw new DataError(
        `${who}: no recording to learn "${missing}" from, want some, or leave it out of words`,
      );
    const look = () => ({ ...this.#evaluate(who, apart!) });
    const examples = () => this.#withNegatives(train, share);
    return this.learn(who, examples, { join: 3, ...rest }, apart ? look : undefined);
  }

  /**
   * The word of each recording, or of one: bare samples at the spotter's rate, or `{ samples, rate }`.
   * Digital silence, and what the dither of ±1e-4 hides, is none with probability 1.
   */
  predict<S extends Sounds>(
    sounds: S,
  ): S extends readonly (Sound | ArrayLike<number>)[] ? WordAnswer[] : WordAnswer;
  predict(sounds: Sounds): WordAnswer | WordAnswer[] {
    const who = this.check("predict");
    const read = readSounds(who, sounds, this.rate);
    const answers = this.#scores(who, read).map((scores) => this.#answer(scores));
    return isMany(sounds) ? answers : answers[0];
  }

  /** How well it does on recordings with their words; its last class, "(none)", is the background. */
  async evaluate(items: readonly WordRecording[]): Promise<LabelEvaluation> {
    const who = this.check("evaluate");
    return this.#evaluate(who, items);
  }

  /**
   * Sets the threshold to the lowest with at most so many false alarms an hour on sound without words, which
   * it hears as a stream does. Recordings with words among the items tell how many are missed.
   */
  async calibrate(
    items: readonly WordRecording[],
    options: { readonly falseAlarmsPerHour?: number } = {},
  ): Promise<Calibration> {
    const who = this.check("calibrate");
    knownOptions(who, options, ["falseAlarmsPerHour"]);
    const limit = inRange(who, "falseAlarmsPerHour", options.falseAlarmsPerHour ?? 1, 0);
    const read = readWordRecordings(who, items, this.#words, this.rate);
    const seconds = read.reduce(
      (sum, { labels, samples, rate }) => sum + (labels.length === 0 ? samples.length / rate : 0),
      0,
    );
    if (seconds === 0) throw new DataError(`${who}: no recording without a word, want some, with word: null`);
    const answers = this.acoustic.probabilities(who, read);
    const heard = read.map(({ labels }, i) => ({ word: labels[0] ?? null, probabilities: answers[i] }));
    const hours = seconds / 3600;
    const curve = operatingPoints(heard, this.words.length, hours, this.#alarmRule());
    this.#threshold = thresholdFor(curve, limit);
    return { threshold: this.#threshold, hours, curve };
  }

  /** Listens: samples in pieces of any length, words out. Throws OptionError where it was never fitted. */
  stream(options: { readonly rate?: number } = {}): SpotterStream {
    const who = this.check("stream");
    knownOptions(who, options, ["rate"]);
    const { net, standardized } = this.acoustic.stream(who);
    const { hear, spec, stepSeconds } = this.acoustic;
    return new SpotterStream({
      hear: hear.stream({ rate: sampleRate(who, options.rate ?? this.rate) }),
      net,
      alarms: new Alarms(this.words.length, this.#alarmRule()),
      words: this.words,
      input: standardized,
      columns: hear.columns,
      size: hear.columns * spec.stack,
      stepSeconds,
      check: (method) => void this.check(method),
    });
  }

  /** Words, and how they are listened for. */
  protected notes(): object {
    return { rule: { ...this.#rule, threshold: this.#threshold } };
  }

  /** The recordings, those without a word cut to what sounds, and others without one made of them. */
  async #withNegatives(train: readonly Example[], share: number): Promise<Example[]> {
    const cut = train.map((example) =>
      example.labels.length > 0
        ? example
        : { ...example, samples: trimmed(example.samples, example.rate).samples },
    );
    const count = Math.round(share * train.length);
    if (count === 0) return cut;
    const { seed } = this.acoustic.spec;
    return [...cut, ...(await soundsUnlike({ examples: train, count, rate: this.rate, seed }))];
  }

  #alarmRule(): AlarmRule {
    const { lookBack, refractory } = this.#rule;
    const steps = (seconds: number): number => Math.round(seconds / this.acoustic.stepSeconds);
    return {
      threshold: this.#threshold,
      lookBack: Math.max(1, steps(lookBack)),
      refractory: steps(refractory),
    };
  }

  #scores(who: string, sounds: readonly ReadSound[]): WordScores[] {
    const { lookBack } = this.#alarmRule();
    const W = this.words.length;
    return this.acoustic
      .probabilities(who, sounds)
      .map((p, i) => wordScores(silenced(sounds[i], p, W + 1), W, lookBack));
  }

  #answer({ words, none }: WordScores): WordAnswer {
    const best = likeliest(words, none);
    return {
      word: best === null ? null : this.words[best],
      probabilities: Object.fromEntries(this.words.map((word, w) => [word, words[w]])),
      none,
    };
  }

  #evaluate(who: string, items: readonly WordRecording[]): LabelEvaluation {
    const read = readWordRecordings(who, items, this.#words, this.rate);
    const W = this.words.length;
    const labels = new Labels(who, [...this.words, NONE]);
    const scores = this.#scores(who, read);
    const truth = read.map((example) => example.labels[0] ?? W);
    const pairs = scores.map(({ words, none }, i) => [truth[i], likeliest(words, none) ?? W] as const);
    const loss =
      scores.reduce((sum, { words, none }, i) => sum + (1 - (truth[i] === W ? none : words[truth[i]])), 0) /
      scores.length;
    return { loss, ...labels.figures(pairs), sequences: items.length };
  }

  #split(
    who: string,
    items: readonly WordRecording[],
    read: readonly Example[],
    validation: readonly WordRecording[] | number | undefined,
  ): [train: readonly Example[], apart?: readonly WordRecording[]] {
    if (validation === undefined) return [read];
    if (typeof validation !== "number") {
      readWordRecordings(`${who}: validation`, validation, this.#words, this.rate);
      return [read, validation];
    }
    inRange(who, "validation", validation, Number.MIN_VALUE, 1 - Number.EPSILON);
    const { net } = this.acoustic;
    const order = new Random(net.engine, net.spec.seed, streams.validation).permutation(items.length);
    const chosen = new Set(order.subarray(0, Math.max(1, Math.round(validation * items.length))));
    return [read.filter((_, i) => !chosen.has(i)), items.filter((_, i) => chosen.has(i))];
  }
}

/** The word with the largest probability, null where that of none is larger. */
function likeliest(words: Float64Array, none: number): number | null {
  const best = words.reduce((top, p, w) => (p > words[top] ? w : top), 0);
  return words[best] > none ? best : null;
}

async function create(spec: WordSpotterSpec): Promise<WordSpotter> {
  knownOptions(WHO, spec, ["words", "rate", "bands", "units", "lookBack", "refractory", "threshold", "seed"]);
  const { names } = new Words(WHO, spec?.words);
  const rate = sampleRate(WHO, spec.rate);
  const rule: Rule = {
    words: names,
    rate,
    lookBack: inRange(WHO, "lookBack", spec.lookBack ?? 0.15, 0.05, 60),
    refractory: inRange(WHO, "refractory", spec.refractory ?? 0.5, 0, 60),
    threshold: inRange(WHO, "threshold", spec.threshold ?? 0.5, 0, 1),
  };
  const acoustic = await AcousticNet.make({
    hearing: { rate, bands: spec.bands, energy: "pcen", dither: DITHER },
    classes: names.length + 1,
    body: "dilated",
    units: whole(WHO, "units", spec.units ?? 36, 1, 4096),
    stack: STACK,
    front: 0,
    bothWays: false,
    learns: "ends",
    drop: DROP,
    seed: seedOption(WHO, spec.seed ?? 1),
  });
  return new WordSpotter(acoustic, rule);
}

const load = (bytes: Uint8Array | ArrayBuffer): Promise<WordSpotter> =>
  loadHearing(WHO, bytes, (acoustic, notes) => new WordSpotter(acoustic, readRule(notes.rule, acoustic)));

/** The rule in a file. Throws OptionError, DataError. */
function readRule(rule: unknown, { spec, hear }: AcousticNet): Rule {
  const { words, rate, lookBack, refractory, threshold } = (rule ?? {}) as Rule;
  const who = `${WHO}.load`;
  const { names } = new Words(who, words);
  if (names.length + 1 !== spec.classes || rate !== hear.spec.rate)
    throw new DataError(`${who}: words and rate do not fit the net`);
  return {
    words: names,
    rate,
    lookBack: inRange(who, "lookBack", lookBack, 0.05, 60),
    refractory: inRange(who, "refractory", refractory, 0, 60),
    threshold: inRange(who, "threshold", threshold, 0, 1),
  };
}

/** A spotter: `const spotter = await wordSpotter({ words: ["yes", "no"], rate: 16000, seed: 1 })`. */
export const wordSpotter: ModelFactory<WordSpotterSpec, WordSpotter> = modelFactory(create, load);
