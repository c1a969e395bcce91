/**
 * Writing from a net that predicts the next symbol: each symbol is drawn from the net's own distribution and
 * fed back.
 *
 *   P(k) ∝ p_k^(1/temperature)      temperature 0: the most probable symbol
 *
 * `topK` keeps the K most probable symbols, `topP` the fewest whose probabilities reach P together (Holtzman
 * et al. 2020); both count after the temperature.
 */
import { DataError, inRange, knownOptions, OptionError, whole, seedOption } from "../../wasm/errors.ts";
import type { Engine } from "../../wasm/engine.ts";
import { Arena, type Floats } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { optionalKinds } from "./kinds.ts";
import type { Reading } from "./reading.ts";
import { lossOf, type NetworkSpec } from "./spec.ts";
import type { Stream } from "./stream.ts";
import { flatten, type Sequence } from "../../data/sequence.ts";

/** How to draw symbols. */
export interface SampleOptions {
  /**
   * What the net reads first: symbols, or [T,D] numbers; at least one step. Default one step of 0.
   */
  readonly history?: Sequence;
  /** Default 1. */
  readonly seed?: number;
  /** Below 1 the net dares less, above 1 more. Default 1. */
  readonly temperature?: number;
  /** How many symbols may be drawn: the most probable. Default all. */
  readonly topK?: number;
  /** Share of the probability that the symbols which may be drawn must reach. Default 1: all. */
  readonly topP?: number;
  /**
   * For nets whose loss is a distribution of numbers, instead of the three before: b makes deviations e^-b
   * times as large, and weights of a mixture sharper (Graves 2013, section 5.4). Default 0.
   */
  readonly bias?: number;
}

/** What a net draws. */
export interface NetworkSample {
  /** Without the history: [length] symbols, or [length,D] numbers of a net whose loss is a distribution. */
  sequence: Int32Array | Floats;
}

/** A net that writes. */
export interface Writer {
  readonly engine: Engine;
  readonly spec: Required<NetworkSpec>;
  stream(): Stream;
}

/** What `network.sample` gives: `length` symbols, or steps of numbers. Throws OptionError. */
export function sample(
  who: string,
  net: Writer,
  reading: Reading,
  length: number,
  options: SampleOptions,
): NetworkSample {
  if (reading.parts.loss.draw)
    return { sequence: optionalKinds()!.sampleReals(who, reading, length, options) };
  return { sequence: Int32Array.from(drawSequence(who, net, length, options)) };
}

/** Yields symbols one by one. `length`: how many. Throws OptionError for other nets. */
export function* drawSequence(
  who: string,
  net: Writer,
  steps: number,
  options: SampleOptions,
): Generator<number, void, void> {
  knownOptions(who, options, ["history", "seed", "temperature", "topK", "topP"]);
  const length = whole(who, "length", steps, 0);
  const temperature = inRange(who, "temperature", options.temperature ?? 1, 0);
  const topK = options.topK === undefined ? Infinity : whole(who, "topK", options.topK, 1);
  const topP = inRange(who, "topP", options.topP ?? 1, 0, 1);
  const history = flatten(`${who}: history`, options.history ?? [0], 1);
  const seed = seedOption(who, options.seed ?? 1);
  const { name } = lossOf(net.spec.loss);
  if (name !== "softmax") throw new OptionError(`${who}: the net's loss is "${name}", want "softmax"`);
  if (!history.length) throw new DataError(`${who}: history is empty, want at least one symbol`);
  const random = new Random(net.engine, seed, streams.samples);
  const arena = new Arena(net.engine.memory);
  const stream = net.stream();
  try {
    let p = stream.step(history[0]);
    for (let t = 1; t < history.length; ++t) p = stream.step(history[t]);
    for (let i = 0; i < length; ++i) {
      const symbol =
        temperature === 0
          ? largest(p)
          : random.choice(restrict(sharpen(net.engine, arena, p, temperature), topK, topP));
      yield symbol;
      p = stream.step(symbol);
    }
  } finally {
    stream.dispose();
    arena.dispose();
  }
}

const largest = (p: Floats): number =>
  (p as Float64Array).reduce((best, value, j) => (value > p[best] ? j : best), 0);

/** A power beyond which all but the largest vanish in any precision; float32 holds it. */
const LARGEST_POWER = 2 ** 100;

/** p^(1/temperature), the largest 1 so that not all powers vanish. */
function sharpen({ kernels: k, memory }: Engine, arena: Arena, p: Floats, temperature: number): Floats {
  const K = p.length;
  arena.reset();
  const values = arena.reals(K);
  const exponents = arena.reals(K);
  const top = p[largest(p)];
  memory.reals(values, K).set(p.map((value) => value / top));
  k.fill(K, Math.min(1 / temperature, LARGEST_POWER), exponents);
  k.mapPow(K, values, exponents, values);
  return memory.reals(values, K).slice();
}

/** Weights with 0 for symbols that may not be drawn; of equal ones the first is kept. */
function restrict(weights: Floats, topK: number, topP: number): Floats {
  if (topK >= weights.length && topP === 1) return weights;
  const order = Array.from(weights, (_, j) => j).sort((a, b) => weights[b] - weights[a] || a - b);
  const all = order.reduce((sum, j) => sum + weights[j], 0);
  const out = weights.map(() => 0);
  let sum = 0;
  for (const j of order.slice(0, Math.min(topK, order.length))) {
    if (sum > 0 && sum >= topP * all) break;
    out[j] = weights[j];
    sum += weights[j];
  }
  return out;
}
