/**
 * How often a reading is right, from how sure a net is of it: logit(confidence) = offset + slope·logit(p), a
 * line fitted to readings whose truth is known (Platt 2000). p of a text is its share of the probability of
 * all readings found; p of a character the net's probability where it is surest of it.
 */
import { elementwise } from "../../wasm/elementwise.ts";
import type { Engine } from "../../wasm/engine.ts";
import { DataError, show } from "../../wasm/errors.ts";

/** A line: offset and slope of logits. */
export type Line = readonly [offset: number, slope: number];

/** Nearest to 0 and to 1 that a probability is taken: what float32 tells apart. */
const EDGE = 1e-6;

/** ln(p / (1 - p)) of probabilities held off 0 and 1. */
function logits(engine: Engine, p: ArrayLike<number>): Float64Array {
  const held = Array.from(p, (v) => Math.min(Math.max(v, EDGE), 1 - EDGE));
  return elementwise(
    engine,
    "mapLog",
    held.map((v) => v / (1 - v)),
  );
}

/** 1 / (1 + e^-x). */
function logistic(engine: Engine, x: ArrayLike<number>): number[] {
  return Array.from(
    elementwise(
      engine,
      "mapExp",
      Array.from(x, (v) => -v),
    ),
    (e) => 1 / (1 + e),
  );
}

/** The confidence of each probability. */
export const calibrated = (engine: Engine, p: ArrayLike<number>, [offset, slope]: Line): number[] =>
  logistic(
    engine,
    logits(engine, p).map((x) => offset + slope * x),
  );

/** Shares of each score (nats) of a list, best first, in all of them. */
export function shares(engine: Engine, scores: readonly number[]): number[] {
  const weights = elementwise(
    engine,
    "mapExp",
    scores.map((score) => score - scores[0]),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Array.from(weights, (weight) => weight / sum);
}

/** Newton steps of a fit: a line of two numbers needs few. */
const STEPS = 30;
/** Keeps the steps finite where truths can be told apart without an error. */
const RIDGE = 1e-3;

/** The line under which the truths (0 or 1) of probabilities are most likely. */
export function fitLine(engine: Engine, p: ArrayLike<number>, truths: ArrayLike<number>): Line {
  const x = logits(engine, p);
  let line: Line = [0, 1];
  for (let step = 0; step < STEPS; ++step) {
    const predicted = calibrated(engine, p, line);
    let [a, b, aa, ab, bb] = [-RIDGE * line[0], -RIDGE * (line[1] - 1), RIDGE, 0, RIDGE];
    for (let i = 0; i < x.length; ++i) {
      const miss = truths[i] - predicted[i];
      const weight = predicted[i] * (1 - predicted[i]);
      a += miss;
      b += miss * x[i];
      aa += weight;
      ab += weight * x[i];
      bb += weight * x[i] * x[i];
    }
    const determinant = aa * bb - ab * ab;
    if (!(determinant > 0)) break;
    line = [line[0] + (bb * a - ab * b) / determinant, line[1] + (aa * b - ab * a) / determinant];
  }
  return line;
}

/** A line in a file. Throws DataError on what is none. */
export function readLine(who: string, line: unknown): Line {
  const good =
    Array.isArray(line) && line.length === 2 && line.every((v) => typeof v === "number" && Math.abs(v) < 1e3);
  if (!good) throw new DataError(`${who}: calibration is ${show(line)}, want an offset and a slope`);
  return line as unknown as Line;
}
