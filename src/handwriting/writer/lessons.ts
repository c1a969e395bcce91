/** Ink with its texts, as items from which a net learns to write. */
import type { DataItem } from "../../data/item.ts";
import type { Random } from "../../wasm/random.ts";
import { POINT, strokeRanges, type Ink } from "../ink.ts";
import { affine, normalize } from "../shape.ts";
import { corners, lessonOf, onOneLine } from "./steps.ts";
import { encodeWriting, LONGEST_WORD, type WriterForm } from "./text.ts";

/** Length of the ink of a character, in the units in which nets write. */
const INK_A_CHARACTER = 480;
/** Lines between corners miss no point by more than this. */
const DISTANCE = 10;
/** Corners a character of ink that is written as its text says, spaces not counted. */
const CORNERS = { min: 3, max: 18 };

const lettersOf = (text: string): number => [...text].filter((c) => c !== " ").length;

/** Length of the ink, the lifted pen's way not counted. */
function inkLength(points: Float32Array): number {
  let length = 0;
  for (const { from, to } of strokeRanges(points))
    for (let i = from + 1; i < to; ++i) {
      const dx = points[i * POINT] - points[(i - 1) * POINT];
      const dy = points[i * POINT + 1] - points[(i - 1) * POINT + 1];
      length += Math.sqrt(dx * dx + dy * dy);
    }
  return length;
}

/** What one hand's ink is to be multiplied by: the median of its pieces. */
function scaleOf(inks: readonly Ink[]): number {
  const lengths = inks
    .map(({ points, text }) => inkLength(points) / Math.max(lettersOf(text), 1))
    .sort((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)];
  return median > 0 ? INK_A_CHARACTER / median : 1;
}

/** The corners of each piece of one hand, leveled and of the size in which nets write. */
export function handCorners(inks: readonly Ink[]): Float32Array[] {
  const scale = scaleOf(inks);
  return inks.map(({ points }) =>
    corners(affine(normalize(points, { level: 0.25 }), [scale, 0, 0, scale]), DISTANCE),
  );
}

/** Whether corners are about as many as a text has, and do not begin with a dot. */
function isFit(points: Float32Array, text: string): boolean {
  const each = points.length / POINT / Math.max(lettersOf(text), 1);
  return each >= CORNERS.min && each <= CORNERS.max && points[POINT - 1] === 0;
}

/** A piece that fits. */
interface Piece {
  readonly text: string;
  readonly points: Float32Array;
}

/**
 * Items of some hands, one list of ink each. `pairs`: the share of short words that are seen once more with
 * another of the same hand behind them, so that a net learns to go on in a style. What does not fit a net's
 * texts, and ink that is not as its text says, is left out.
 */
export function lessonsOf(
  hands: readonly (readonly Ink[])[],
  form: WriterForm,
  { random, pairs }: { readonly random: Random; readonly pairs: number },
): DataItem[] {
  const draw = (): number => Math.min(Math.max(random.normal(), -2), 2);
  const item = (points: Float32Array, text: string): DataItem => ({
    ...lessonOf(points, draw),
    initial: encodeWriting(text, form),
  });
  return hands.flatMap((inks) => {
    const lines = handCorners(inks);
    const pieces = inks
      .map(({ text }, i): Piece => ({ text, points: lines[i] }))
      .filter(({ text, points }) => [...text].length < form.length && isFit(points, text));
    return pieces.flatMap(({ text, points }) => {
      const one = item(points, text);
      if ([...text].length > LONGEST_WORD || random.uniform() >= pairs) return [one];
      const next = pieces[random.integer(0, pieces.length - 1)];
      const both = `${text} ${next.text}`;
      if ([...both].length >= form.length) return [one];
      return [one, item(onOneLine([points, next.points], draw), both)];
    });
  });
}
