/** One line of ink to its readings: probabilities of the net, search, and where each character stands. */
import { alignLabels, type Alignment } from "../../inference/align-labels.ts";
import { beamSearch } from "../../inference/beam-search.ts";
import type { Network } from "../../models/network/network.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import type { Engine } from "../../wasm/engine.ts";
import type { Floats } from "../../wasm/memory.ts";
import { POINT } from "../ink.ts";
import { inkFeatures, type InkFeatures } from "../input.ts";
import type { Script } from "../script.ts";
import type { ReadingLanguage } from "./language.ts";

/** A probability whose logarithm is taken is at least this. */
const SMALLEST = 1e-30;

/** What a net says of a line. */
export interface LineScores {
  /** [S,K] probabilities. */
  readonly y: Floats;
  /** Characters and blank. */
  readonly K: number;
  readonly features: InkFeatures;
}

/** One reading of a line. */
export interface LineReading {
  readonly labels: readonly number[];
  /** ln score, nats. */
  readonly score: number;
}

/** Where a character stands in a line, and how sure the net is where it is surest. */
export interface PlacedCharacter {
  readonly label: number;
  /** Points of the line, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly probability: number;
}

/** What the net says of the points [n,3] of a line. */
export function scoreLine(net: Network, script: Script, points: Float32Array): LineScores {
  const features = inkFeatures(points, script.input);
  const [y] = net.predict([features.input]);
  return { y, K: [...script.alphabet].length + 1, features };
}

/** How to search. */
export interface SearchOptions {
  readonly width: number;
  readonly language: ReadingLanguage | undefined;
}

/** Readings of a line, best first; that of nothing where nothing else can be. */
export async function searchLine(
  { y, K }: LineScores,
  { width, language }: SearchOptions,
): Promise<LineReading[]> {
  const found = await beamSearch(y, { classes: K, width, ...language });
  return found.length > 0 ? found : [{ labels: [], score: 0 }];
}

/** Where the ink of one character ends and that of the next begins, steps (a, b) of the output given. */
function cutBetween({ y, K, features }: LineScores, a: number, b: number): number {
  const { sources, straight } = features;
  const stride = sources.length / (y.length / K);
  const pointAt = (step: number): number =>
    sources[Math.min(Math.max(Math.round(step * stride), 0), sources.length - 1)];
  const middle = pointAt((a + b) / 2);
  let best = middle;
  let nearest = Infinity;
  for (let i = pointAt(a); i < pointAt(b); ++i) {
    if (straight[i * POINT + 2] !== 1 || Math.abs(i + 1 - middle) >= nearest) continue;
    nearest = Math.abs(i + 1 - middle);
    best = i + 1; // where the pen was lifted, nearest to the middle
  }
  return best;
}

/** The most probable path of a reading: of the net's classes those that it has, and the blank. */
function alignReading(engine: Engine, { y, K }: LineScores, labels: readonly number[]): Alignment {
  const used = [...new Set(labels), K - 1];
  const p = new Float64Array((y.length / K) * used.length);
  for (let at = 0, i = 0; at < y.length; at += K)
    for (const k of used) p[i++] = Math.max(y[at + k], SMALLEST);
  const places = labels.map((label) => used.indexOf(label));
  return alignLabels(elementwise(engine, "mapLog", p), places, { classes: used.length });
}

/**
 * Where the characters of a reading stand: the most probable path through the net's scores, cut between two
 * of them where the pen was lifted, else in the middle. Those of `space` have no ink.
 */
export function placeCharacters(
  engine: Engine,
  scores: LineScores,
  labels: readonly number[],
  space: number,
): PlacedCharacter[] {
  if (labels.length === 0) return [];
  const { y, K, features } = scores;
  const { spans } = alignReading(engine, scores, labels);
  const inked = labels.flatMap((label, i) => (label === space ? [] : [i]));
  const ends = new Map<number, number>();
  inked.forEach((i, n) => {
    const next = inked.at(n + 1);
    ends.set(
      i,
      next === undefined
        ? features.straight.length / POINT
        : cutBetween(scores, spans[i].to, spans[next].from),
    );
  });
  let from = 0;
  return spans.map(({ from: first, to: behind }, i): PlacedCharacter => {
    const label = labels[i];
    let probability = 0;
    for (let s = first; s < behind; ++s) probability = Math.max(probability, y[s * K + label]);
    const to = Math.max(ends.get(i) ?? from, from);
    const place = { label, from, to, probability };
    from = to;
    return place;
  });
}
