/**
 * ARIMA models with seasons as a family of systems: the state is that of the stationary series in Harvey's
 * form, and the last values of the series itself, whose start is diffuse. (Harvey 1989, section 3.4; Box &
 * Jenkins 1976.)
 *
 *   φ(L)·Φ(Lˢ)·(1-L)ᵈ·(1-Lˢ)ᴰ·y_t = θ(L)·Θ(Lˢ)·e_t
 */
import { Matrix } from "../../inference/matrix-value.ts";
import type { Algebra } from "../../inference/matrix.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import { OptionError, knownOptions, show, whole } from "../../wasm/errors.ts";
import { differences, spread, times, type Lags } from "./lag-polynomials.ts";
import { stationary, type Family, type NamedParameter } from "./parametric.ts";
import { stationaryCovariance } from "./stationary-covariance.ts";

/** The seasonal part. */
export interface ArimaSeason {
  /** Autoregressive terms at multiples of the period. */
  readonly P?: number;
  /** Differences over one period. */
  readonly D?: number;
  /** Moving-average terms at multiples of the period. */
  readonly Q?: number;
  /** s, steps a season. */
  readonly period: number;
}

/** Orders, each 0 where it is left out. */
export interface ArimaSpec {
  /** Autoregressive terms. */
  readonly p?: number;
  /** Differences. */
  readonly d?: number;
  /** Moving-average terms. */
  readonly q?: number;
  /** Default: no season. */
  readonly seasonal?: ArimaSeason;
  /** m, inputs a step whose weights are estimated. Default 0. */
  readonly inputs?: number;
  /** A mean; default where nothing is differenced. */
  readonly intercept?: boolean;
  /** Of samples. Default 1. */
  readonly seed?: number;
}

interface Orders {
  readonly p: number;
  readonly d: number;
  readonly q: number;
  readonly P: number;
  readonly D: number;
  readonly Q: number;
  readonly s: number;
}

function readOrders(who: string, spec: ArimaSpec): Orders {
  knownOptions(who, spec, ["p", "d", "q", "seasonal", "inputs", "intercept", "seed"]);
  const { seasonal } = spec;
  if (
    seasonal !== undefined &&
    (seasonal === null || typeof seasonal !== "object" || Array.isArray(seasonal))
  )
    throw new OptionError(
      `${who}: seasonal is ${show(seasonal)}, want orders and steps a season, ` +
        "as { P: 0, D: 1, Q: 1, period: 12 }",
    );
  knownOptions(`${who}: seasonal`, seasonal, ["P", "D", "Q", "period"]);
  const order = (name: string, value: number | undefined, max: number): number =>
    whole(who, name, value ?? 0, 0, max);
  return {
    p: order("p", spec.p, 50),
    d: order("d", spec.d, 4),
    q: order("q", spec.q, 50),
    P: order("P", seasonal?.P, 10),
    D: order("D", seasonal?.D, 2),
    Q: order("Q", seasonal?.Q, 10),
    s: seasonal ? whole(`${who}: seasonal`, "period", seasonal.period, 2, 400) : 1,
  };
}

const named = (name: string, count: number): NamedParameter[] =>
  Array.from({ length: count }, (_, i) => ({ name: `${name}.${i + 1}`, kind: "coefficient" }));

function shiftedOf(constant: boolean, differenced: boolean): Family["shifted"] {
  if (constant) return "constant";
  return differenced ? "diffuse" : "nothing";
}

/** Checks a spec. Throws OptionError. */
export function arimaFamily(who: string, spec: ArimaSpec): Family {
  const orders = readOrders(who, spec);
  const { p, d, q, P, D, Q, s } = orders;
  const inputs = whole(who, "inputs", spec.inputs ?? 0, 0, 100);
  const constant = spec.intercept ?? d + D === 0;
  if (typeof constant !== "boolean")
    throw new OptionError(`${who}: intercept is ${show(constant)}, want true or false`);
  if (constant && d + D > 0)
    throw new OptionError(`${who}: intercept is true of a differenced series, want false or d = D = 0`);
  const input = inputs + (constant ? 1 : 0);
  const parameters: NamedParameter[] = [
    ...named("ar", p),
    ...named("ma", q),
    ...named("seasonal.ar", P),
    ...named("seasonal.ma", Q),
    { name: "variance", kind: "variance" },
    ...Array.from({ length: input }, (_, i) => ({
      name: constant && i === inputs ? "intercept" : `input.${i + 1}`,
      kind: { input: i },
    })),
  ];
  const lags = differences(d, D, s);
  const family = (difference: Lags): Family => {
    const order = difference.length - 1;
    return {
      who,
      parameters,
      input,
      varianceOnly: false,
      constant,
      shifted: shiftedOf(constant, order > 0),
      diffuse: order,
      uncounted: order,
      ...inCoordinates(orders, parameters),
      system(algebra, natural) {
        const { ar, ma, rest } = polynomials(orders, natural);
        return system(who, algebra, { ar, ma, difference }, rest, input);
      },
    };
  };
  const own = family(lags);
  return lags.length > 1 ? { ...own, differences: { lags, family: family([1]) } } : own;
}

/** Where the coefficients of each kind end among the parameters. */
const cutsOf = ({ p, q, P, Q }: Orders): [number, number, number, number] => [
  p,
  p + q,
  p + q + P,
  p + q + P + Q,
];

/** The polynomials of natural values, multiplied out, and the values behind the coefficients. */
function polynomials(orders: Orders, natural: Float64Array): { ar: Lags; ma: Lags; rest: Float64Array } {
  const [a, b, c, e] = cutsOf(orders);
  const { s } = orders;
  return {
    ar: times(spread(natural.subarray(0, a), 1, -1), spread(natural.subarray(b, c), s, -1)),
    ma: times(spread(natural.subarray(a, b), 1, 1), spread(natural.subarray(c, e), s, 1)),
    rest: natural.subarray(e),
  };
}

/** Free coordinates: where to start, and the natural values of others. */
function inCoordinates(
  orders: Orders,
  parameters: readonly NamedParameter[],
): Pick<Family, "start" | "natural"> {
  const [a, b, c, e] = cutsOf(orders);
  const inverted = (x: Float64Array): Float64Array => stationary(x).map((v) => -v);
  return {
    start: () => Float64Array.from(parameters, (_, i) => (i === e ? 0.5 : 0)),
    natural: (theta) =>
      Float64Array.from([
        ...stationary(theta.subarray(0, a)),
        ...inverted(theta.subarray(a, b)),
        ...stationary(theta.subarray(b, c)),
        ...inverted(theta.subarray(c, e)),
        theta[e] * theta[e],
        ...theta.subarray(e + 1),
      ]),
  };
}

/** Lag polynomials of a series. */
interface Polynomials {
  readonly ar: Lags;
  readonly ma: Lags;
  readonly difference: Lags;
}

/** `rest`: the variance of e, then the weights of the inputs. */
function system(
  who: string,
  algebra: Algebra,
  { ar, ma, difference }: Polynomials,
  rest: Float64Array,
  input: number,
): LinearGaussian {
  const r = Math.max(ar.length - 1, ma.length);
  const K = difference.length - 1;
  const n = r + K;
  const A = new Float64Array(n * n);
  const C = Float64Array.from({ length: n }, (_, j) => {
    if (j < r) return j === 0 ? 1 : 0;
    return -difference[j - r + 1];
  });
  for (let i = 0; i < r; ++i) {
    A[i * n] = -(ar[i + 1] ?? 0);
    if (i + 1 < r) A[i * n + i + 1] = 1;
  }
  if (K > 0) A.set(C, r * n);
  for (let i = r + 1; i < n; ++i) A[i * n + i - 1] = 1;
  const shocks = Matrix.column(
    algebra,
    Float64Array.from({ length: n }, (_, i) => (i < r ? (ma[i] ?? 0) : 0)),
  );
  const Q = shocks.timesTransposed(shocks).scaled(rest[0]);
  const whole = new Matrix(algebra, n, n, A);
  const arma = Array.from({ length: r }, (_, i) => i);
  const lags = Array.from({ length: K }, (_, i) => r + i);
  const P = stationaryCovariance(who, whole.part(arma, arma), Q.part(arma, arma));
  const covariance = Matrix.zeros(algebra, n).map((_, i) => {
    const [a, b] = [Math.floor(i / n), i % n];
    return a < r && b < r ? P.at(a, b) : 0;
  });
  return {
    state: n,
    output: 1,
    input,
    A: whole,
    B: Matrix.zeros(algebra, n, input),
    C: new Matrix(algebra, 1, n, C),
    D: new Matrix(algebra, 1, input, rest.slice(1)),
    Q,
    R: Matrix.zeros(algebra, 1),
    initial: {
      mean: Matrix.zeros(algebra, n, 1),
      covariance,
      W: Matrix.identity(algebra, n).part([...arma, ...lags], lags),
    },
  };
}
