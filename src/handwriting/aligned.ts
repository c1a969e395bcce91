/** Lessons for a net that reads forwards: ink that is cut where it is to have spoken. */
import type { DataItem } from "../data/item.ts";
import type { Random } from "../wasm/random.ts";
import type { Ink } from "./ink.ts";
import { inkFeatures } from "./input.ts";
import { encodeText, type Script } from "./script.ts";

/** Steps that labels need: one each, and one between equal ones. */
export function stepsNeeded(labels: ArrayLike<number>): number {
  let steps = labels.length;
  for (let i = 1; i < labels.length; ++i) if (labels[i] === labels[i - 1]) ++steps;
  return steps;
}

const isLongEnough = (labels: ArrayLike<number>, steps: number): boolean => stepsNeeded(labels) <= steps;

/** Share of the items of an epoch that are cut. */
const CUT = 0.5;

/**
 * Ink as an item of training data for a net that reads forwards: half of the time the whole, else cut
 * `ahead` steps behind the last point of a character drawn at random, with the text up to that character. So
 * the net learns by ctc to have said a character when those steps have passed, and none whose end is nearer.
 */
export function cutItem(ink: Ink, ends: Int32Array, script: Script, random: Random): DataItem {
  const { input, width, sources } = inkFeatures(ink.points, script.input);
  const target = encodeText(ink.text, script.alphabet);
  const whole = { input, target };
  const isCut = random.uniform() < CUT;
  const count = 1 + Math.floor(random.uniform() * target.length);
  if (!isCut || count === target.length) return whole;
  const steps = sources.findIndex((point) => point >= ends[count - 1]) + 1 + (script.input.ahead ?? 0);
  const labels = target.subarray(0, count);
  if (steps >= sources.length || !isLongEnough(labels, steps)) return whole;
  return { input: input.subarray(0, steps * width), target: labels };
}
