/** Emission parameters as users give them, checked by what each of them is. */
import { OptionError, ShapeError, inRange, knownOptions } from "../../wasm/errors.ts";
import type { Algebra } from "../../inference/matrix.ts";
import { covarianceOption, matrixOption, type MatrixOption } from "../../data/matrix.ts";
import type { Emission } from "./emissions/emission.ts";
import type { ParameterKind, ParameterShape } from "./emissions/parameters.ts";

/**
 * Parameters of K states by name, such as `{ means, covariances }`; a bare matrix where the emission has only
 * one.
 */
export type EmissionParameters = MatrixOption | Readonly<Record<string, MatrixOption | Matrices>>;

/** One matrix a state. */
export type Matrices = ArrayLike<MatrixOption>;

/** One parameter, and how it is to be read. */
interface Field {
  readonly who: string;
  readonly name: string;
  readonly value: unknown;
  readonly K: number;
  readonly is: ParameterShape;
}

/** The smallest number above 0 whose inverse is a number. */
const SMALLEST = 2.3e-308;

/** Sets what is given. Returns the names given. Throws OptionError, ShapeError or NumericError. */
export function readParameters(
  who: string,
  emission: Emission,
  given: EmissionParameters | undefined,
  algebra: Algebra,
): string[] {
  if (given === undefined) return [];
  const names = Object.keys(emission.parameters);
  const isRecord = typeof given === "object" && given !== null && !("length" in given);
  if (!isRecord && names.length !== 1)
    throw new OptionError(`${who} is not an object, want { ${names.join(", ")} }`);
  const record = (isRecord ? given : { [names[0]]: given }) as Record<string, unknown>;
  knownOptions(who, record, names);
  const present = names.filter((name) => record[name] !== undefined);
  for (const name of present) {
    const field = { who, name, value: record[name], K: emission.K, is: emission.shapes[name] };
    emission.parameters[name].set(
      field.is.kind === "covariance" ? covariances(field, algebra) : numbers(field),
    );
  }
  return present;
}

/** Rows of probabilities that sum to 1 within 1e-6, then exactly normalized. */
export function distribution(who: string, what: string, P: Float64Array, width: number): Float64Array {
  for (let at = 0; at < P.length; at += width) {
    const i = at / width;
    let sum = 0;
    for (let j = 0; j < width; ++j)
      sum += inRange(`${who}: ${what}`, `row ${i}, entry ${j}`, P[at + j], 0, 1);
    if (Math.abs(sum - 1) > 1e-6) throw new OptionError(`${who}: ${what}: row ${i} sums to ${sum}, want 1`);
    for (let j = 0; j < width; ++j) P[at + j] /= sum;
  }
  return P;
}

/** What a number may be, besides finite. */
const ranges: Record<
  Exclude<ParameterKind, "covariance" | "distribution">,
  [(x: number) => boolean, string]
> = {
  real: [() => true, "a number"],
  loadings: [() => true, "a number"],
  positive: [(x) => x >= SMALLEST, "more than 0"],
  nonnegative: [(x) => x >= 0, "at least 0"],
  probability: [(x) => x >= 0 && x <= 1, "a number from 0 to 1"],
};

function numbers({ who, name, value, K, is }: Field): Float64Array {
  const { shape, kind, equal } = is;
  const width = shape[shape.length - 1];
  const rows = (K * shape.reduce((size, d) => size * d, 1)) / width;
  if (equal === "entries" && isFlat(value, rows))
    return repeated(numbers({ who, name, value, K: rows, is: { shape: [1], kind } }), width);
  const flat = matrixOption(who, name, levelled(value, shape) as MatrixOption, rows, width);
  if (kind === "distribution") return distribution(who, name, flat, width);
  const [fine, want] = ranges[kind as keyof typeof ranges];
  const at = flat.findIndex((x) => !fine(x));
  if (at >= 0) throw new OptionError(`${who}: ${name}: number ${at} is ${flat[at]}, want ${want}`);
  if (equal === "entries") {
    const odd = flat.findIndex((x, i) => x !== flat[i - (i % width)]);
    if (odd >= 0)
      throw new OptionError(
        `${who}: ${name}: number ${odd} is ${flat[odd]}, want the ${flat[odd - (odd % width)]} of its ` +
          "state: spherical covariances have one variance a state",
      );
  }
  return flat;
}

/** Each number `count` times. */
const repeated = (x: Float64Array, count: number): Float64Array =>
  Float64Array.from({ length: x.length * count }, (_, i) => x[Math.floor(i / count)]);

const isFlat = (value: unknown, length: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (value as ArrayLike<unknown>).length === length &&
  typeof (value as ArrayLike<unknown>)[0] === "number";

/** Rows of rows, as [K][M][D], become rows. */
const levelled = (value: unknown, shape: readonly number[]): unknown => {
  if (shape.length < 2 || !Array.isArray(value)) return value;
  const nested = value.every((x: unknown) => Array.isArray(x) && x.every((row) => typeof row === "object"));
  return nested ? value.flat() : value;
};

function covariances({ who, name, value, K, is }: Field, algebra: Algebra): Float64Array {
  const D = is.shape[is.shape.length - 1];
  const size = D * D;
  const blocks = (K * is.shape.reduce((product, d) => product * d, 1)) / size;
  const list = covarianceList(value, blocks, size, is);
  if (!list)
    throw new OptionError(
      `${who}: ${name} is ${value === null ? "null" : typeof value}, want ${blocks} matrices [${D},${D}], ` +
        "one for each state",
    );
  const same = is.equal === "states";
  const matrices = same && list.length === 1 ? new Array<MatrixOption>(blocks).fill(list[0]) : list;
  const or = same ? ", or one for all" : "";
  if (matrices.length !== blocks)
    throw new ShapeError(`${who}: ${matrices.length} ${name}, want ${blocks}, one for each state${or}`);
  const out = new Float64Array(blocks * size);
  matrices.forEach((S, k) => {
    const covariance = covarianceOption(who, `${name}[${k}]`, S, D, algebra);
    algebra.cholesky(`${who}: ${name}[${k}]`, D, covariance);
    out.set(covariance, k * size);
  });
  const odd = same ? out.findIndex((x, i) => x !== out[i % size]) : -1;
  if (odd >= 0)
    throw new OptionError(`${who}: ${name}[${Math.floor(odd / size)}] differs from the first: they are tied`);
  return out;
}

/**
 * Matrices of D·D numbers from one flat array, one matrix, or an array of them; undefined for what is
 * neither.
 */
function covarianceList(
  value: unknown,
  blocks: number,
  size: number,
  is: ParameterShape,
): MatrixOption[] | undefined {
  if (typeof value === "number") return [value];
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return undefined;
  const list = Array.from(value as ArrayLike<MatrixOption>);
  const flat = typeof list[0] === "number";
  if (flat && (list.length === blocks * size || (is.equal === "states" && list.length === size)))
    return Array.from({ length: list.length / size }, (_, k) =>
      (list as number[]).slice(k * size, (k + 1) * size),
    );
  const one =
    is.equal === "states" && list.length * list.length === size && isRowOfNumbers(list[0], list.length);
  if (one && (size > 1 || blocks > 1)) return [list as unknown as MatrixOption];
  return levelled(list, is.shape.slice(0, -1)) as MatrixOption[];
}

const isRowOfNumbers = (row: unknown, length: number): boolean => isFlat(row, length);
