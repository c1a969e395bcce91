/**
 * One voice at one microphone, learned from recordings without texts. The columns of the features are
 * brought to mean 0 and deviation 1 as this voice has them (Viikki & Laurila 1998), and the net learns from
 * what it heard itself, in rounds: each round's surest answers teach the next, of every word alike and more
 * of them each time (Zou et al. 2018).
 */
import { DataError, inRange, knownOptions, whole } from "../../wasm/errors.ts";
import type { FitProgress } from "../../models/network/fit-options.ts";
import { adamW } from "../../optim/adam.ts";
import { Pace } from "../../train/pace.ts";
import type { AcousticNet } from "./acoustic-net.ts";
import type { HearingFitOptions } from "./fit-options.ts";
import { isSilent, type ReadSound } from "./recording.ts";

/** How a model gets used to a voice. */
export interface AdaptOptions extends Pick<HearingFitOptions, "augment" | "copies" | "batch" | "signal"> {
  /** Times that the recordings are heard and then learned from. Default 5. */
  readonly rounds?: number;
  /** Epochs of each round. Default 6. */
  readonly epochs?: number;
  /**
   * Share of the answers, the surest, that the first round learns from; the last one learns from all. Default
   * 0.4; of models that hear strings 1.
   */
  readonly share?: number;
  /** Called after each step. */
  readonly onProgress?: (progress: AdaptProgress) => void;
}

/** What is told after every step. */
export interface AdaptProgress extends FitProgress {
  /** Which round it is, from 1. */
  readonly round: number;
  /** Of how many. */
  readonly rounds: number;
}

/** What came of it: plain data. */
export interface AdaptReport {
  /** Of each round, how many recordings were learned from. */
  readonly learned: readonly number[];
  /** Optimizer steps. */
  readonly steps: number;
  /** "signal" where it was stopped by it. */
  readonly stopped: "rounds" | "signal";
}

/** What a model says of a recording: labels, and how sure it is of them, from 0 to 1. */
export interface Guess {
  readonly labels: readonly number[];
  readonly confidence: number;
  /** The surest are chosen among guesses of one kind. Default: all are of one. */
  readonly kind?: number;
}

/** Who is to be heard, and how a model answers. */
export interface AdaptTask {
  /** What a recording is to the model. */
  readonly hears: "words" | "strings";
  readonly sounds: readonly ReadSound[];
  readonly options: AdaptOptions;
  guess(sound: ReadSound): Guess | Promise<Guess>;
}

/** Where the first round's share begins: the surest strings are but the shortest. */
const SHARES = { words: 0.4, strings: 1 } as const;
/** Fewer recordings do not tell the mean of a voice. */
const FEWEST = 10;
const RATE = 0.001; // of AdamW
const BATCH = 32;

const names = ["augment", "copies", "batch", "signal", "rounds", "epochs", "share", "onProgress"] as const;

/** Gets a net used to a voice. Where nothing was learned, it is as it was. */
export async function adaptNet(who: string, acoustic: AcousticNet, task: AdaptTask): Promise<AdaptReport> {
  const { sounds, options } = task;
  const { rounds, epochs, share, onProgress, rest } = readAdaptOptions(who, task);
  if (sounds.length < FEWEST)
    throw new DataError(
      `${who}: ${sounds.length} recordings, want at least ${FEWEST} of one speaker; ` +
        "with texts, a few teach by fit",
    );
  acoustic.checkFitted(who);
  const asBefore = acoustic.measure(sounds);
  const learned: number[] = [];
  let steps = 0;
  try {
    while (learned.length < rounds && !options.signal?.aborted) {
      const part = share + ((1 - share) * learned.length) / Math.max(1, rounds - 1);
      const guesses = await guessAll(task);
      if (options.signal?.aborted) break;
      const examples = surest(guesses, part).map((i) => ({ ...sounds[i], labels: guesses[i].labels }));
      learned.push(examples.length);
      if (examples.length === 0) break;
      const round = learned.length;
      const report = await acoustic.fit(who, examples, {
        batch: BATCH,
        ...rest,
        epochs,
        optimizer: adamW({ rate: RATE, clip: 1 }),
        ...(onProgress ? { onProgress: (at) => onProgress({ ...at, round, rounds }) } : {}),
      });
      steps += report.steps;
    }
  } finally {
    if (steps === 0) asBefore();
  }
  return { learned, steps, stopped: options.signal?.aborted ? "signal" : "rounds" };
}

/** The answers of all recordings, with pauses for the page. */
async function guessAll({ sounds, options, guess }: AdaptTask): Promise<Guess[]> {
  const pace = new Pace();
  const guesses: Guess[] = [];
  for (const sound of sounds) {
    if (options.signal?.aborted) break;
    await pace.breathe();
    guesses.push(isSilent(sound) ? { labels: [], confidence: 0 } : await guess(sound));
  }
  return guesses;
}

/** Places of the surest part of the guesses of each kind, in their order; those without labels are none. */
function surest(guesses: readonly Guess[], part: number): number[] {
  const kinds = new Map<number, number[]>();
  guesses.forEach(({ labels, kind = 0 }, i) => {
    if (labels.length > 0) kinds.set(kind, [...(kinds.get(kind) ?? []), i]);
  });
  const chosen = [...kinds.values()].map((places) =>
    places
      .slice()
      .sort((a, b) => guesses[b].confidence - guesses[a].confidence)
      .slice(0, Math.ceil(part * places.length)),
  );
  return chosen.flat().sort((a, b) => a - b);
}

function readAdaptOptions(who: string, { hears, options }: AdaptTask) {
  knownOptions(who, options, names);
  const { rounds = 5, epochs = 6, share = SHARES[hears], onProgress, ...rest } = options;
  return {
    rounds: whole(who, "rounds", rounds, 1, 1000),
    epochs: whole(who, "epochs", epochs, 1, 100_000),
    share: inRange(who, "share", share, 0.01, 1),
    onProgress,
    rest,
  };
}
