/**
 * Errors of nets that say each character once, against how long they wait: k steps behind a letter's last
 * point. Each k has a net of its own, which reads forwards and sees its last k + 1 states side by side, and
 * learns from words cut k steps behind a letter. The last one reads in both directions of time: it waits for
 * the whole word.
 */
import { labelErrors } from "../../inference/edit-distance.ts";
import type { PlotOptions } from "../../figures/plot.ts";
import { commitAll } from "../../handwriting/commit.ts";
import { inkFeatures } from "../../handwriting/input.ts";
import { drawnAlphabet } from "../../handwriting/letters.ts";
import { decodeText, handwritingItem, type Script } from "../../handwriting/script.ts";
import { bidirectional, delayTaps, dense } from "../../models/network/layers.ts";
import type { Network } from "../../models/network/network.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import type { LectureContext } from "./experiment.ts";
import { cutWord, learnDrawn, unseenWords, type DrawnLessons } from "./read-forwards.ts";

/** Steps that a character waits; the whole word is longer than any. */
const DELAYS = [0, 2, 4, 8, 16, Infinity];
const STEPS = 1000;
const UNITS = 80;

/** What a delay costs, or is worth. */
export interface DelayedError {
  /** Steps of two points kept; Infinity: the whole word. */
  readonly delay: number;
  /** Edits a character of words that the net never saw. */
  readonly error: number;
}

const scriptAhead = (ahead: number): Script => ({
  input: { kind: "running", thin: 24, join: 2, ahead },
  alphabet: drawnAlphabet,
});

/** How the net of a delay learns. */
function lessons(delay: number): DrawnLessons {
  if (delay === Infinity)
    return {
      script: scriptAhead(0),
      layers: (classes) => [bidirectional(lstm(UNITS)), dense(classes)],
      steps: STEPS,
      item: handwritingItem,
    };
  const taps = delay > 0 ? [delayTaps(delay + 1)] : [];
  return {
    script: scriptAhead(delay),
    layers: (classes) => [lstm(UNITS), ...taps, dense(classes)],
    steps: STEPS,
    item: cutWord,
  };
}

/** Edits a character of what a net says once of words that it never saw. */
function errorOf(net: Network, { input: how }: Script, seed: number): number {
  const words = unseenWords(net, seed);
  const read = words.map(({ points }) => {
    const [y] = net.predict([inkFeatures(points, how).input]);
    const said = commitAll(y, drawnAlphabet.length + 1).map(({ label }) => label);
    return [...decodeText(said, drawnAlphabet)];
  });
  return labelErrors(
    read,
    words.map(({ text }) => [...text]),
  ).rate;
}

/** The name of a delay. */
const nameOf = (delay: number): string => (delay === Infinity ? "the whole word" : String(delay));

/** Learns and measures the net of each delay. */
export async function errorsByDelay(context: LectureContext): Promise<DelayedError[]> {
  const measured: DelayedError[] = [];
  for (const [i, delay] of DELAYS.entries()) {
    const progress: LectureContext["progress"] = (share, note) =>
      context.progress((i + share) / DELAYS.length, `delay ${nameOf(delay)}: ${note}`);
    const how = lessons(delay);
    const net = await learnDrawn({ ...context, progress }, how);
    measured.push({ delay, error: errorOf(net, how.script, context.seed) });
    net.dispose();
  }
  return measured;
}

/** Numbers of the curve, by name. */
export const delayNumbers = (errors: readonly DelayedError[]): Record<string, number> =>
  Object.fromEntries(errors.map(({ delay, error }) => [`label error, delay ${nameOf(delay)}`, error]));

/** The curve as a row of a figure, `number` its place. */
export function errorRow(errors: readonly DelayedError[], number: number, width: number): PlotOptions {
  const x = errors.map((_, i) => i);
  const y = errors.map(({ error }) => 100 * error);
  return {
    title: `${number}. Errors, by how long each character waits`,
    width,
    height: 240,
    x: {
      label: "steps between a letter's ink and its being said, a net each",
      range: [-0.3, x.length - 0.7],
      ticks: errors.map(({ delay }, at) => ({ at, label: nameOf(delay) })),
    },
    y: { label: "label error, %", range: [0, 1.15 * y.reduce((most, value) => Math.max(most, value), 1)] },
    marks: [
      { kind: "line", x, y },
      { kind: "points", x, y },
      ...y.map((value, at) => ({
        kind: "text" as const,
        x: at,
        y: value + 0.06 * Math.max(...y),
        text: value.toFixed(1),
        anchor: "middle" as const,
      })),
    ],
  };
}
