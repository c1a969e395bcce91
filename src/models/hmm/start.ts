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
import type { HmmStart, HmmState } from "./spec.ts";

/** "clusters": k-means. "time": each sequence cut into one piece a state, in order. */
export type Start = "clusters" | "time";

/**
 * How much of a step the state of its piece takes; the others share the rest, so nothing becomes impossible.
 */
const SURE = 0.9;

/** Which start of which fit. */
interface Beginning {
  readonly who: string;
  readonly data: readonly Float64Array[];
  readonly rules: EmissionRules;
  readonly start: Start;
  readonly restart: number;
}

/**
 * Draws what was neither given nor fixed; emission parameters move in place, start and transitions are
 * returned.
 */
export function initialize(
  space: ForwardBackward,
  model: HmmStart,
  { startprob, transmat, emission }: HmmState,
  beginning: Beginning,
): { startprob: Float64Array; transmat: Float64Array } {
  const { K, topology, given, fixed, ties, seed } = model;
  const { data, start, restart } = beginning;
  const stays = new Set([...given, ...fixed]);
  const random = new Random(space.engine, seed, restart === 0 ? streams.initial : streams.restarts + restart);
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
  if (timed)
    cutInTime(space, emission, random, { ...beginning, rules: { ...beginning.rules, fixed: stays } });
  return drawn;
}

/** One maximization with the steps of piece k given to state k: equal pieces first, then cut at random. */
function cutInTime(
  space: ForwardBackward,
  emission: Emission,
  random: Random,
  { who, data, rules, restart }: Beginning,
): void {
  const { K, N } = space;
  emission.prepare(who, data, rules);
  emission.clear();
  for (const y of data) {
    const T = y.length / emission.width;
    const ends = Array.from({ length: K - 1 }, (_, k) =>
      restart === 0 ? ((k + 1) * T) / K : T * random.uniform(),
    ).sort((a, b) => a - b);
    const gamma = new Float64Array(T * N);
    for (let t = 0; t < T; ++t) {
      const piece = ends.filter((end) => end <= t).length;
      for (let k = 0; k < K; ++k) gamma[t * N + k] = (k === piece ? SURE : 0) + (1 - SURE) / K;
    }
    space.begin();
    const observed = emission.rows(space, y);
    emission.add(space, observed, put(space.arena, gamma));
  }
  emission.maximize(rules);
}
