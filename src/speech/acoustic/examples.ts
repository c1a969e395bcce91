/**
 * What an acoustic net learns from: recordings with their labels as features, and several distorted copies of
 * each, alone and joined to longer ones. All is a function of the seed and the place.
 */
import { Pace } from "../../train/pace.ts";
import { type Random } from "../../wasm/random.ts";
import { distorted } from "../augment/distort.ts";
import { aboveGate } from "../augment/gate.ts";
import { amplitude, between, whiteNoise } from "../augment/noise.ts";
import type { AugmentSpec } from "../augment/options.ts";
import { speechEngine, type SpeechEngine } from "../engine.ts";
import type { FrontEnd } from "../front-end.ts";
import { joined, Resampler } from "../resampler.ts";
import type { ReadSound } from "./recording.ts";
import { trimmed, type Sounding } from "./trim.ts";
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
export const STRIDE = 2 ** 16;
/** The copies draw from here on, far behind all epochs. */
const COPIES = 2 ** 44;
/** Seconds of near silence around a distorted copy, at most. */
const MARGIN = 0.3;
/** Seconds of a recording without labels that are heard at once. */
export const BACKGROUND = 1.5;
/** Decibels below the loudest frame at which recorders hear nothing. */
const GATES = [8, 25] as const;
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
  const samples = distorted(engine, sounding.samples, augment, rate, random);
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
  /** Whether labels stand over the whole recording, which is not cut to what sounds then. */
  readonly whole?: boolean;
  /** Whether joined recordings may follow each other without the silence that each began or ended with. */
  readonly tight?: boolean;
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
      const part = labels.length > 0 && !options.whole ? trimmed(own, hear.spec.rate) : whole(own);
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

  /** One word, of which an end may be lost; not where labels stand over the whole recording. */
  #docked(part: Sounding): Sounding {
    const random = this.#random;
    const { augment, whole: labelsInTime } = this.#options;
    const { cut, gate } = augment;
    if (labelsInTime) return part;
    const isGated = gate > 0 && random.uniform() < gate;
    if (!isGated && (cut === 0 || random.uniform() < 0.5)) return part;
    const left = isGated ? this.#gated(part) : docked(part, cut, random);
    return this.#fits(left.samples) ? left : part;
  }

  /** What a recorder keeps of a word that stops where it hears nothing. */
  #gated({ samples, from, to }: Sounding): Sounding {
    const heard = samples.subarray(Math.floor(from), Math.ceil(to));
    const share = amplitude(this.#engine, -between(this.#random, GATES));
    const left = heard.subarray(...aboveGate(heard, this.#hear.spec.rate, share));
    return { samples: left, from: 0, to: left.length };
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
      const part = count > 1 && this.#options.tight ? tightened(sounding, random) : sounding;
      const own = labels.length > 0 ? part : shortened(part, BACKGROUND * rate, random);
      const left = labels.length === 1 ? this.#docked(own) : own;
      const other = another(this.#engine, left, rate, this.#options.augment, random);
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

/** Less of what stands around the part that sounds, drawn. */
function tightened({ samples, from, to }: Sounding, random: Random): Sounding {
  const first = Math.floor(from * random.uniform());
  const end = Math.ceil(to + (samples.length - to) * random.uniform());
  return { samples: samples.subarray(first, end), from: from - first, to: to - first };
}

/** What is left of a sounding of which a drawn part is lost, from its begin or from its end. */
function docked(sounding: Sounding, share: number, random: Random): Sounding {
  const { samples, from, to } = sounding;
  const lost = Math.floor(share * random.uniform() * (to - from));
  return random.uniform() < 0.5
    ? { samples: samples.subarray(from + lost), from: 0, to: to - from - lost }
    : { samples: samples.subarray(0, to - lost), from, to: to - lost };
}

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
