/**
 * The components of a structural time series: level and slope, seasons, a cycle, an autoregression,
 * regression on inputs, noise. Each is a block of the state. (Harvey 1989, chapter 2; Durbin & Koopman
 * 2012, chapter 3.)
 */
import { turned, cosineAndSine } from "../../inference/special-functions.ts";
import { stationary, type NamedParameter } from "./parametric.ts";

/** One block of the state: its part of A, C and diag(Q), from its natural parameters. */
export interface Block {
  readonly name: string;
  readonly states: number;
  readonly parameters: readonly NamedParameter[];
  /** Free coordinates to start from. */
  readonly start: readonly number[];
  natural(theta: Float64Array): number[];
  /** Rows of A. */
  transition(natural: Float64Array): number[][];
  /** Row of C. */
  readonly observation: readonly number[];
  /** Variances of the states' noise. */
  noise(natural: Float64Array): number[];
  /** Pairs of sine and cosine in a season that is made of them. */
  readonly harmonics?: number;
  /** How the states start: with infinite variance, stationary, or with a large variance. */
  readonly initial: "diffuse" | "stationary" | "wide";
}

const square = (x: number): number => x * x;
const variance = (name: string): NamedParameter => ({ name, kind: "variance" });
const coefficient = (name: string): NamedParameter => ({ name, kind: "coefficient" });

/**
 * μ_{t+1} = μ_t + ν_t + N(0, σ²), ν_{t+1} = φ·ν_t + N(0, τ²). φ is 1, or a parameter in (0, 1) when damped.
 */
export function levelBlock({ slope, damped }: { slope: boolean; damped: boolean }): Block {
  if (!slope)
    return {
      name: "level",
      states: 1,
      parameters: [variance("level")],
      start: [0.3],
      natural: ([sd]) => [square(sd)],
      transition: () => [[1]],
      observation: [1],
      noise: ([own]) => [own],
      initial: "diffuse",
    };
  return {
    name: "level",
    states: 2,
    parameters: [variance("level"), variance("slope"), ...(damped ? [coefficient("damping")] : [])],
    start: damped ? [0.3, 0.1, 3] : [0.3, 0.1],
    natural: ([level, slopes, x]) => [square(level), square(slopes), ...(damped ? [share(x)] : [])],
    transition: ([, , phi = 1]) => [
      [1, 1],
      [0, phi],
    ],
    observation: [1, 0],
    noise: ([level, slopes]) => [level, slopes],
    initial: "diffuse",
  };
}

/** x²/(1+x²), in [0, 1). */
const share = (x: number): number => (x * x) / (1 + x * x);

/** γ_{t+1} = -γ_t - … - γ_{t-s+2} + N(0, σ²). */
export function dummySeasonBlock(period: number): Block {
  const states = period - 1;
  const shift = (i: number): number[] => Array.from({ length: states }, (_, j) => (j === i - 1 ? 1 : 0));
  return {
    name: `seasonal.${period}`,
    states,
    parameters: [variance(`seasonal.${period}`)],
    start: [0.1],
    natural: ([sd]) => [square(sd)],
    transition: () =>
      Array.from({ length: states }, (_, i) => (i === 0 ? Array<number>(states).fill(-1) : shift(i))),
    observation: Array.from({ length: states }, (_, i) => (i === 0 ? 1 : 0)),
    noise: ([own]) => Array.from({ length: states }, (_, i) => (i === 0 ? own : 0)),
    initial: "diffuse",
  };
}

/** Pairs that turn by 2πj/s a step, j = 1..harmonics, all with noise of one variance. */
export function trigonometricSeasonBlock(period: number, harmonics: number): Block {
  const pairs = Array.from({ length: harmonics }, (_, j) => (j + 1) / period);
  const sizes = pairs.map((fraction) => (fraction === 0.5 ? 1 : 2));
  const states = sizes.reduce((a, b) => a + b, 0);
  const transition = (): number[][] => {
    const A = Array.from({ length: states }, () => Array<number>(states).fill(0));
    let at = 0;
    pairs.forEach((fraction, j) => {
      const [c, s] = turned(fraction);
      A[at][at] = c;
      if (sizes[j] === 2) {
        A[at][at + 1] = s;
        A[at + 1][at] = -s;
        A[at + 1][at + 1] = c;
      }
      at += sizes[j];
    });
    return A;
  };
  return {
    name: `seasonal.${period}`,
    states,
    parameters: [variance(`seasonal.${period}`)],
    start: [0.05],
    natural: ([sd]) => [square(sd)],
    transition,
    observation: sizes.flatMap((size) => (size === 2 ? [1, 0] : [1])),
    noise: ([own]) => Array<number>(states).fill(own),
    harmonics,
    initial: "diffuse",
  };
}

/** (ψ, ψ*) turns by λ a step and shrinks by ρ, with noise of one variance; λ in (0, π), ρ in (0, 1). */
export function cycleBlock(): Block {
  return {
    name: "cycle",
    states: 2,
    parameters: [variance("cycle"), coefficient("cycle.frequency"), coefficient("cycle.damping")],
    start: [0.3, 0.4, 3],
    natural: ([sd, x, y]) => [square(sd), 3.141592653589793 * share(x), share(y)],
    transition([, lambda, rho]) {
      const [c, s] = cosineAndSine(lambda);
      return [
        [rho * c, rho * s],
        [-rho * s, rho * c],
      ];
    },
    observation: [1, 0],
    noise: ([own]) => [own, own],
    initial: "stationary",
  };
}

/** A stationary autoregression of order p. */
export function autoregressiveBlock(p: number): Block {
  const names = Array.from({ length: p }, (_, i) => coefficient(`autoregressive.${i + 1}`));
  return {
    name: "autoregressive",
    states: p,
    parameters: [variance("autoregressive"), ...names],
    start: [0.5, ...Array.from({ length: p }, (_, i) => (i === 0 ? 0.5 : 0))],
    natural: (theta) => [square(theta[0]), ...stationary(theta.subarray(1))],
    transition: (natural) =>
      Array.from({ length: p }, (_, i) =>
        Array.from({ length: p }, (_, j) => {
          if (i === 0) return natural[1 + j];
          return i - 1 === j ? 1 : 0;
        }),
      ),
    observation: Array.from({ length: p }, (_, i) => (i === 0 ? 1 : 0)),
    noise: ([own]) => Array.from({ length: p }, (_, i) => (i === 0 ? own : 0)),
    initial: "stationary",
  };
}
