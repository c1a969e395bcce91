/**
 * Writing from a net that predicts the next symbol: each symbol is drawn from the net's own distribution and
 * fed back.
 *
 *   P(k) ∝ p_k^(1/temperature)      temperature 0: the most probable symbol
 */
import { DataError, inRange, knownOptions, OptionError, whole } from "../../wasm/errors.ts";
import { Arena } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import type { Network } from "./network.ts";
import { lossOf } from "./spec.ts";

export interface SampleOptions {
  /** Symbols to draw. Default 100. */
  length?: number;
  /** Below 1 the net dares less, above 1 more. Default 1. */
  temperature?: number;
  /** Default 1. */
  seed?: number;
  /** Symbols that the net reads first; at least one. Default [0]. */
  prompt?: ArrayLike<number>;
}

/** Stream of the random numbers that samples are drawn with. */
const SAMPLES = 0x73616d70;

/** Yields symbols one by one. For nets of one symbol a step in and softmax over the same symbols out. */
export function* sample(net: Network, options: SampleOptions = {}): Generator<number, void, void> {
  knownOptions("sample", options, ["length", "temperature", "seed", "prompt"]);
  const length = whole("sample", "length", options.length ?? 100, 0);
  const temperature = inRange("sample", "temperature", options.temperature ?? 1, 0);
  const prompt = Array.from(options.prompt ?? [0]);
  const random = new Random(
    net.engine,
    whole("sample", "seed", options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER),
    SAMPLES,
  );
  if (net.spec.loss !== "softmax")
    throw new OptionError(`sample: the net's loss is "${lossOf(net.spec.loss).name}", want "softmax"`);
  if (!prompt.length) throw new DataError("sample: prompt is empty, want at least one symbol");
  const { kernels: k, memory } = net.engine;
  const arena = new Arena(memory);
  const stream = net.stream();
  try {
    let p = prompt.map((symbol) => stream.step(symbol)).at(-1)!;
    const K = p.length;
    const values = arena.reals(K);
    const exponents = arena.reals(K);
    for (let i = 0; i < length; ++i) {
      let symbol = 0;
      if (temperature === 0)
        for (let j = 1; j < K; ++j) {
          if (p[j] > p[symbol]) symbol = j;
        }
      else {
        let most = 0;
        for (const value of p) most = Math.max(most, value);
        // the largest becomes 1, so that not all powers vanish
        memory.reals(values, K).set(p.map((value) => value / most));
        k.fill(K, 1 / temperature, exponents);
        k.mapPow(K, values, exponents, values);
        symbol = random.choice(memory.reals(values, K).slice());
      }
      yield symbol;
      p = stream.step(symbol);
    }
  } finally {
    stream.dispose();
    arena.dispose();
  }
}
