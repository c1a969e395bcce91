/**
 * How parameters begin: plain data, and a function that draws a matrix [rows, columns] from a seeded stream.
 * Rows are the units that send, columns those that receive.
 */
import {
  inRange,
  knownOptions,
  NumericError,
  oneOf,
  OptionError,
  ShapeError,
  whole,
} from "../../wasm/errors.ts";
import type { Random } from "../../wasm/random.ts";

/** How a matrix begins. */
export type Initializer =
  | {
      /** As `constant` makes it. */
      readonly kind: "constant";
      /** Of all entries. */
      readonly value: number;
    }
  | {
      /** As `values` makes it. */
      readonly kind: "values";
      /** One a block of columns. */
      readonly values: readonly number[];
    }
  | {
      /** As `normal` makes it. */
      readonly kind: "normal";
      /** The standard deviation. */
      readonly scale: number;
    }
  | {
      /** As `uniform` makes it. */
      readonly kind: "uniform";
      /** The largest modulus. */
      readonly scale: number;
    }
  | {
      /** As `identity` makes it. */
      readonly kind: "identity";
      /** The entries on the diagonal. */
      readonly gain: number;
    }
  | {
      /** As `orthogonal` makes it. */
      readonly kind: "orthogonal";
      /** The singular values, all alike. */
      readonly gain: number;
    }
  | ({
      /** As `sparse` makes it. */
      readonly kind: "sparse";
    } & Required<Pick<SparseOptions, "incoming" | "scale">> &
      Pick<SparseOptions, "spectralRadius">);

/** All entries alike. */
export const constant = (value: number): Initializer => ({ kind: "constant", value });
/**
 * One value a block of columns: n values cut the columns into n equal blocks, all rows alike. `gates: { i:
 * values([-3, -6]) }` opens the input gates of the second half of the cells later (Hochreiter & Schmidhuber
 * 1997). Drawing throws ShapeError where n does not divide the columns.
 */
export const values = (list: ArrayLike<number>): Initializer => ({
  kind: "values",
  values: Array.from(list),
});
/** Independent N(0, scale²). */
export const normal = (scale: number): Initializer => ({ kind: "normal", scale });
/** Independent and uniform in [-scale, scale). */
export const uniform = (scale: number): Initializer => ({ kind: "uniform", scale });
/**
 * gain times the identity, in each block of columns of a matrix [H,G·H]: with relu units, states that stay
 * (IRNN, Le, Jaitly and Hinton 2015).
 */
export const identity = (gain = 1): Initializer => ({ kind: "identity", gain });
/** gain times a random matrix with orthonormal rows or columns (Saxe et al. 2014). */
export const orthogonal = (gain = 1): Initializer => ({ kind: "orthogonal", gain });

/** Options of `sparse`. */
export interface SparseOptions {
  /** Weights into each unit that are not 0. Default 15, or as many as there are senders. */
  readonly incoming?: number;
  /** Their standard deviation. Default 1. */
  readonly scale?: number;
  /** Scales a square matrix to this largest modulus of an eigenvalue. Default: not scaled. */
  readonly spectralRadius?: number;
}
/** N(0, scale²) from a few random senders into each unit, 0 elsewhere (Martens 2010; Jaeger 2001). */
export const sparse = ({
  incoming = 15,
  scale = 1,
  spectralRadius: radius,
}: SparseOptions = {}): Initializer => ({
  kind: "sparse",
  incoming,
  scale,
  ...(radius === undefined ? {} : { spectralRadius: radius }),
});

/** The options of each kind. */
const options: {
  readonly [K in Initializer["kind"]]: {
    readonly needed: readonly string[];
    readonly optional?: readonly string[];
  };
} = {
  constant: { needed: ["value"] },
  values: { needed: ["values"] },
  normal: { needed: ["scale"] },
  uniform: { needed: ["scale"] },
  identity: { needed: ["gain"] },
  orthogonal: { needed: ["gain"] },
  sparse: { needed: ["incoming", "scale"], optional: ["spectralRadius"] },
};

function checkValues(who: string, list: unknown): void {
  if (!Array.isArray(list) || list.length === 0)
    throw new OptionError(`${who}: values is ${Array.isArray(list) ? "empty" : typeof list}, want numbers`);
  list.forEach((value, i) => inRange(who, `values[${i}]`, value, -Infinity));
}

/** Throws OptionError unless `init` is an Initializer. */
export function checkInitializer(who: string, init: Initializer): void {
  oneOf(who, "kind", init?.kind, Object.keys(options) as Initializer["kind"][]);
  const { needed, optional = [] } = options[init.kind];
  knownOptions(who, init, ["kind", ...needed, ...optional]);
  if (init.kind === "values") return checkValues(who, init.values);
  const numbers: Readonly<Record<string, unknown>> = { ...init };
  for (const key of [...needed, ...optional])
    if (needed.includes(key) || numbers[key] !== undefined) inRange(who, key, numbers[key], -Infinity);
  if (init.kind === "sparse") whole(who, "incoming", init.incoming, 1);
}

/** The largest modulus of an eigenvalue of W [n,n]. */
export type Radius = (n: number, W: Float64Array) => number;

/** Whether drawing needs eigenvalues. */
export const needsSpectrum = (init: Initializer): boolean =>
  init.kind === "sparse" && init.spectralRadius !== undefined;

/** A matrix [rows,columns] to be filled, row-major. */
export interface DrawnMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly out: { [i: number]: number };
}

/** Fills a matrix. `radius` is there where `needsSpectrum` says so. */
export function drawMatrix(init: Initializer, matrix: DrawnMatrix, random: Random, radius?: Radius): void {
  const { rows, columns, out } = matrix;
  const n = rows * columns;
  switch (init.kind) {
    case "constant":
      for (let i = 0; i < n; ++i) out[i] = init.value;
      return;
    case "values":
      return fillBlocks(init.values, matrix);
    case "normal":
      for (let i = 0; i < n; ++i) out[i] = init.scale * random.normal();
      return;
    case "uniform":
      for (let i = 0; i < n; ++i) out[i] = init.scale * (2 * random.uniform() - 1);
      return;
    case "identity":
      for (let i = 0; i < n; ++i) out[i] = (i % columns) % rows === Math.floor(i / columns) ? init.gain : 0;
      return;
    case "orthogonal":
      return drawOrthogonal(init.gain, matrix, random);
    case "sparse":
      return drawSparse(init, matrix, random, radius);
  }
}

function fillBlocks(list: readonly number[], { rows, columns, out }: DrawnMatrix): void {
  const width = columns / list.length;
  if (!Number.isInteger(width))
    throw new ShapeError(
      `values: ${list.length} values for ${columns} columns, want a number of values that divides them`,
    );
  for (let i = 0; i < rows * columns; ++i) out[i] = list[Math.floor((i % columns) / width)];
}

function drawSparse(
  { incoming, scale, spectralRadius: wanted }: Extract<Initializer, { kind: "sparse" }>,
  { rows, columns, out }: DrawnMatrix,
  random: Random,
  radius: Radius | undefined,
): void {
  if (wanted !== undefined && rows !== columns)
    throw new ShapeError(`sparse: spectralRadius of a matrix [${rows},${columns}], want a square one`);
  const W = new Float64Array(rows * columns);
  const few = Math.min(incoming, rows);
  for (let j = 0; j < columns; ++j) {
    const senders = random.permutation(rows);
    for (let k = 0; k < few; ++k) W[senders[k] * columns + j] = scale * random.normal();
  }
  const factor = wanted === undefined ? 1 : wanted / radiusOf(W, rows, radius!);
  for (let i = 0; i < W.length; ++i) out[i] = factor * W[i];
}

function radiusOf(W: Float64Array, n: number, largest: Radius): number {
  const radius = largest(n, W);
  if (!(radius > 0))
    throw new NumericError(
      "sparse: all eigenvalues are 0, so there is nothing to scale; use more incoming weights or " +
        "another seed",
    );
  return radius;
}

/** Gram-Schmidt, twice over for orthogonality to rounding, on the shorter side of a normal matrix. */
function drawOrthogonal(gain: number, { rows, columns, out }: DrawnMatrix, random: Random): void {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const v = Float64Array.from({ length }, () => random.normal());
    for (let pass = 0; pass < 2; ++pass) {
      for (const u of vectors) {
        let dot = 0;
        for (let i = 0; i < length; ++i) dot += u[i] * v[i];
        for (let i = 0; i < length; ++i) v[i] -= dot * u[i];
      }
    }
    let norm = 0;
    for (let i = 0; i < length; ++i) norm += v[i] * v[i];
    norm = Math.sqrt(norm);
    if (norm < 1e-8) continue;
    vectors.push(v.map((x) => x / norm));
  }
  for (let i = 0; i < rows; ++i) {
    for (let j = 0; j < columns; ++j)
      out[i * columns + j] = gain * (rows <= columns ? vectors[i][j] : vectors[j][i]);
  }
}
