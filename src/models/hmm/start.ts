/**
 * Where a fit starts: emissions from clusters of the data, or from the order of time, for chains that go from
 * left to right.
 */
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { ForwardBackward } from "../../inference/forward-backward.ts";
import { drawStart, drawTransitions, timedTransitions } from "./chain.ts";
import type { Emission, EmissionRules } from "./emissions/emission.ts";
import { put } from "./emissions/entries.ts";
import { bestCuts, equalCuts } from "./time-cuts.ts";
import type { HmmStart, HmmState } from "./spec.ts";

/** "clusters": k-means. "time": each sequence cut into one piece a state, in order. */
export type Start = "clusters" | "time";

/**
 * How much of a step the state of its piece takes; the others share the rest, so nothing becomes impossible.
 */
const SURE = 0.9;

/** Blocks of random numbers set apart for one draw of a start. */
const BLOCKS = 2 ** 26;

/** Which start of which fit. */
interface Attempt {
  readonly who: string;
  readonly data: readonly Float64Array[];
  readonly rules: EmissionRules;
  readonly start: Start;
  readonly restart: number;
  readonly trial: number;
}

/**
 * Draws what was neither given nor fixed; emission parameters move in place, start and transitions are
 * returned.
 */
export function initialize(
  space: ForwardBackward,
  model: HmmStart,
  { startprob, transmat, emission }: HmmState,
  attempt: Attempt,
): { startprob: Float64Array; transmat: Float64Array } {
  const { K, topology, given, fixed, ties, seed } = model;
  const { data, start, restart, trial } = attempt;
  const stays = new Set([...given, ...fixed]);
  const random = new Random(space.engine, seed, restart === 0 ? streams.initial : streams.restarts + restart);
  random.counter = trial * BLOCKS;
  const timed = start === "time";
  const steps = data.reduce((sum, y) => sum + y.length / emission.width, 0) / data.length / K;
  const moves = (): Float64Array =>
    timed ? timedTransitions(K, topology, steps) : drawTransitions(K, topology, random);
  const drawn = {
    startprob: stays.has("startprob") ? startprob : drawStart(K, topology),
    transmat: stays.has("transmat") ? transmat : moves(),
  };
  const before = emission.snapshot();
  emission.draw(random, data);
  for (const name of Object.keys(before)) if (stays.has(name)) emission.parameters[name].set(before[name]);
  emission.tie(ties);
  if (timed) cutInTime(space, emission, random, { ...attempt, rules: { ...attempt.rules, fixed: stays } });
  return drawn;
}

/** How many ways to cut time a start tries. */
export const CUTS = 8;

/** Where pieces end, as shares of a sequence [K-1]: the best cuts, then equal pieces, then cuts at random. */
function drawCuts(random: Random, { K }: ForwardBackward, width: number, attempt: Attempt): number[] {
  const { data, restart, trial } = attempt;
  if (restart === 0 && trial === 0) return bestCuts(data, width, K);
  if (restart === 0 && trial === 1) return equalCuts(K);
  return Array.from({ length: K - 1 }, () => random.uniform()).sort((a, b) => a - b);
}

/** One maximization with the steps of piece k given to state k, every sequence cut at the same shares. */
function cutInTime(space: ForwardBackward, emission: Emission, random: Random, attempt: Attempt): void {
  const { who, data, rules } = attempt;
  const { K, N } = space;
  const cuts = drawCuts(random, space, emission.width, attempt);
  emission.prepare(who, data, rules);
  emission.clear();
  for (const y of data) {
    const T = y.length / emission.width;
    const ends = cuts.map((share) => share * T);
    const gamma = new Float64Array(T * N);
    for (let t = 0; t < T; ++t) {
      const piece = ends.filter((end) => end <= t).length;
      for (let k = 0; k < K; ++k) gamma[t * N + k] = (k === piece ? SURE : 0) + (1 - SURE) / K;
    }
    space.reset();
    const observed = emission.rows(space, y);
    emission.add(space, observed, put(space.arena, gamma));
  }
  emission.maximize(rules);
}
