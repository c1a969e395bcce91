/**
 * One voice at one microphone, learned from recordings without texts. The columns of the features are
 * brought to mean 0 and deviation 1 as this voice has them (Viikki & Laurila 1998), and the net learns from
 * what it heard itself, in rounds: each round's surest answers teach the next, of every word alike and more
 * of them each time (Zou et al. 2018).
 */
import { DataError, OptionError, inRange, knownOptions, show, whole } from "../../wasm/errors.ts";
import type { FitProgress } from "../../models/network/fit-options.ts";
import { adamW } from "../../optim/adam.ts";
import { Pace } from "../../train/pace.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { AcousticNet } from "./acoustic-net.ts";
import { balanced } from "./balance.ts";
import type { Example } from "./examples.ts";
import type { HearingFitOptions } from "./fit-options.ts";
import { isSilent, type ReadSound } from "./recording.ts";

/** How a model gets used to a voice. */
export interface AdaptOptions extends Pick<HearingFitOptions, "augment" | "copies" | "batch" | "signal"> {
  /** Times that the recordings are heard and then learned from. Default 5. */
  readonly rounds?: number;
  /** Epochs of each round. Default 6. */
  readonly epochs?: number;
  /**
   * Share of the words heard, the surest of each, that the first round learns from; the last one learns from
   * all. Default 0.4.
   */
  readonly share?: number;
  /**
   * Whether the recordings hold all words about equally often, as where someone was asked for each. Then the
   * model, which may take one word of this voice for another again and again, is taught answers that do, too.
   * Default false.
   */
  readonly balanced?: boolean;
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
  /** Of each round, how many words were learned from. */
  readonly learned: readonly number[];
  /** Optimizer steps. */
  readonly steps: number;
  /** "signal" where it was stopped by it. */
  readonly stopped: "rounds" | "signal";
}

/** A word that a model heard in a recording. */
export interface HeardPart {
  /** Which one: the surest are chosen among those of one word. */
  readonly word: string;
  /** How sure the model is of it, from 0 to 1. */
  readonly confidence: number;
  /** What the net is to answer. */
  readonly labels: readonly number[];
  /** Seconds behind which the next word's part begins; the first one begins with the recording. */
  readonly until: number;
}

/** Who is to be heard, and how a model answers. */
export interface AdaptTask {
  readonly sounds: readonly ReadSound[];
  readonly options: AdaptOptions;
  /** Labels between those of two words. Default: none. */
  readonly between?: readonly number[];
  /** Called once, when all is checked and nothing has changed yet. */
  prepare?(): Promise<void>;
  /** [K] the number of the word that a class of the net is a part of, -1 of none; absent where none is. */
  readonly wordOf?: readonly number[];
  /** Probabilities [T,K] of the net's classes in a recording. */
  probabilities(sound: ReadSound): Floats;
  /** The words of a recording, which share all of it, by such probabilities. */
  hear(sound: ReadSound, probabilities: Floats): readonly HeardPart[] | Promise<readonly HeardPart[]>;
}

/** Where the share begins. */
const SHARE = 0.4;
/** Fewer recordings do not tell the mean of a voice. */
const FEWEST = 10;
const RATE = 0.001; // of AdamW
const BATCH = 32;

const names = [
  ...["augment", "copies", "batch", "signal"],
  ...["rounds", "epochs", "share", "balanced", "onProgress"],
] as const;

/** Gets a net used to a voice. Where nothing was learned, it is as it was. */
export async function adaptNet(who: string, acoustic: AcousticNet, task: AdaptTask): Promise<AdaptReport> {
  const { sounds, options, between = [] } = task;
  const { rounds, epochs, share, isBalanced, onProgress, rest } = readAdaptOptions(who, task);
  if (sounds.length < FEWEST)
    throw new DataError(
      `${who}: ${sounds.length} recordings, want at least ${FEWEST} of one speaker; ` +
        "with texts, a few teach by fit",
    );
  acoustic.checkFitted(who);
  await task.prepare?.();
  const asBefore = acoustic.measure(sounds);
  const learned: number[] = [];
  let steps = 0;
  try {
    while (learned.length < rounds && !options.signal?.aborted) {
      const part = share + ((1 - share) * learned.length) / Math.max(1, rounds - 1);
      const heard = await hearAll(task, isBalanced);
      if (options.signal?.aborted) break;
      const chosen = surest(heard, part);
      learned.push(chosen.size);
      if (chosen.size === 0) break;
      const examples = sounds.flatMap((sound, i) => runs(sound, heard[i], chosen, between));
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

/** The words of all recordings, with pauses for the page; those of silence are none. */
async function hearAll(task: AdaptTask, isBalanced: boolean): Promise<(readonly HeardPart[])[]> {
  const { sounds, options, wordOf } = task;
  const pace = new Pace();
  const heard: (readonly HeardPart[])[] = sounds.map(() => []);
  const audible = [...sounds.keys()].filter((i) => !isSilent(sounds[i]));
  const each: Floats[] = [];
  for (const i of audible) {
    if (options.signal?.aborted) return heard;
    await pace.breathe();
    each.push(task.probabilities(sounds[i]));
  }
  const read = isBalanced ? balanced(each, wordOf!) : each;
  for (const [j, i] of audible.entries()) {
    if (options.signal?.aborted) return heard;
    await pace.breathe();
    heard[i] = await task.hear(sounds[i], read[j]);
  }
  return heard;
}

/** The surest part of what was heard, of each word alike. */
function surest(heard: readonly (readonly HeardPart[])[], part: number): Set<HeardPart> {
  const byWord = new Map<string, HeardPart[]>();
  for (const one of heard.flat()) byWord.set(one.word, [...(byWord.get(one.word) ?? []), one]);
  const chosen = [...byWord.values()].map((list) =>
    list
      .slice()
      .sort((a, b) => b.confidence - a.confidence)
      .slice(0, Math.ceil(part * list.length)),
  );
  return new Set(chosen.flat());
}

/** The stretches of a recording whose words were chosen, as recordings of their own. */
function runs(
  { samples, rate }: ReadSound,
  parts: readonly HeardPart[],
  chosen: ReadonlySet<HeardPart>,
  between: readonly number[],
): Example[] {
  const found: { from: number; to: number; labels: number[] }[] = [];
  let from = 0;
  let isOpen = false;
  for (const part of parts) {
    const to = Math.min(samples.length, Math.round(part.until * rate));
    const last = found[found.length - 1];
    if (!chosen.has(part)) isOpen = false;
    else if (isOpen) {
      last.labels.push(...between, ...part.labels);
      last.to = to;
    } else {
      found.push({ from, to, labels: [...part.labels] });
      isOpen = true;
    }
    from = to;
  }
  return found.map(({ labels, ...at }) => ({ samples: samples.subarray(at.from, at.to), rate, labels }));
}

function readAdaptOptions(who: string, { options, wordOf }: AdaptTask) {
  knownOptions(who, options, names);
  const { rounds = 5, epochs = 6, share = SHARE, balanced: isBalanced = false, ...others } = options;
  const { onProgress, ...rest } = others;
  if (typeof isBalanced !== "boolean")
    throw new OptionError(`${who}: balanced is ${show(isBalanced)}, want true or false`);
  if (isBalanced && !wordOf)
    throw new OptionError(`${who}: balanced is true, which is for models whose labels are words`);
  return {
    rounds: whole(who, "rounds", rounds, 1, 1000),
    epochs: whole(who, "epochs", epochs, 1, 100_000),
    share: inRange(who, "share", share, 0.01, 1),
    isBalanced,
    onProgress,
    rest,
  };
}
