/** What a likelihood says of its parameters at its maximum. (Durbin & Koopman 2012, section 7.3.4.) */
import type { Algebra } from "../../inference/matrix.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import { jacobian, moved } from "../../train/differences.ts";
import { NumericError } from "../../wasm/errors.ts";

/** Step of second differences: near the fourth root. */
const SECOND_STEP = 2e-4;
/** Step of differences of an exact gradient by 1 + |x|: far out it hardly changes, and rounding shows. */
const GRADIENT_STEP = 1e-4;

/** The observed information -∂² ln p [P,P] by second central differences. */
function observedInformation(
  logLikelihood: (theta: Float64Array) => number,
  theta: Float64Array,
): Float64Array {
  const P = theta.length;
  const h = SECOND_STEP;
  const at = (i: number, a: number, j: number, b: number): number =>
    logLikelihood(moved(moved(theta, i, a), j, b));
  const H = new Float64Array(P * P);
  const here = logLikelihood(theta);
  for (let i = 0; i < P; ++i) {
    H[i * P + i] = -(at(i, h, i, 0) - 2 * here + at(i, -h, i, 0)) / (h * h);
    for (let j = 0; j < i; ++j) {
      const mixed = at(i, h, j, h) - at(i, h, j, -h) - at(i, -h, j, h) + at(i, -h, j, -h);
      H[i * P + j] = H[j * P + i] = -mixed / (4 * h * h);
    }
  }
  return H;
}

/** -∂² ln p [P,P] by central differences of its gradient [P], symmetric; undefined where there is none. */
export function informationByGradient(
  gradient: (theta: Float64Array) => Float64Array | undefined,
  theta: Float64Array,
): Float64Array | undefined {
  const P = theta.length;
  const J = new Float64Array(P * P);
  for (let i = 0; i < P; ++i) {
    const h = GRADIENT_STEP * (1 + Math.abs(theta[i]));
    const up = gradient(moved(theta, i, h));
    const down = up && gradient(moved(theta, i, -h));
    if (!up || !down) return undefined;
    for (let j = 0; j < P; ++j) J[i * P + j] = (down[j] - up[j]) / (2 * h);
  }
  return J.map((x, k) => 0.5 * (x + J[(k % P) * P + Math.floor(k / P)]));
}

/** A maximum in free coordinates, what it stands for, and the likelihood. */
export interface Maximized {
  readonly theta: Float64Array;
  /** The natural values that coordinates stand for. */
  readonly natural: (theta: Float64Array) => Float64Array;
  /** ln p at coordinates. */
  readonly logLikelihood: (theta: Float64Array) => number;
}

/** What the likelihood is about it. */
export interface AtMaximum extends Maximized {
  /** [P,P] -∂² ln p there. */
  readonly information: Float64Array;
  /** The coordinates that are at the end of their ranges. */
  readonly ended: readonly number[];
}

/** Standard errors, as far as there are any. */
export interface ParameterErrors {
  /** One for each natural parameter; NaN where there is none. */
  readonly errors: Float64Array;
  /** [P] why each has none; empty where it has one. */
  readonly reasons: readonly string[];
}

/** A coordinate beyond this is far out: of one that ends at ±1, within 5% of its end. */
const FAR_OUT = 3;
/** The end of a coordinate's way. */
const END = 1e3;
/** Nats: a loss on the way to the end below this is none. */
const LEVEL = 1e-3;
/** A share of what the coordinates before leave of one's information: below this it is rounding. */
const FLAT = 1e-7;

/** Whether ln p falls nowhere from coordinate i to the end of its range, where a root is one of unity. */
function isAtEnd({ theta, logLikelihood }: Maximized, i: number): boolean {
  if (!(Math.abs(theta[i]) > FAR_OUT)) return false;
  const end = theta.slice();
  end[i] = Math.sign(theta[i]) * Math.max(END, Math.abs(theta[i]));
  try {
    return logLikelihood(end) > logLikelihood(theta) - LEVEL;
  } catch (error) {
    if (error instanceof NumericError) return false;
    throw error;
  }
}

/** What is known about a maximum; the information by second differences where none is given. */
export function aboutMaximum(
  found: Maximized,
  information = observedInformation(found.logLikelihood, found.theta),
): AtMaximum {
  const all = Array.from(found.theta, (_, i) => i);
  return { ...found, information, ended: all.filter((i) => isAtEnd(found, i)) };
}

/**
 * Of coordinates `all`, those with information of their own, the largest first, by pivoted elimination; the
 * others are flat given these.
 */
function informed({ information: H, theta }: AtMaximum, all: readonly number[]): number[] {
  const P = theta.length;
  const left = H.slice();
  const rest = new Set(all);
  const kept: number[] = [];
  const share = (i: number): number => left[i * P + i] / Math.abs(H[i * P + i]) || 0;
  while (rest.size > 0) {
    const best = [...rest].reduce((a, b) => (share(b) > share(a) ? b : a));
    if (!(share(best) > FLAT)) break;
    rest.delete(best);
    kept.push(best);
    for (const i of rest)
      for (const j of rest)
        left[i * P + j] -= (left[i * P + best] * left[best * P + j]) / left[best * P + best];
  }
  return kept.sort((a, b) => a - b);
}

/**
 * Standard errors of natural values: √diag(J·H⁻¹·Jᵀ) for the information H, J by central
 * differences. 0 for a variance at 0, whose coordinate is a deviation. None where a coordinate is at the
 * end of its range, or where the likelihood is flat; the others have theirs, given that.
 */
export function errorsByInformation(who: string, algebra: Algebra, maximum: AtMaximum): ParameterErrors {
  const { theta, natural, information, ended } = maximum;
  const P = theta.length;
  const here = natural(theta);
  const size = here.length;
  const slopes = new Matrix(algebra, size, P, jacobian(natural, theta, size));
  const inside = Array.from(theta, (_, i) => i).filter((i) => !ended.includes(i));
  const kept = informed(maximum, inside);
  const flat = inside.filter((i) => !kept.includes(i));
  const H = new Matrix(algebra, P, P, information);
  const known = H.part(kept, kept);
  const all = Array.from(here, (_, i) => i);
  const J = slopes.part(all, kept);
  const errors = new Float64Array(size);
  const reasons = new Array<string>(size).fill("");
  if (kept.length > 0) {
    const covariance = J.times(known.solve(`${who}: information`, J.transposed()));
    covariance.diagonal().forEach((x, i) => (errors[i] = Math.sqrt(Math.max(x, 0))));
  }
  const none = (i: number, why: string): void => {
    errors[i] = NaN;
    reasons[i] = why;
  };
  const steep = (i: number, row: ArrayLike<number>): boolean =>
    Array.from(row).some((x) => Math.abs(x) > 1e-6 * (1 + Math.abs(here[i])));
  for (const at of ended) {
    const without = natural(theta.map((x, j) => (j === at ? 0 : x)));
    for (const i of all)
      if (without[i] !== here[i] && !steep(i, J.data.subarray(i * kept.length, (i + 1) * kept.length)))
        none(i, AT_END);
  }
  for (const at of flat) {
    // along e_at - H_kk⁻¹·H_k,at the likelihood does not change
    const along = kept.length > 0 ? J.times(known.solve(`${who}: information`, H.part(kept, [at]))).data : [];
    for (const i of all) if (steep(i, [slopes.at(i, at) - (along[i] ?? 0)])) none(i, IS_FLAT);
  }
  return { errors, reasons };
}

const AT_END =
  "it is at the end of its range, where the likelihood has no curvature; intervals tells what the data allow";
const IS_FLAT = "the likelihood is flat along it; want fewer components or a longer series";

/** The reasons of those that have one. */
export const reasonsByName = (
  parameters: readonly { readonly name: string }[],
  { reasons }: ParameterErrors,
): Record<string, string> =>
  Object.fromEntries(parameters.flatMap(({ name }, i) => (reasons[i] ? [[name, reasons[i]]] : [])));

/** Errors that are there. Throws NumericError with the words of why there are none at all. */
export function errorsThatAre(errors: ParameterErrors | string): ParameterErrors {
  if (typeof errors === "string") throw new NumericError(errors);
  return errors;
}
