/**
 * Lessons for a net that reads forwards: where each character of a text ends in the ink, as a reader of both
 * directions of time sees it, and ink that is cut there, so that the net learns when to speak.
 */
import type { DataItem } from "../data/item.ts";
import type { Network } from "../models/network/network.ts";
import type { Random } from "../wasm/random.ts";
import type { Ink } from "./ink.ts";
import { inkFeatures } from "./input.ts";
import { placeCharacters, type LineScores } from "./reader/decode.ts";
import { encodeText, scriptOf, type Script } from "./script.ts";

/** Lines whose scores are held at once. */
const AT_ONCE = 64;

/**
 * The last point of each character of some inks, by the most probable path of their texts through what
 * `teacher`, a net with the loss ctc, says. A space ends where the next character begins. Undefined where
 * the teacher has too few steps for the text.
 */
export function characterEnds(teacher: Network, inks: readonly Ink[]): (Int32Array | undefined)[] {
  const { alphabet, input } = scriptOf(teacher);
  const K = [...alphabet].length + 1;
  const space = [...alphabet].indexOf(" ");
  return chunks(inks).flatMap((some) => {
    const features = some.map(({ points }) => inkFeatures(points, input));
    const outputs = teacher.predict(features.map((f) => f.input));
    return some.map(({ text }, i) => {
      const scores: LineScores = { y: outputs[i], K, features: features[i] };
      const labels = [...encodeText(text, alphabet)];
      return isLongEnough(labels, outputs[i].length / K)
        ? Int32Array.from(placeCharacters(teacher.engine, scores, labels, space), ({ to }) => to - 1)
        : undefined;
    });
  });
}

function chunks(inks: readonly Ink[]): Ink[][] {
  return Array.from({ length: Math.ceil(inks.length / AT_ONCE) }, (_, c) =>
    inks.slice(c * AT_ONCE, (c + 1) * AT_ONCE),
  );
}

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
