/**
 * Scales of a plot: data to pixels, linear or logarithmic, with round ticks. Plain arithmetic only, so a
 * figure has the same bits everywhere.
 */
import { OptionError } from "../wasm/errors.ts";

/** An axis as the caller states it. */
export interface Axis {
  /** The quantity and its unit. Default: none. */
  label?: string;
  /** Logarithmic, base 10; every value must be positive. Default false. */
  log?: boolean;
  /** Ends of the axis. Default: the extent of the data, widened to round ticks. */
  range?: readonly [number, number];
  /** Ticks in place of the automatic ones. */
  ticks?: readonly {
    /** Data units. */
    at: number;
    /** What stands there. */
    label: string;
  }[];
}

/** A mapping from data to [0, 1] along an axis, and where its ticks stand. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
  /** Place of a value: 0 at `from`, 1 at `to`. */
  place(value: number): number;
  readonly ticks: readonly { at: number; label: string }[];
}

const LN10 = 2.302585092994046;

/**
 * log₁₀ x for x > 0 to about 1e-15: x = m·10ᵏ with m in [1, 10), ln m = 2·artanh((m-1)/(m+1)) after square
 * roots.
 */
export function log10(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  const exponent = decade(x);
  const root = Math.sqrt(Math.sqrt(x / tenTo(exponent)));
  const u = (root - 1) / (root + 1);
  const u2 = u * u;
  let sum = 0;
  for (let n = 39; n >= 1; n -= 2) sum = sum * u2 + 1 / n;
  return exponent + (8 * u * sum) / LN10;
}

/** 10ᵏ, correctly rounded, for whole k. */
const tenTo = (k: number): number => Number(`1e${k}`);

/** The whole number k with 10ᵏ ≤ x < 10ᵏ⁺¹. */
const decade = (x: number): number => Number(x.toExponential().split("e")[1]);

/** A number as short as it stays true to `digits` significant digits: 0.25, 1200, 1.5e-7. */
export function numberText(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6) ? rounded.toExponential().replace("e+", "e") : String(rounded);
  return text.replace("-", "−").replace("e-", "e−");
}

const superscript = (k: number): string =>
  [...String(k)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");

/** The smallest step of 1, 2, 2.5 or 5 times a power of ten that cuts `span` in at most `count` parts. */
function roundStep(span: number, count: number): number {
  const base = tenTo(decade(span / count));
  return base * [1, 2, 2.5, 5, 10].find((factor) => base * factor * count >= span * (1 - 1e-9))!;
}

function linear(min: number, max: number, axis: Axis, count: number): Scale {
  const step = roundStep(max - min, count);
  const from = axis.range ? min : Math.floor(min / step + 1e-9) * step;
  const to = axis.range ? max : Math.ceil(max / step - 1e-9) * step;
  const ticks = [];
  for (let i = Math.ceil(from / step - 1e-9); i <= Math.floor(to / step + 1e-9); ++i)
    ticks.push({ at: i * step, label: numberText(i * step) });
  return { from, to, log: false, ticks, place: (value) => (value - from) / (to - from) };
}

/** The logarithm of the nearest 1, 2 or 5 times a power of ten at or beyond 10^place, down (-1) or up (1). */
function roundLog(place: number, direction: -1 | 1): number {
  const whole = Math.floor(place + 1e-9);
  const steps = [0, log10(2), log10(5), 1].map((step) => whole + step);
  return direction < 0
    ? steps.filter((step) => step <= place + 1e-9).at(-1)!
    : steps.find((step) => step >= place - 1e-9)!;
}

function logarithmic(min: number, max: number, axis: Axis, count: number): Scale {
  const low = log10(min);
  const high = log10(max);
  const from = axis.range ? low : roundLog(low, -1);
  const to = axis.range ? high : Math.max(roundLog(high, 1), roundLog(from + 0.2, 1));
  const stride = Math.max(1, Math.ceil((to - from) / count));
  const ticks = [];
  for (let k = Math.ceil(from - 1e-9); k <= to + 1e-9; ++k) {
    if (k % stride === 0)
      ticks.push({ at: tenTo(k), label: k >= -2 && k <= 4 ? numberText(tenTo(k)) : `10${superscript(k)}` });
  }
  if (to - from < 2.2) {
    for (let k = Math.floor(from); k <= to; ++k)
      for (const m of [2, 5]) {
        const at = m * tenTo(k);
        const place = log10(at);
        if (place > from - 1e-9 && place < to + 1e-9) ticks.push({ at, label: numberText(at) });
      }
    ticks.sort((a, b) => a.at - b.at);
  }
  return { from: min, to: max, log: true, ticks, place: (value) => (log10(value) - from) / (to - from) };
}

/** Below this size numbers are taken for 0 when a range is widened. */
const TINY = 1e-290;

/** The extremes of the values that an axis can show; 0 to 1, or 1 to 10, where there are none. */
function extremes(values: Iterable<number>, log: boolean | undefined): [number, number] {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min <= max) return [min, max];
  return log ? [1, 10] : [0, 1];
}

/** Data that differ by rounding only, or by less than a tick can be apart, are one value in a wider range. */
function widened([min, max]: readonly [number, number], log: boolean | undefined): readonly [number, number] {
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (max - min > Math.max(1e-12 * size, TINY)) return [min, max];
  if (log) return [min / 2, max * 2];
  const half = (size > TINY ? size : 1) / 2;
  return [min - half, max + half];
}

/**
 * The scale of an axis over the given values (not-finite ones are passed over), with about `count` ticks.
 * Throws OptionError where a logarithmic axis starts at 0 or below.
 */
export function scale(axis: Axis, values: Iterable<number>, count: number): Scale {
  const { log, range } = axis;
  const ends = range && range[0] <= range[1] ? range : extremes(range ? [] : values, log);
  if (log && !(ends[0] > 0))
    throw new OptionError(
      `plot: axis "${axis.label ?? ""}" is logarithmic and starts at ${ends[0]}, want a positive range`,
    );
  const [min, max] = widened(ends, log);
  const made = log ? logarithmic(min, max, axis, count) : linear(min, max, axis, count);
  return axis.ticks ? { ...made, ticks: axis.ticks } : made;
}
