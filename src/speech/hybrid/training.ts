/**
 * Embedded training: texts without the places of their words. Mixtures are fitted to an alignment by loudness
 * and the recordings are aligned anew by them, again and again; then a net learns the states of the last
 * alignment, and its own alignments are learned from in turn (Bourlard & Morgan 1994, chapter 7).
 */
import type { FitOptions } from "../../models/network/fit.ts";
import { adamW } from "../../optim/adam.ts";
import { cosine } from "../../optim/cosine.ts";
import { valueAt } from "../../optim/schedule.ts";
import type { AbortSignal } from "../../wasm/platform.ts";
import type { AcousticNet } from "../acoustic/acoustic-net.ts";
import type { Example } from "../acoustic/examples.ts";
import { Aligner, flatStart } from "./align.ts";
import { Mixtures } from "./mixtures.ts";
import type { AlignmentRecord, HybridFitOptions } from "./spec.ts";
import { scaledLogs, type StateScores } from "./state-scores.ts";
import { stateCount, stayOf, type WordStates } from "./topology.ts";

/** Recordings whose texts fit their lengths, with the states [T] of their steps. */
interface Aligned {
  readonly examples: readonly Example[];
  readonly paths: readonly Int32Array[];
  readonly score: number;
}

/** Aligns each recording by its log-likelihoods; those that are too short are left out. */
async function alignAll(
  shape: WordStates,
  examples: readonly Example[],
  logsOf: (i: number) => Float64Array,
  stay: Float64Array,
): Promise<Aligned> {
  const aligner = new Aligner(shape, stay);
  const kept: Example[] = [];
  const paths: Int32Array[] = [];
  let sum = 0;
  let steps = 0;
  try {
    for (const [i, example] of examples.entries()) {
      const logs = logsOf(i);
      const path = await aligner.path(logs, example.labels);
      if (!path) continue;
      const N = stateCount(shape);
      path.forEach((state, t) => (sum += logs[t * N + state]));
      steps += path.length;
      kept.push(example);
      paths.push(path);
    }
  } finally {
    aligner.dispose();
  }
  return { examples: kept, paths, score: sum / steps };
}

/** What mixtures are fitted to. */
interface MixtureTask {
  readonly shape: WordStates;
  readonly examples: readonly Example[];
  /** [T,D] of each recording; column 0 is its loudness. */
  readonly features: readonly Float64Array[];
  readonly width: number;
  readonly components: number;
  readonly iterations: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  /** States [T] of each recording, where they are known: nothing is aligned then. */
  readonly known: readonly Int32Array[] | undefined;
}

/** Mixtures, and how long their states last. */
interface MixtureScores extends StateScores {
  readonly mixtures: Mixtures;
}

/** Fits mixtures by turns of fitting and aligning: one Gaussian a state in the first half, then all. */
export async function fitMixtures(
  task: MixtureTask,
): Promise<{ scores: MixtureScores; history: AlignmentRecord[]; paths: readonly Int32Array[] }> {
  const { shape, examples, features, width, iterations, seed, signal, known } = task;
  const states = stateCount(shape);
  const history: AlignmentRecord[] = [];
  if (known) {
    const spec = { states, width, components: task.components, seed };
    const mixtures = await Mixtures.make(spec, features, known, signal);
    return { scores: { mixtures, stay: stayOf(states, known) }, history, paths: known };
  }
  let paths: readonly Int32Array[] = features.map((x, i) => {
    const loudness = Float64Array.from({ length: x.length / width }, (_, t) => x[t * width]);
    return flatStart(shape, loudness, examples[i].labels);
  });
  let mixtures: Mixtures | undefined;
  try {
    for (let i = 0; i < iterations && !signal?.aborted; ++i) {
      const components = 2 * i < iterations - 1 ? 1 : task.components;
      const next = await Mixtures.make({ states, width, components, seed }, features, paths, signal);
      mixtures?.dispose();
      mixtures = next;
      const aligned = await alignAll(shape, examples, (j) => next.logs(features[j]), stayOf(states, paths));
      paths = aligned.paths;
      history.push({ emission: "mixture", score: aligned.score });
    }
    mixtures ??= await Mixtures.make({ states, width, components: 1, seed }, features, paths, signal);
    return { scores: { mixtures, stay: stayOf(states, paths) }, history, paths };
  } catch (error) {
    mixtures?.dispose();
    throw error;
  }
}

/** A net's rate at first, and its part at the end of all rounds. */
const RATE = 0.004;
const FALL = 50;
const DECAY = 0.01;
/** Each round of a net begins with so much of the rate of the one before. */
const LESS = 0.6;

/** What a net learns from. */
interface NetTask {
  readonly who: string;
  readonly shape: WordStates;
  readonly examples: readonly Example[];
  readonly paths: readonly Int32Array[];
  /** Whether the paths are right as they are: the net learns them in one round. */
  readonly arePathsKnown: boolean;
  readonly rounds: number;
  readonly epochs: number;
  readonly batch: number;
  readonly options: Pick<HybridFitOptions, "augment" | "copies" | "join" | "signal" | "onProgress">;
}

/** Shares of the states among all steps, none 0. */
function priorsOf(states: number, paths: readonly Int32Array[]): Float64Array {
  const counts = new Float64Array(states).fill(1);
  for (const path of paths) for (const state of path) ++counts[state];
  const sum = counts.reduce((total, n) => total + n, 0);
  return counts.map((n) => n / sum);
}

/** A round of some that take as long. */
interface Round {
  readonly round: number;
  readonly rounds: number;
  readonly epochs: number;
  readonly steps: number;
}

/** Tells how far a training is through all rounds, from how far one is. */
function inAllRounds(
  tell: NonNullable<FitOptions["onProgress"]>,
  { round, rounds, epochs, steps }: Round,
): NonNullable<FitOptions["onProgress"]> {
  const later = (rounds - round - 1) * steps;
  return ({ epoch = 0, secondsLeft, ...at }) => {
    const ahead = steps - at.step;
    const all = ahead > 0 ? (ahead + later) / ahead : 1;
    tell({
      ...at,
      epoch: round * epochs + epoch,
      step: round * steps + at.step,
      steps: rounds * steps,
      // the last step of a round does not say how long one takes
      ...(secondsLeft !== undefined && (ahead > 0 || later === 0) ? { secondsLeft: secondsLeft * all } : {}),
    });
  };
}

/**
 * Learns the states of alignments, aligns anew, and learns again. Known paths are learned once, and nothing
 * is divided by priors: silence has the largest one, which would push the ends of words out into it, away
 * from where the net is of two minds.
 */
export async function fitNet(
  acoustic: AcousticNet,
  task: NetTask,
): Promise<{ scores: StateScores; history: AlignmentRecord[]; steps: number }> {
  const { who, shape, options, batch, examples } = task;
  const rounds = task.arePathsKnown ? 1 : task.rounds;
  const states = stateCount(shape);
  const history: AlignmentRecord[] = [];
  let paths = task.paths;
  let steps = 0;
  const scoresOf = (own: readonly Int32Array[]): StateScores => ({
    stay: stayOf(states, own),
    priors: task.arePathsKnown ? new Float64Array(states).fill(1 / states) : priorsOf(states, own),
  });
  let scores = scoresOf(paths);
  for (let round = 0, rate = RATE; round < rounds && !options.signal?.aborted; ++round, rate *= LESS) {
    const epochs = Math.ceil(task.epochs / rounds);
    const from = acoustic.net.step;
    const until = from + epochs * Math.ceil(examples.length / batch);
    const schedule = cosine({ from: rate, to: RATE / FALL, until: until - from });
    const taught = examples.map((example, i) => ({ ...example, labels: [...paths[i]] }));
    const fitting: FitOptions["optimizer"] = adamW({
      rate: (step) => valueAt(schedule, step - from),
      decay: DECAY,
      clip: 1,
    });
    const part = { round, rounds, epochs, steps: until - from };
    const onProgress = options.onProgress && inAllRounds(options.onProgress, part);
    const report = await acoustic.fit(who, taught, {
      ...options,
      epochs,
      batch,
      optimizer: fitting,
      ...(onProgress ? { onProgress } : {}),
    });
    steps += report.steps;
    scores = scoresOf(paths);
    if (task.arePathsKnown) break;
    const { priors } = scores;
    const logsOf = (i: number): Float64Array =>
      scaledLogs(acoustic.net.engine, acoustic.probabilities(who, [examples[i]])[0], priors!);
    const aligned = await alignAll(shape, examples, logsOf, scores.stay);
    if (aligned.paths.length === examples.length) paths = aligned.paths;
    history.push({ emission: "net", score: aligned.score });
    scores = scoresOf(paths);
  }
  return { scores, history, steps };
}
