/**
 * Intervals of estimates. Of a variance those of its profile likelihood, {v : max ln p(v, all else) > max
 * ln p - z²/2}: it is skewed, and ends at 0, so ± standard errors are too short above and go below 0. Of
 * other parameters ± z standard errors. (Pawitan 2001, sections 3.4 and 9.11.)
 */
import type { Kalman } from "../../inference/kalman.ts";
import type { Series } from "../../inference/state-space.ts";
import { quasiNewton, type SmoothPoint } from "../../train/quasi-newton.ts";
import { NumericError } from "../../wasm/errors.ts";
import { coordinates, SEARCH } from "./estimation.ts";
import { deviationsOf } from "./forecast.ts";
import { errorsByInformation, type AtMaximum } from "./information.ts";
import type { Family } from "./parametric.ts";
import type { ParameterInterval } from "./answers.ts";
import { scaled } from "./scale.ts";

/** A likelihood at its maximum, and how many deviations of a normal distribution the interval has. */
export interface Profiled {
  /** ln p as a function of free coordinates. Throws NumericError where there is none. */
  readonly likelihood: (theta: Float64Array) => SmoothPoint;
  /** The maximum. */
  readonly theta: Float64Array;
  readonly z: number;
}

/** A bound is found where the root of twice the fall of ln p is within this share of z. */
const CLOSE = 2e-3;
const SEARCHES = 40;
/** Coordinates of series of deviation 1: a bound beyond this is none. */
const FAR = 1e3;
/** A deviation at 0 has no slope: searches of the others begin at least so far away from it. */
const AWAY = 0.02;
const CLIMB = { iterations: 100, tolerance: 1e-5 };

/** A value of the coordinate, the best of all others there, and √(2·(max ln p - ln p)). */
interface Fall {
  readonly at: number;
  readonly others: Float64Array;
  readonly fall: number;
}

/** The fall at a value, the others searched from those of a fall near it; ∞ where there is no ln p. */
type FallAt = (value: number, near: Fall) => Promise<Fall>;

/** The interval of the free coordinate `at`, whose square is a variance, by its size. */
async function profileInterval(profiled: Profiled, at: number): Promise<ParameterInterval> {
  const { theta, z } = profiled;
  const fallAt = fallsFrom(profiled, at);
  const center = { at: Math.abs(theta[at]), others: theta.filter((_, i) => i !== at), fall: 0 };
  const zero = await fallAt(0, center);
  const lower = zero.fall <= z ? 0 : await boundBetween(fallAt, z, center, zero);
  let inside: Fall = center;
  for (let step = Math.max(0.2 * center.at, 0.05); step < FAR; step *= 2) {
    const next = await fallAt(center.at + step, inside);
    if (next.fall >= z) return { lower, upper: await boundBetween(fallAt, z, inside, next) };
    inside = next;
  }
  return { lower, upper: Infinity };
}

function fallsFrom({ likelihood, theta }: Profiled, at: number): FallAt {
  const highest = likelihood(theta).value;
  return async (value, near) => {
    const held = (x: Float64Array): SmoothPoint => {
      const point = likelihood(Float64Array.from([...x.subarray(0, at), value, ...x.subarray(at)]));
      return { x, value: point.value, gradient: () => point.gradient().filter((_, i) => i !== at) };
    };
    const start = near.others.map((x) => (Math.abs(x) < AWAY ? AWAY : x));
    try {
      const { best } = await quasiNewton(held, start, CLIMB);
      return { at: value, others: best.x, fall: Math.sqrt(2 * Math.max(highest - best.value, 0)) };
    } catch (error) {
      if (error instanceof NumericError) return { at: value, others: near.others, fall: Infinity };
      throw error;
    }
  };
}

/** Where the fall is z, by secants through the ends that enclose it, and halves where those lag. */
async function boundBetween(fallAt: FallAt, z: number, inside: Fall, outside: Fall): Promise<number> {
  let [a, b] = [inside, outside];
  for (let i = 0; i < SEARCHES; ++i) {
    const secant = a.at + ((b.at - a.at) * (z - a.fall)) / (b.fall - a.fall);
    const next = await fallAt(i % 3 === 2 || b.fall === Infinity ? (a.at + b.at) / 2 : secant, a);
    if (Math.abs(next.fall - z) < CLOSE * z) return next.at;
    if (next.fall < z) a = next;
    else b = next;
  }
  return (a.at + b.at) / 2;
}

/** Ends of a range in units of it, from the one where the maximum is to the other. */
const SHARES = [0.98, 0.95, 0.9, 0.8, 0.6, 0.3, 0, -0.5, -0.8, -0.95];
const END = 1e6;

/** The interval of a coordinate at the end of its range, by what coordinates stand for. */
async function endInterval(profiled: Profiled, { at, value }: Bound): Promise<ParameterInterval> {
  const sign = Math.sign(profiled.theta[at]);
  const anywhere = fallsFrom(profiled, at);
  const fallAt: FallAt = async (x, near) => ({ ...(await anywhere(sign * x, near)), at: x });
  const others = profiled.theta.filter((_, i) => i !== at);
  let inside: Fall = { at: Math.abs(profiled.theta[at]), others, fall: 0 };
  let inner = -END;
  for (const r of SHARES) {
    const next = await fallAt(r / Math.sqrt(1 - r * r), inside);
    if (next.fall < profiled.z) inside = next;
    else {
      inner = await boundBetween(fallAt, profiled.z, inside, next);
      break;
    }
  }
  const ends = [value(sign * END), value(sign * inner)];
  return { lower: Math.min(...ends), upper: Math.max(...ends) };
}

/** A parameter that one coordinate alone is, which is at the end of its range. */
interface Bound {
  readonly at: number;
  readonly value: (x: number) => number;
}

/** A parameter at the maximum. */
export interface Estimated {
  readonly value: number;
  readonly error: number;
  /** Of a variance: the free coordinate that is its root, and the variance of a size of that. */
  readonly root?: { readonly at: number; readonly variance: (size: number) => number };
}

/** The coordinate at the end of its range that parameter i is, if there is one that no other moves. */
function boundOf({ theta, natural, ended }: AtMaximum, i: number): Bound | undefined {
  const value = (at: number, x: number): number => natural(theta.map((old, j) => (j === at ? x : old)))[i];
  const moves = (at: number): boolean => value(at, 0) !== value(at, 1);
  const [at, ...more] = Array.from(theta, (_, j) => j).filter(moves);
  if (more.length > 0 || !ended.includes(at)) return undefined;
  return { at, value: (x) => value(at, x) };
}

/** The interval of every parameter. */
export async function intervalsAround(
  profiled: Profiled,
  estimates: readonly Estimated[],
  maximum: AtMaximum | undefined,
): Promise<ParameterInterval[]> {
  const found: ParameterInterval[] = [];
  for (const [i, { value, error, root }] of estimates.entries()) {
    const bound = maximum && Number.isNaN(error) ? boundOf(maximum, i) : undefined;
    if (root) {
      const { lower, upper } = await profileInterval(profiled, root.at);
      found.push({ lower: root.variance(lower), upper: root.variance(upper) });
    } else if (bound) found.push(await endInterval(profiled, bound));
    else if (Number.isNaN(error)) found.push({ lower: -Infinity, upper: Infinity });
    else found.push({ lower: value - profiled.z * error, upper: value + profiled.z * error });
  }
  return found;
}

/** The interval of every parameter, in the units of the data. Throws NumericError where there is none. */
export async function intervals(
  family: Family,
  kalman: Kalman,
  data: readonly Series[],
  level: number,
): Promise<ParameterInterval[]> {
  const { scale, estimation, start } = scaled(family, kalman, data);
  const { best } = await estimation.maximize(start, SEARCH);
  const theta = coordinates(best);
  const z = deviationsOf(level, kalman.engine);
  const natural = family.natural(theta);
  const isVariance = family.parameters.map(({ kind }) => kind === "variance");
  const maximum = isVariance.every(Boolean) ? undefined : estimation.about(theta);
  const errors = maximum && errorsByInformation(family.who, kalman.algebra, maximum).errors;
  const found = await intervalsAround(
    { likelihood: (x) => estimation.plain(x), theta, z },
    isVariance.map((variance, i) => ({
      value: natural[i],
      error: errors?.[i] ?? 0,
      root: variance ? { at: i, variance: (size) => size * size } : undefined,
    })),
    maximum,
  );
  const lower = scale.user(Float64Array.from(found, (interval) => interval.lower));
  const upper = scale.user(Float64Array.from(found, (interval) => interval.upper));
  return found.map((_, i) => ({ lower: lower[i], upper: upper[i] }));
}
