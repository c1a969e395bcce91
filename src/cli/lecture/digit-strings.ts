/**
 * Strings of spoken digits for the lecture's recognizers: said by the product's own voices, or joined from
 * recordings in a folder; voices of the test are heard in no training.
 */
import { basename, join } from "node:path";
import { readdirSync } from "node:fs";
import { engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { synthesizer, type TextRecording } from "../../speech/index.ts";
import { UsageError } from "../command.ts";
import { readRecording } from "../speech/recordings.ts";

/** The words of the strings. */
export const digitWords = "zero one two three four five six seven eight nine".split(" ");

/** Samples a second of all strings. */
export const STRING_RATE = 8000;

/** Strings to learn from and to test on. */
export interface DigitStrings {
  readonly train: readonly TextRecording[];
  readonly test: readonly TextRecording[];
  /** Who speaks in the training, and in the test. */
  readonly voices: readonly [train: number, test: number];
}

/** How many strings, of how many digits. */
interface Amount {
  readonly count: number;
  readonly shortest: number;
  readonly longest: number;
}

const TRAIN: Amount = { count: 160, shortest: 1, longest: 4 };
const TEST: Amount = { count: 30, shortest: 2, longest: 6 };
/** Decibels of the speech above noise: between 5 less and 5 more. */
const NOISE = 8;
const NOISE_RANGE = 5;

const random = async (seed: number): Promise<Random> =>
  new Random(await engine("float64"), seed, streams.experiment);

/** The digits of one string. */
const drawn = (chance: Random, { shortest, longest }: Amount): string[] =>
  Array.from({ length: chance.integer(shortest, longest) }, () => digitWords[chance.integer(0, 9)]);

/** Strings said by voices of different pitch, throat and tempo. */
export async function saidStrings(seed: number): Promise<DigitStrings> {
  const chance = await random(seed);
  const voices = await Promise.all(
    Array.from({ length: 10 }, () =>
      synthesizer({
        rate: STRING_RATE,
        pitch: 90 + 130 * chance.uniform(),
        tract: 0.85 + 0.3 * chance.uniform(),
        tempo: 0.8 + 0.4 * chance.uniform(),
      }),
    ),
  );
  const say = (from: number, to: number, amount: Amount): TextRecording[] =>
    Array.from({ length: amount.count }, (_, i) => {
      const voice = voices[from + (i % (to - from))];
      const noise = NOISE + NOISE_RANGE * (2 * chance.uniform() - 1);
      const { samples, text } = voice.say(drawn(chance, amount).join(" "), {
        seed: 10_000 * seed + 2 * i + Number(from > 0),
        noise,
      });
      return { samples, text, rate: STRING_RATE };
    });
  return { train: say(0, 7, TRAIN), test: say(7, 10, TEST), voices: [7, 3] };
}

/** A recording of one digit. */
interface Digit {
  readonly word: string;
  readonly samples: ArrayLike<number>;
  readonly rate: number;
}

/** Recordings named digit_speaker_take.wav, by speaker. */
async function readDigits(folder: string): Promise<Map<string, Digit[]>> {
  let names: string[];
  try {
    names = readdirSync(folder, { encoding: "utf8" });
  } catch (error) {
    throw new UsageError(`--data ${folder}: ${(error as Error).message}`);
  }
  const speakers = new Map<string, Digit[]>();
  for (const name of names.sort()) {
    const [, digit, speaker] = /^(\d)_([^_]+)_\d+\.(?:wav|flac)$/i.exec(basename(name)) ?? [];
    if (digit === undefined) continue;
    const { samples, rate } = await readRecording(join(folder, name));
    const own = speakers.get(speaker) ?? [];
    own.push({ word: digitWords[Number(digit)], samples, rate });
    speakers.set(speaker, own);
  }
  if (speakers.size < 2)
    throw new UsageError(
      `--data ${folder}: recordings of ${speakers.size} speakers, want ` +
        "digit_speaker_take.wav of at least two",
    );
  return speakers;
}

/** Recordings of one speaker with silence of random length around each, and noise. */
function joinedDigits(digits: readonly Digit[], chance: Random): TextRecording {
  const silence = (rate: number): number[] =>
    new Array<number>(Math.floor((0.05 + 0.3 * chance.uniform()) * rate)).fill(0);
  const { rate } = digits[0];
  const samples = Float64Array.from([
    ...silence(rate),
    ...digits.flatMap((digit) => [...Array.from(digit.samples), ...silence(rate)]),
  ]);
  const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
  const deviation = 0.1 * Math.sqrt(power); // 20 dB below
  return {
    samples: samples.map((x) => x + deviation * chance.normal()),
    text: digits.map(({ word }) => word).join(" "),
    rate,
  };
}

/** Strings joined from a folder's recordings; the last speaker by name is the test's. */
export async function joinedStrings(folder: string, seed: number): Promise<DigitStrings> {
  const chance = await random(seed);
  const speakers = [...(await readDigits(folder)).values()];
  const test = speakers.slice(-1);
  const train = speakers.slice(0, -1);
  const strings = (of: readonly Digit[][], { count, shortest, longest }: Amount): TextRecording[] =>
    Array.from({ length: count }, (_, i) => {
      const own = of[i % of.length];
      const digits = Array.from(
        { length: chance.integer(shortest, longest) },
        () => own[chance.integer(0, own.length - 1)],
      );
      return joinedDigits(digits, chance);
    });
  return {
    train: strings(train, { ...TRAIN, count: 4 * TRAIN.count }),
    test: strings(test, TEST),
    voices: [train.length, 1],
  };
}
