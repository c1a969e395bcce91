/** Words of a text side by side on lines, all in the hand of the first or of a given style. */
import { curveThrough, strokesOf, type Place } from "./curve.ts";
import type { Before, WrittenRun } from "./pen.ts";
import { GAP, STEP, UNIT } from "./steps.ts";
import { runsOf, type Run } from "./text.ts";
import type { WrittenStroke } from "./spec.ts";
import type { Style } from "./style.ts";

/** From line to line, in units of the ink. */
const LINE = 600;
/** Between the parts of a long word. */
const NARROW = 30;
/** Times that a run is tried until the net comes to its end. */
const TRIES = 4;

/** Writes a run of characters behind another. */
export type WriteRun = (text: string, before?: Before) => WrittenRun;

/** Largest height of a dot or a dash. */
const FLAT = 25;

/** The box around some strokes. */
function extent(strokes: readonly (readonly Place[])[]): { left: number; right: number; height: number } {
  const [xs, ys] = [0, 1].map((i) => strokes.flatMap((stroke) => stroke.map((place) => place[i])));
  return { left: Math.min(...xs), right: Math.max(...xs), height: Math.max(...ys) - Math.min(...ys) };
}

/**
 * Strokes without a first and a last one that only lead from word to word: dots and dashes apart from all
 * others, a late one of the word before, and the way to a next.
 */
function withoutWays(strokes: readonly (readonly Place[])[]): readonly (readonly Place[])[] {
  const ends = [strokes.length - 1, 0].filter((i) => {
    const one = extent(strokes.slice(i, i + 1));
    const others = strokes.filter((_, j) => j !== i);
    if (others.length === 0 || one.height >= FLAT) return false;
    const { left, right } = extent(others);
    return i === 0 ? one.right < left - GAP / 2 : one.left > right + GAP / 2;
  });
  return strokes.filter((_, i) => !ends.includes(i));
}

/** Where a hand's words go on: y of the pen behind steps that begin at 0, and the space between words. */
function hand({ text, steps }: Before): { y: number; space: number } {
  let [x, y, left, right] = [0, 0, 0, 0];
  for (let t = 0; t < steps.length; t += STEP) {
    x += UNIT * steps[t];
    y += UNIT * steps[t + 1];
    left = Math.min(left, x);
    right = Math.max(right, x);
  }
  return { y, space: Math.max(GAP, (1.3 * (right - left)) / [...text].length) };
}

const flat = (steps: readonly (readonly number[])[]): Float32Array => Float32Array.from(steps.flat());

/** The strokes of a text. */
export function writePage(text: string, write: WriteRun, style: Style | undefined): WrittenStroke[] {
  let before: Before | undefined = style;
  const tried = (run: Run): WrittenRun => {
    let written = write(run.text, before);
    for (let i = 1; i < TRIES && !written.complete; ++i) written = write(run.text, before);
    return written;
  };
  return text.split("\n").flatMap((line, number) => {
    let pen = 0;
    return runsOf(line).flatMap((run) => {
      const { steps, complete } = tried(run);
      const drawn = withoutWays(strokesOf(steps, [0, before ? hand(before).y : 0]));
      // the first word that came to its end shows the hand of all others
      if (!before && complete) before = { text: run.text, steps: flat(steps) };
      const { left, right } = extent(drawn);
      const space = before ? hand(before).space : GAP;
      if (pen > 0) pen += run.spaced ? space : NARROW;
      const shift = pen - left;
      pen += right - left;
      return drawn.map((stroke) =>
        curveThrough(stroke.map(([x, y]): Place => [x + shift, y + number * LINE])),
      );
    });
  });
}
