/**
 * What an acoustic net learns from: recordings with their labels as features, several distorted copies of
 * each, and batches in which they are bent and hidden afresh, and joined to longer ones, in every epoch. All
 * is a function of (seed, epoch, place), so a training that was stopped goes on with the same bits.
 */
import type { DataItem } from "../../data/item.ts";
import type { EpochSource } from "../../train/feed.ts";
import { Pace } from "../../train/pace.ts";
import type { Engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { distorted, whiteNoise } from "../augment/distort.ts";
import { bent, hide } from "../augment/disturb.ts";
import type { AugmentSpec } from "../augment/options.ts";
import { speechEngine, type SpeechEngine } from "../engine.ts";
import type { FrontEnd } from "../front-end.ts";
import { joined, Resampler } from "../resampler.ts";
import type { ReadSound } from "./recording.ts";
import { trimmed, type Sounding } from "./trim.ts";
import type { TargetOf } from "./targets.ts";
import type { AbortSignal } from "../../wasm/platform.ts";

/** A recording with its labels. */
export interface Example extends ReadSound {
  readonly labels: readonly number[];
}

/** Labels of a part of a copy, and its frames [from, to) that sound. */
export interface Part {
  readonly labels: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Features [T,F] of sound that a net learns from, and what it is made of. */
export interface Copy {
  readonly features: Float32Array;
  readonly parts: readonly Part[];
}

/** The copies of a recording: alone, the first one undistorted, and joined with others. */
export interface HeardExample {
  readonly alone: readonly Copy[];
  readonly joined: readonly Copy[];
}

/** Blocks of random numbers of one place in one epoch. */
const STRIDE = 2 ** 16;
/** The copies draw from here on, far behind all epochs. */
const COPIES = 2 ** 44;
/** Seconds of near silence around a distorted copy, at most. */
const MARGIN = 0.3;
/** Seconds of a recording without labels that are heard at once. */
const BACKGROUND = 1.5;
/** Share of the items that are joined recordings, once they are. */
const JOINED = 0.75;
/** Loudness of that near silence beside the recording's. */
const FAINT = 0.003;

/** The same sound with near silence of random length around it. */
function surrounded(
  engine: SpeechEngine,
  { samples, from, to }: Sounding,
  rate: number,
  random: Random,
): Sounding {
  const faint = FAINT * Math.sqrt(samples.reduce((sum, v) => sum + v * v, 0) / samples.length);
  const silence = (): Float64Array =>
    whiteNoise(engine, Math.floor(random.uniform() * MARGIN * rate), random).map((v) => faint * v);
  const before = silence();
  return {
    samples: joined([before, samples, silence()]),
    from: from + before.length,
    to: to + before.length,
  };
}

/** A distorted copy. */
function another(
  engine: SpeechEngine,
  sounding: Sounding,
  rate: number,
  augment: AugmentSpec,
  random: Random,
): Sounding {
  const samples = distorted(engine, sounding.samples, augment, random);
  const slower = samples.length / sounding.samples.length;
  const other = { samples, from: sounding.from * slower, to: sounding.to * slower };
  return surrounded(engine, other, rate, random);
}

/** What is heard of each recording. */
export interface HearOptions {
  readonly augment: AugmentSpec;
  /** Distorted copies of each. */
  readonly copies: number;
  /** Recordings that are joined at most; half of the copies are joined ones where it is above 1. */
  readonly join: number;
  readonly signal?: AbortSignal;
}

/** Hears recordings and their copies. */
class Hearing {
  readonly #engine: SpeechEngine;
  readonly #hear: FrontEnd;
  readonly #random: Random;
  readonly #options: HearOptions;
  readonly #examples: readonly { readonly sounding: Sounding; readonly labels: readonly number[] }[];

  constructor(
    engine: SpeechEngine,
    hear: FrontEnd,
    random: Random,
    examples: readonly Example[],
    options: HearOptions,
  ) {
    this.#engine = engine;
    this.#hear = hear;
    this.#random = random;
    this.#options = options;
    this.#examples = examples.map(({ samples, rate, labels }) => {
      const own = atRate(engine, samples, rate, hear.spec.rate);
      const part = labels.length > 0 ? trimmed(own, hear.spec.rate) : whole(own);
      return { labels, sounding: this.#fits(part.samples) ? part : whole(own) };
    });
  }

  /** All copies of recording i. */
  copies(i: number): HeardExample {
    const { copies, join } = this.#options;
    const { sounding, labels } = this.#examples[i];
    const alone = [this.#copy(sounding.samples, [{ ...sounding, labels }])];
    const together: Copy[] = [];
    for (let c = 0; c < copies; ++c) {
      this.#random.counter = COPIES + (i * copies + c) * STRIDE;
      if (join > 1 && c % 2 === 1) together.push(this.#joined(i));
      else alone.push(this.#joined(i, 1));
    }
    return { alone, joined: together };
  }

  #fits(samples: Float64Array): boolean {
    return samples.length >= 2 * this.#hear.spec.width;
  }

  /** Recording i with others before it, each distorted. */
  #joined(i: number, count = this.#random.integer(2, this.#options.join)): Copy {
    const random = this.#random;
    const samples: Float64Array[] = [];
    const parts: Part[] = [];
    let at = 0;
    for (let j = 0; j < count; ++j) {
      const { sounding, labels } =
        this.#examples[j === count - 1 ? i : random.integer(0, this.#examples.length - 1)];
      const { rate } = this.#hear.spec;
      const cut = labels.length > 0 ? sounding : shortened(sounding, BACKGROUND * rate, random);
      const other = another(this.#engine, cut, rate, this.#options.augment, random);
      samples.push(other.samples);
      parts.push({ labels, from: at + other.from, to: at + other.to });
      at += other.samples.length;
    }
    return this.#copy(joined(samples), parts);
  }

  #copy(samples: Float64Array, parts: readonly Part[]): Copy {
    const { hop } = this.#hear.spec;
    const padded = this.#fits(samples)
      ? samples
      : joined([samples, new Float64Array(2 * this.#hear.spec.width)]);
    return {
      features: this.#hear.features(padded),
      parts: parts.map(({ labels, from, to }) => ({ labels, from: from / hop, to: to / hop })),
    };
  }
}

const whole = (samples: Float64Array): Sounding => ({ samples, from: 0, to: samples.length });

/** A part of at most n samples, drawn. */
function shortened({ samples }: Sounding, n: number, random: Random): Sounding {
  if (samples.length <= n) return whole(samples);
  const from = random.integer(0, samples.length - Math.floor(n));
  return whole(samples.subarray(from, from + Math.floor(n)));
}

/** The samples at another rate. */
function atRate(engine: SpeechEngine, samples: Float64Array, from: number, to: number): Float64Array {
  if (from === to) return samples;
  const resampler = new Resampler(engine, from, to);
  try {
    return joined([resampler.push(samples), resampler.end()]);
  } finally {
    resampler.dispose();
  }
}

/** Hears every recording, and distorted copies of each; of those with labels the part that sounds. */
export async function hearExamples(
  hear: FrontEnd,
  random: Random,
  examples: readonly Example[],
  options: HearOptions,
): Promise<HeardExample[]> {
  const hearing = new Hearing(await speechEngine(), hear, random, examples, options);
  const pace = new Pace();
  const heard: HeardExample[] = [];
  for (let i = 0; i < examples.length && !options.signal?.aborted; ++i) {
    await pace.breathe();
    heard.push(hearing.copies(i));
  }
  return heard;
}

/** How batches are made. */
export interface BatchOptions {
  readonly batch: number;
  readonly seed: number;
  readonly augment: AugmentSpec;
  /** Epochs before joined recordings are learned from. */
  readonly alone: number;
  /** Frames a step of the net. */
  readonly stack: number;
  /** What the net is to answer. */
  readonly target: TargetOf;
  /** Columns of the features, and frames a second. */
  readonly columns: number;
  readonly frameRate: number;
  /** Features [T,F] as the net reads them, in steps. */
  input(features: Float64Array): Float64Array;
  /** Standardized features. */
  standardized(features: ArrayLike<number>): Float64Array;
}

/** Batches for a net whose loss is ctc. */
export class ExampleBatches implements EpochSource {
  readonly batchesPerEpoch: number;
  readonly #examples: readonly HeardExample[];
  readonly #options: BatchOptions;
  readonly #random: Random;
  #order: { epoch: number; places: Int32Array } | undefined;

  constructor(engine: Engine, examples: readonly HeardExample[], options: BatchOptions) {
    this.#examples = examples;
    this.#options = options;
    this.#random = new Random(engine, options.seed, streams.recordings);
    this.batchesPerEpoch = Math.ceil(examples.length / options.batch);
  }

  /** Batch n, counted through all epochs. */
  batch(n: number): DataItem[] {
    const { batch } = this.#options;
    const epoch = Math.floor(n / this.batchesPerEpoch);
    const from = (n % this.batchesPerEpoch) * batch;
    const places = this.#places(epoch);
    return Array.from(places.subarray(from, from + batch), (place, i) => this.#item(place, epoch, from + i));
  }

  #places(epoch: number): Int32Array {
    if (this.#order?.epoch !== epoch) {
      this.#random.counter = epoch * (this.#examples.length + 1) * STRIDE;
      this.#order = { epoch, places: this.#random.permutation(this.#examples.length) };
    }
    return this.#order.places;
  }

  /** The features of a copy, bent and hidden; of long ones without labels a part. */
  #item(place: number, epoch: number, i: number): DataItem {
    const random = this.#random;
    const { alone, columns: F, stack, frameRate, augment, standardized, input, target } = this.#options;
    random.counter = (epoch * (this.#examples.length + 1) + 1 + i) * STRIDE;
    const { alone: single, joined: together } = this.#examples[place];
    const joins = epoch >= alone && together.length > 0 && random.uniform() < JOINED;
    const choice = joins ? together : single;
    const { features, parts } = this.#cut(choice[random.integer(0, choice.length - 1)]);
    const labels = parts.reduce((sum, part) => sum + part.labels.length, 0);
    const rows = standardized(bent(features, F, augment, random, stack * (2 * labels + 1)));
    hide(rows, F, augment, random, frameRate);
    const slower = rows.length / features.length;
    const moved = parts.map((part) => ({ ...part, from: part.from * slower, to: part.to * slower }));
    const read = input(rows);
    return { input: read, ...target(moved, read.length / (F * stack), stack) };
  }

  #cut(copy: Copy): Copy {
    const { columns: F, frameRate } = this.#options;
    const most = Math.round(BACKGROUND * frameRate);
    const T = copy.features.length / F;
    if (T <= most || copy.parts.some(({ labels }) => labels.length > 0)) return copy;
    const from = this.#random.integer(0, T - most);
    return { features: copy.features.subarray(from * F, (from + most) * F), parts: [] };
  }
}
