/**
 * Noise on the weights while they learn (Graves, Mohamed & Hinton 2013, after Jim, Giles & Horne 1996): the
 * gradient is that at θ + σ·ε, ε standard normal and drawn once a batch, and moves θ itself. It keeps a net
 * from storing its training set in fine digits.
 */
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { Random } from "../wasm/random.ts";
import type { Objective } from "../optim/optimizer.ts";
import { streams } from "../wasm/streams.ts";

/**
 * Blocks of random numbers of one draw, two normals each. The counter has 32 bits, so noise repeats after
 * 2^33 of them: 80,000 draws for 100,000 weights.
 */
const blocks = (size: number): number => Math.ceil(size / 2);

/** σ and the draw: ε is a function of (seed, draw). */
export interface NoiseDraw {
  readonly deviation: number;
  readonly seed: number;
  readonly draw: number;
}

/** Moves the free parameters of an objective to a noisy point and back. */
export class WeightNoise {
  readonly #f: Pick<Objective, "engine" | "size" | "theta" | "changed">;
  readonly #arena: Arena;
  readonly #clean: Ptr;
  readonly #noise: Ptr;

  constructor(f: Pick<Objective, "engine" | "size" | "theta" | "changed">) {
    this.#f = f;
    this.#arena = new Arena(f.engine.memory);
    this.#clean = this.#arena.reals(f.size);
    this.#noise = this.#arena.reals(f.size);
  }

  /** θ ← θ + σ·ε; the function that it returns puts every bit back. */
  add({ deviation, seed, draw }: NoiseDraw): () => void {
    const {
      engine: { kernels: k },
      theta,
      size,
    } = this.#f;
    const [key0, key1] = Random.key(seed);
    k.copyRows(1, size, theta, size, this.#clean, size);
    k.randomNormal(size, key0, key1, streams.noise, draw * blocks(size), this.#noise);
    k.addScaled(size, deviation, this.#noise, theta);
    this.#f.changed();
    return () => {
      k.copyRows(1, size, this.#clean, size, theta, size);
      this.#f.changed();
    };
  }

  dispose(): void {
    this.#arena.dispose();
  }
}
