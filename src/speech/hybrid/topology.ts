/**
 * The chain of states of a recognizer by hidden Markov models: every word a path of states from left to
 * right, one more state for silence, and words that follow each other in any order (Rabiner 1989, VI).
 *
 *   state w·S + s is the s-th of word w, s = 0..S-1; state W·S is silence
 */

/** How many words, and how many states each has. */
export interface WordStates {
  /** W */
  readonly words: number;
  /** S */
  readonly states: number;
}

/** N: all states, silence included. */
export const stateCount = ({ words, states }: WordStates): number => words * states + 1;

/** The state of silence. */
export const silenceOf = ({ words, states }: WordStates): number => words * states;

/** [N] the word of each state, -1 of silence. */
export const wordsOfStates = (shape: WordStates): number[] =>
  Array.from({ length: stateCount(shape) }, (_, k) =>
    k === silenceOf(shape) ? -1 : Math.floor(k / shape.states),
  );

/** Start and transitions, row by row. */
export interface Chain {
  /** [N] */
  readonly startprob: Float64Array;
  /** [N,N] */
  readonly transmat: Float64Array;
}

/** The share of words behind which silence follows, and of recordings that silence begins. */
const PAUSE = 0.5;

/**
 * The loop of all words. `stay` [N]: the probability that a state lasts one step longer.
 */
export function wordLoop(shape: WordStates, stay: Float64Array): Chain {
  const { words, states } = shape;
  const N = stateCount(shape);
  const silence = silenceOf(shape);
  const startprob = new Float64Array(N);
  const transmat = new Float64Array(N * N);
  for (let k = 0; k < N; ++k) transmat[k * N + k] = stay[k];
  startprob[silence] = PAUSE;
  for (let w = 0; w < words; ++w) {
    const first = w * states;
    const last = first + states - 1;
    startprob[first] = (1 - PAUSE) / words;
    transmat[silence * N + first] = (1 - stay[silence]) / words;
    for (let k = first; k < last; ++k) transmat[k * N + k + 1] = 1 - stay[k];
    transmat[last * N + silence] = (1 - stay[last]) * PAUSE;
    // a word of one state that follows itself cannot be told from one that lasts
    for (let v = 0; v < words; ++v)
      transmat[last * N + v * states] += ((1 - stay[last]) * (1 - PAUSE)) / words;
  }
  return { startprob, transmat };
}

/** The states of a text in order, silence before, between and behind its words. */
export function statesOfText(shape: WordStates, text: readonly number[]): number[] {
  const silence = silenceOf(shape);
  const word = (w: number): number[] => Array.from({ length: shape.states }, (_, s) => w * shape.states + s);
  return [silence, ...text.flatMap((w) => [...word(w), silence])];
}

/**
 * The chain of one text: place i holds state places[i], silence may be left out. Paths begin in the first
 * silence or behind it.
 */
export function textChain(shape: WordStates, places: readonly number[], stay: Float64Array): Chain {
  const K = places.length;
  const silence = silenceOf(shape);
  const startprob = new Float64Array(K);
  const transmat = new Float64Array(K * K);
  startprob[0] = K > 1 ? PAUSE : 1;
  if (K > 1) startprob[1] = 1 - PAUSE;
  places.forEach((state, i) => {
    const leave = 1 - stay[state];
    transmat[i * K + i] = stay[state];
    const mayPause = i + 2 < K && places[i + 1] === silence;
    if (i + 1 < K) transmat[i * K + i + 1] = mayPause ? leave * PAUSE : leave;
    if (mayPause) transmat[i * K + i + 2] = leave * (1 - PAUSE);
    if (i + 1 === K) transmat[i * K + i] = 1;
  });
  return { startprob, transmat };
}

/** A word of a path, and its steps [from, to). */
export interface PathWord {
  readonly word: number;
  readonly from: number;
  readonly to: number;
}

/** The words of a path of states [T]: one begins where its first state is entered from another state. */
export function wordsOfPath(shape: WordStates, path: ArrayLike<number>): PathWord[] {
  const found: { word: number; from: number; to: number }[] = [];
  const silence = silenceOf(shape);
  for (let t = 0; t < path.length; ++t) {
    const state = path[t];
    if (state === silence) continue;
    const enters = t === 0 || (path[t - 1] !== state && state % shape.states === 0);
    if (enters) found.push({ word: Math.floor(state / shape.states), from: t, to: t });
    const last = found.at(-1);
    if (last) last.to = t + 1;
  }
  return found;
}

/** How often the states are occupied and left in paths, as the probability to stay, never 0 or 1. */
export function stayOf(N: number, paths: readonly ArrayLike<number>[]): Float64Array {
  const steps = new Float64Array(N).fill(2);
  const leaves = new Float64Array(N).fill(1);
  for (const path of paths)
    for (let t = 0; t < path.length; ++t) {
      ++steps[path[t]];
      if (t + 1 === path.length || path[t + 1] !== path[t]) ++leaves[path[t]];
    }
  return steps.map((n, k) => 1 - leaves[k] / n);
}
