/**
 * A recognizer by hidden Markov models: what a net, or Gaussians, say of each state's sound goes into
 * Viterbi's algorithm on the loop of all words. Robinson's recognizer (IEEE Transactions on Neural Networks
 * 5, 1994), and the one without a net that it was compared with.
 */
import { DataError, OptionError, show } from "../../wasm/errors.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import type { Hmm } from "../../models/hmm/model.ts";
import { DISPOSE, Lifetime, modelFactory, type ModelFactory } from "../../models/lifetime.ts";
import { SingleFit } from "../../models/single-fit.ts";
import { adaptNet, type AdaptOptions, type AdaptReport } from "../acoustic/adapt.ts";
import type { Example } from "../acoustic/examples.ts";
import { checkSounds, readSound, silenced, type ReadSound, type Sound } from "../acoustic/recording.ts";
import { isMany, readSounds, type Sounds } from "../acoustic/sounds.ts";
import { readTextRecordings } from "../acoustic/text-recordings.ts";
import { evaluateTexts } from "../recognizer/evaluation.ts";
import type { SpeechEvaluation, TextRecording } from "../recognizer/spec.ts";
import { Aligner } from "./align.ts";
import { readFitOptions } from "./fit-options.ts";
import { readHybrid, writeHybrid, type Emissions } from "./file.ts";
import { freshNet, makeParts, readSpec, type Parts } from "./parts.ts";
import { readPlaces, statesInPlaces } from "./places.ts";
import type {
  HybridFitOptions,
  HybridRecognizerSpec,
  HybridReport,
  HybridTranscript,
  PlacedWord,
} from "./spec.ts";
import { scaledLogs, type StateScores } from "./state-scores.ts";
import { stateCount, wordLoop, wordsOfPath, wordsOfStates, type WordStates } from "./topology.ts";
import { fitMixtures, fitNet } from "./training.ts";
import { VoiceWords } from "./voice.ts";

const WHO = "hybridRecognizer";

/** Its emissions once it is fitted, and the loop of its words. */
interface Fitted extends Emissions {
  readonly loop: Hmm;
}

const loopOf = (shape: WordStates, { stay }: StateScores): Promise<Hmm> =>
  hmm({ states: stateCount(shape), emission: "outside", ...wordLoop(shape, stay) });

/** Hears words by hidden Markov models. */
export class HybridRecognizer {
  readonly #parts: Parts;
  readonly #life = new Lifetime(WHO);
  #fitted: Fitted | undefined;
  readonly #fits = new SingleFit(this.#life);

  /** Use `hybridRecognizer(spec)`. */
  constructor(parts: Parts, fitted?: Fitted) {
    this.#parts = parts;
    this.#fitted = fitted;
    this.#life.own({
      dispose: () => {
        parts.hear.dispose();
        parts.acoustic?.dispose();
        this.#release();
      },
    });
  }

  /** The words that it can hear. */
  get words(): readonly string[] {
    return this.#parts.units.labels;
  }

  /** Samples a second. */
  get rate(): number {
    return this.#parts.hear.spec.rate;
  }

  /**
   * Learns, from the start; of recordings with the text "" that what they hold is silence: noise, breath, an
   * empty room. Where the recordings say the places of their words, these are learned and nothing is aligned:
   * ends of words are set more sharply then. Throws OptionError, DataError before anything changes,
   * DisposedError.
   */
  async fit(items: readonly TextRecording[], options: HybridFitOptions = {}): Promise<HybridReport> {
    const who = this.#fits.check("fit");
    const { epochs, batch, iterations, rounds, rest } = readFitOptions(who, options);
    const { shape, hear, acoustic, spec } = this.#parts;
    const all = this.#read(who, items);
    const places = readPlaces(who, items, all);
    const fits = all.filter(
      ({ samples, rate, labels }) => (samples.length / rate) * hear.frameRate > this.#shortest(labels.length),
    );
    if (fits.length === 0) throw new DataError(`${who}: all recordings are shorter than their texts' states`);
    return this.#fits.run(async () => {
      const features = fits.map((sound) => this.#cepstra(sound));
      const known =
        places &&
        fits.map((example, i) => {
          const steps = features[i].length / hear.columns;
          const own = { labels: example.labels, places: places.get(example)!, steps, rate: hear.frameRate };
          return statesInPlaces(shape, own);
        });
      const { scores, history, paths } = await fitMixtures({
        ...{ shape, features, iterations, examples: fits, width: hear.columns },
        ...{ components: spec.components, seed: spec.seed, known, signal: options.signal },
      });
      const task = { who, shape, examples: fits, paths, epochs, batch, rounds, options: rest };
      const net = acoustic && (await fitNet(acoustic, { ...task, arePathsKnown: known !== undefined }));
      const { mixtures, ...states } = scores;
      if (net) mixtures.dispose();
      await this.#install({ scores: net?.scores ?? states, mixtures: net ? undefined : mixtures });
      return {
        history: [...history, ...(net?.history ?? [])],
        steps: net?.steps ?? 0,
        tooShort: all.length - fits.length,
        ...(options.signal?.aborted ? { stopped: "signal" as const } : {}),
      };
    });
  }

  /**
   * Gets used to one speaker and microphone by recordings without texts, at least ten: the net learns the
   * states of what it hears itself, at the places where it heard that at first. Throws as `fit`, OptionError
   * where mixtures hear.
   */
  async adapt(sounds: Sounds, options: AdaptOptions = {}): Promise<AdaptReport> {
    const who = this.#fits.check("adapt");
    const [{ loop, scores }, { acoustic, shape }] = [this.#known(who), this.#parts];
    if (!acoustic) throw new OptionError(`${who}: mixtures do not adapt, want emission "net"`);
    const read = readSounds(who, sounds, this.rate);
    return this.#fits.run(async () => {
      const { words, stepSeconds } = this;
      const probabilities = (sound: ReadSound) => acoustic.probabilities(who, [sound])[0];
      const voice = new VoiceWords({
        ...{ shape, words, loop, stay: scores.stay, stepSeconds, probabilities },
        logs: (y) => scaledLogs(acoustic.net.engine, y, scores.priors!),
      });
      try {
        return await adaptNet(who, acoustic, {
          ...{ sounds: read, options, wordOf: wordsOfStates(shape), probabilities },
          prepare: () => voice.placeAll(read, options.signal),
          hear: (sound, y) => voice.hear(sound, y),
        });
      } finally {
        voice.dispose();
      }
    });
  }

  /** What each recording says, or one: bare samples at its rate, or `{ samples, rate }`; silence says "". */
  predict<S extends Sounds>(
    sounds: S,
  ): S extends readonly (Sound | ArrayLike<number>)[] ? HybridTranscript[] : HybridTranscript;
  predict(sounds: Sounds): HybridTranscript | HybridTranscript[] {
    const who = this.#life.check("predict");
    const heard = readSounds(who, sounds, this.rate).map((sound) => this.#transcript(who, sound));
    return isMany(sounds) ? heard : heard[0];
  }

  /** Where each word of a known text stands. Throws DataError where the recording is too short, or silent. */
  async align(sound: Sound, text: string): Promise<PlacedWord[]> {
    const who = this.#life.check("align");
    const { scores } = this.#known(who);
    const labels = this.#parts.units.encode(`${who}: text`, text);
    const read = readSound(who, sound, this.rate);
    if (labels.length > 0) checkSounds(`${who} (${show(text)})`, read);
    const aligner = new Aligner(this.#parts.shape, scores.stay);
    try {
      const path = await aligner.path(this.#logs(who, read), labels);
      if (!path) throw new DataError(`${who}: the recording is shorter than the states of ${show(text)}`);
      return this.#placed(path);
    } finally {
      aligner.dispose();
    }
  }

  /**
   * Probabilities [T,W+1] of the words and, last, of silence at each step, given the whole recording: what
   * `alignLabels` and `beamSearch` read; see `stepSeconds`. Of digital silence it is silence's alone.
   */
  probabilities(sound: Sound): Float64Array {
    const who = this.#life.check("probabilities");
    const { loop } = this.#known(who);
    const [states] = loop.posterior([this.#logs(who, readSound(who, sound, this.rate))]);
    const { shape } = this.#parts;
    const N = stateCount(shape);
    const K = shape.words + 1;
    const words = new Float64Array((states.length / N) * K);
    states.forEach((p, at) => {
      words[Math.floor(at / N) * K + Math.floor((at % N) / shape.states)] += p;
    });
    return words;
  }

  /** Seconds of one step of the states. */
  get stepSeconds(): number {
    const { acoustic, hear } = this.#parts;
    return acoustic?.stepSeconds ?? 1 / hear.frameRate;
  }

  /** How well it hears recordings with their texts. */
  evaluate(items: readonly TextRecording[]): SpeechEvaluation {
    const who = this.#life.check("evaluate");
    const heard = this.#read(who, items).map((sound) =>
      this.#transcript(who, sound).words.map(({ word }) => word),
    );
    return evaluateTexts(heard, items);
  }

  /** safetensors: the net with its standardization, or the mixtures, and the states. Throws OptionError. */
  save(): Uint8Array<ArrayBuffer> {
    const who = this.#life.check("save");
    return writeHybrid(WHO, this.#parts, this.#known(who));
  }

  /** Gives all memory back. */
  dispose(): void {
    this.#life.end();
  }

  /** `using recognizer = await hybridRecognizer(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** Frames below which a text of so many words does not fit. */
  #shortest(words: number): number {
    const { shape, acoustic } = this.#parts;
    return (words * shape.states + 1) * (acoustic?.spec.stack ?? 1) + 2;
  }

  #known(who: string): Fitted {
    if (this.#fitted) return this.#fitted;
    throw new OptionError(`${who}: the model was never fitted; call fit first`);
  }

  async #install(emissions: Emissions): Promise<void> {
    const loop = await loopOf(this.#parts.shape, emissions.scores);
    this.#release();
    this.#fitted = { ...emissions, loop };
  }

  #release(): void {
    this.#fitted?.mixtures?.dispose();
    this.#fitted?.loop.dispose();
  }

  #read(who: string, items: readonly TextRecording[]): Example[] {
    const { rate } = this;
    return readTextRecordings(who, items, {
      rate,
      labelsOf: (at, text) => this.#parts.units.encode(at, text),
    });
  }

  #cepstra({ samples, rate }: ReadSound): Float64Array {
    return Float64Array.from(this.#parts.hear.features(samples, { rate }));
  }

  /** ln p [T,N] of the states, but for a term a step; digital silence is nothing but the state of silence. */
  #logs(who: string, sound: ReadSound): Float64Array {
    const [{ scores, mixtures }, { acoustic, shape }] = [this.#known(who), this.#parts];
    const logs =
      acoustic && scores.priors
        ? scaledLogs(acoustic.net.engine, acoustic.probabilities(who, [sound])[0], scores.priors)
        : mixtures!.logs(this.#cepstra(sound));
    return silenced(sound, logs, stateCount(shape), { certain: 0, impossible: -Infinity });
  }

  #transcript(who: string, sound: ReadSound): HybridTranscript {
    const { loop } = this.#known(who);
    const words = this.#placed(loop.viterbi([this.#logs(who, sound)])[0].states);
    return { text: words.map(({ word }) => word).join(" "), words };
  }

  #placed(path: Int32Array): PlacedWord[] {
    return wordsOfPath(this.#parts.shape, path).map(({ word, from, to }) => ({
      word: this.words[word],
      from: from * this.stepSeconds,
      to: to * this.stepSeconds,
    }));
  }
}

async function create(spec: HybridRecognizerSpec): Promise<HybridRecognizer> {
  const own = readSpec(WHO, spec);
  return new HybridRecognizer(await makeParts(WHO, own, await freshNet(own)));
}

async function load(bytes: Uint8Array | ArrayBuffer): Promise<HybridRecognizer> {
  const { parts, emissions } = await readHybrid(WHO, bytes);
  return new HybridRecognizer(parts, { ...emissions, loop: await loopOf(parts.shape, emissions.scores) });
}

/** A recognizer: `const r = await hybridRecognizer({ words: ["yes", "no"], rate: 8000, seed: 1 })`. */
export const hybridRecognizer: ModelFactory<HybridRecognizerSpec, HybridRecognizer> = modelFactory(
  create,
  load,
);
