/** Random numbers of the distributions that states emit, in constant time whatever their parameters. */
import type { Random } from "../../../wasm/random.ts";
import { Arena } from "../../../wasm/memory.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { put } from "./entries.ts";

const SMALL_RATE = 10; // below, a product of about ten uniforms is as fast as a rejection

/** A Poisson count: Knuth's product of uniforms, or transformed rejection (PTRS, Hörmann 1993). */
export function drawPoisson(algebra: Algebra, random: Random, rate: number): number {
  if (rate === 0) return 0;
  if (rate >= SMALL_RATE) return rejectPoisson(algebra, random, rate);
  let count = 0;
  const limit = algebra.exp([-rate])[0];
  for (let product = random.uniform(); product > limit; product *= random.uniform()) ++count;
  return count;
}

function rejectPoisson(algebra: Algebra, random: Random, rate: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const sure = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + rate + 0.43);
    if (edge >= 0.07 && v <= sure) return count;
    if (!(count >= 0) || (edge < 0.013 && v > edge)) continue;
    const hat = algebra.log([(v * inverse) / (a / (edge * edge) + b)])[0];
    if (hat <= poissonLogProbability(algebra, count, rate)) return count;
  }
}

function poissonLogProbability({ engine }: Algebra, count: number, rate: number): number {
  const arena = new Arena(engine.memory);
  const [y, lambda, logLambda, out, scratch] = [[count], [rate], [rate], [0, 0, 0, 0], [0]].map((x) =>
    put(arena, x),
  );
  engine.kernels.mapLog(1, logLambda, logLambda);
  engine.kernels.poissonLogDensity(1, 1, 1, 4, y, lambda, logLambda, out, scratch);
  const result = engine.memory.reals(out, 1)[0];
  arena.dispose();
  return result;
}
