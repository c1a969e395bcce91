/** What an acoustic net is to answer: labels without their places, or each word at its end. */
import type { DataItem } from "../../data/item.ts";
import type { Part } from "./examples.ts";

/** The target of an item of T steps of `stack` frames that is made of parts, by frames. */
export type TargetOf = (
  parts: readonly Part[],
  T: number,
  stack: number,
) => Pick<DataItem, "target" | "weight">;

/** All labels in order: for connectionist temporal classification. */
export const labelsInOrder: TargetOf = (parts) => ({ target: parts.flatMap(({ labels }) => [...labels]) });

/** Seconds before and behind the end of a word in which the net is to name it, in frames of 10 ms. */
const BEFORE = 9;
const BEHIND = 18;

/**
 * A class a step, `none` but around the end of a word, where the net is to name it; while the word is being
 * said, the steps do not count. Several labels share the time of a part alike.
 */
export const wordsAtTheirEnds =
  (none: number): TargetOf =>
  (parts, T, stack) => {
    const target = new Int32Array(T).fill(none);
    const weight = new Float64Array(T).fill(1);
    for (const { labels, from, to } of parts) {
      labels.forEach((label, i) => {
        const share = (to - from) / labels.length;
        const [first, end] = [from + i * share, from + (i + 1) * share];
        for (let t = Math.max(0, Math.floor(first / stack)); t < Math.min(T, (end + BEHIND) / stack); ++t) {
          const named = (t + 1) * stack > end - BEFORE;
          if (named) target[t] = label;
          weight[t] = Number(named);
        }
      });
    }
    return { target, weight };
  };

/** A class a step: the labels of a part share its time alike, `none` outside of all parts. */
export const labelsInTime =
  (none: number): TargetOf =>
  (parts, T, stack) => {
    const target = new Int32Array(T).fill(none);
    for (const { labels, from, to } of parts)
      for (let t = 0; t < T; ++t) {
        const share = ((t + 0.5) * stack - from) / (to - from);
        if (share >= 0 && share < 1) target[t] = labels[Math.floor(share * labels.length)] ?? none;
      }
    return { target };
  };

/** The one label of a recording, at the one step that is left of it. */
export const labelOfAll: TargetOf = (parts) => ({
  target: Int32Array.from(parts.flatMap(({ labels }) => labels)),
});
