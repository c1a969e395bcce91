/**
 * How parameters begin: plain data, and a function that draws a matrix [rows, columns] from a seeded stream. Rows are the units that
 * send, columns those that receive.
 */
import { inRange, knownOptions, oneOf } from "../wasm/errors.ts";
import type { Random } from "../wasm/random.ts";

/** How a matrix begins. */
export type Initializer =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly scale: number }
  | { readonly kind: "uniform"; readonly scale: number }
  | { readonly kind: "orthogonal"; readonly gain: number };

/** All entries alike. */
export const constant = (value: number): Initializer => ({ kind: "constant", value });
/** Independent N(0, scale²). */
export const normal = (scale: number): Initializer => ({ kind: "normal", scale });
/** Independent and uniform in [-scale, scale). */
export const uniform = (scale: number): Initializer => ({ kind: "uniform", scale });
/** gain times a random matrix with orthonormal rows or columns (Saxe et al. 2014). */
export const orthogonal = (gain = 1): Initializer => ({ kind: "orthogonal", gain });

/** Throws OptionError unless `init` is an Initializer. */
export function checkInitializer(who: string, init: Initializer): void {
  oneOf(who, "kind", init?.kind, ["constant", "normal", "uniform", "orthogonal"]);
  knownOptions(who, init, ["kind", "value", "scale", "gain"]);
  for (const [key, value] of Object.entries(init)) if (key !== "kind") inRange(who, key, value, -Infinity);
}

/** Fills a matrix, row-major. */
export function drawMatrix(init: Initializer, rows: number, columns: number, random: Random, out: { [i: number]: number }): void {
  const n = rows * columns;
  switch (init.kind) {
    case "constant": for (let i = 0; i < n; ++i) out[i] = init.value; return;
    case "normal": for (let i = 0; i < n; ++i) out[i] = init.scale * random.normal(); return;
    case "uniform": for (let i = 0; i < n; ++i) out[i] = init.scale * (2 * random.uniform() - 1); return;
    case "orthogonal": return drawOrthogonal(init.gain, rows, columns, random, out);
  }
}

/** Gram-Schmidt, twice over for orthogonality to rounding, on the shorter side of a normal matrix. */
function drawOrthogonal(gain: number, rows: number, columns: number, random: Random, out: { [i: number]: number }): void {
  const count = Math.min(rows, columns), length = Math.max(rows, columns), vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const v = Float64Array.from({ length }, () => random.normal());
    for (let pass = 0; pass < 2; ++pass) {
      for (const u of vectors) {
        let dot = 0;
        for (let i = 0; i < length; ++i) dot += u[i]! * v[i]!;
        for (let i = 0; i < length; ++i) v[i]! -= dot * u[i]!;
      }
    }
    let norm = 0;
    for (let i = 0; i < length; ++i) norm += v[i]! * v[i]!;
    norm = Math.sqrt(norm);
    if (norm < 1e-8) continue;
    vectors.push(v.map((x) => x / norm));
  }
  for (let i = 0; i < rows; ++i) {
    for (let j = 0; j < columns; ++j) out[i * columns + j] = gain * (rows <= columns ? vectors[i]![j]! : vectors[j]![i]!);
  }
}
