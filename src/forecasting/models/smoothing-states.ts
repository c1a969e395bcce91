/**
 * Exponential smoothing as innovations state space, additive. (Hyndman, Koehler, Ord & Snyder 2008.)
 *
 *   f_t = l + φ·b + s_{t-m},  e = y_t - f_t
 *   l ← l + φ·b + α·e,  b ← φ·b + β·e,  s_t ← s_{t-m} + γ·e
 *
 * A missing value has e = 0: states go on by themselves.
 */

/** Which components there are. */
export interface SmoothingForm {
  readonly trend: "none" | "additive" | "damped";
  /** m, 1 for none. */
  readonly season: number;
}

/** Gains and damping. */
export interface Gains {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  /** φ: 1 for a trend that stays, 0 where there is none. */
  readonly phi: number;
}

/** Level, trend and the last season. */
export interface SmoothingState {
  level: number;
  trend: number;
  /** [m] by step modulo m; empty without a season. */
  readonly seasons: Float64Array;
}

/** What a pass writes: f_t [T], and the trend before each step [T]. */
export interface SmoothingTrace {
  readonly means: Float64Array;
  readonly trends?: Float64Array;
}

/** The sum of e² over known steps, and their number; the state is that after the last. */
export function smooth(
  z: Float64Array,
  { alpha, beta, gamma, phi }: Gains,
  state: SmoothingState,
  trace?: SmoothingTrace,
): { squares: number; count: number } {
  const { seasons } = state;
  const m = seasons.length;
  let { level, trend } = state;
  let squares = 0;
  let count = 0;
  for (let t = 0, at = 0; t < z.length; ++t, at = at + 1 >= m ? 0 : at + 1) {
    const slope = phi * trend;
    const season = m > 0 ? seasons[at] : 0;
    const gap = z[t] - level - slope - season;
    if (trace) trace.means[t] = level + slope + season;
    if (trace?.trends) trace.trends[t] = trend;
    const known = gap === gap;
    const e = known ? gap : 0;
    level += slope + alpha * e;
    trend = slope + beta * e;
    if (m > 0) seasons[at] = season + gamma * e;
    if (!known) continue;
    squares += e * e;
    count += 1;
  }
  state.level = level;
  state.trend = trend;
  return { squares, count };
}

/** The derivatives of the sum of e² by gains and first states. */
export interface SmoothingGradient {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
  readonly level: number;
  readonly trend: number;
  readonly seasons: Float64Array;
}

/** The gradient of `squares` of `smooth` from a first state, which stays as it is: its steps backwards. */
export function smoothGradient(
  z: Float64Array,
  { alpha, beta, gamma, phi }: Gains,
  start: SmoothingState,
): SmoothingGradient {
  const T = z.length;
  const m = start.seasons.length;
  const means = new Float64Array(T);
  const trends = new Float64Array(T);
  smooth(z, { alpha, beta, gamma, phi }, { ...start, seasons: start.seasons.slice() }, { means, trends });
  let [dAlpha, dBeta, dGamma, dPhi, dLevel, dTrend] = [0, 0, 0, 0, 0, 0];
  const dSeasons = new Float64Array(m);
  for (let t = T - 1; t >= 0; --t) {
    const at = m > 0 ? t % m : 0;
    const dSeason = m > 0 ? dSeasons[at] : 0;
    const gap = z[t] - means[t];
    const known = gap === gap;
    const e = known ? gap : 0;
    const dError = known ? 2 * e + alpha * dLevel + beta * dTrend + gamma * dSeason : 0;
    dAlpha += dLevel * e;
    dBeta += dTrend * e;
    dGamma += dSeason * e;
    const dSlope = dLevel + dTrend - dError;
    dPhi += dSlope * trends[t];
    dLevel -= dError;
    if (m > 0) dSeasons[at] = dSeason - dError;
    dTrend = phi * dSlope;
  }
  return {
    ...{ alpha: dAlpha, beta: dBeta, gamma: dGamma, phi: dPhi },
    ...{ level: dLevel, trend: dTrend, seasons: dSeasons },
  };
}

/**
 * Means and variances of the next steps: var_h = σ²·(1 + Σ_{j<h} c_j²), c_j = α + β·(φ + … + φ^j) +
 * γ·[j divides by m]. (Hyndman et al. 2008, table 6.1.)
 */
export function smoothedOutlook(
  { alpha, beta, gamma, phi }: Gains,
  { level, trend, seasons }: SmoothingState,
  past: number,
  { steps, variance }: { steps: number; variance: number },
): { means: Float64Array; variances: Float64Array } {
  const m = seasons.length;
  const means = new Float64Array(steps);
  const variances = new Float64Array(steps);
  let damping = 0;
  let power = 1;
  let sum = 1;
  for (let h = 0; h < steps; ++h) {
    if (h > 0) {
      const c = alpha + beta * damping + (m > 0 && h % m === 0 ? gamma : 0);
      sum += c * c;
    }
    power *= phi;
    damping += power;
    means[h] = level + damping * trend + (m > 0 ? seasons[(past + h) % m] : 0);
    variances[h] = variance * sum;
  }
  return { means, variances };
}
