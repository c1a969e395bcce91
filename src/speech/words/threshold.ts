/** The threshold of a spotter: false alarms an hour against words that are missed. */
import { alarmsOf, type AlarmRule } from "./detector.ts";

/** What one threshold does. */
export interface OperatingPoint {
  /** Within 0..1. */
  readonly threshold: number;
  /** On sound without the words. */
  readonly falseAlarmsPerHour: number;
  /** Share of the recordings of words in which the word is not heard; absent where none were given. */
  readonly missRate?: number;
}

/** Odds of the lowest threshold that is tried, from one to the next, and how many. */
const LOWEST = 1 / 16;
const FACTOR = 1.189207115; // four are a factor of 2
const COUNT = 73;

/** Thresholds that are tried: their odds grow evenly, so they lie ever closer toward 1. */
const thresholds: readonly number[] = (() => {
  let odds = LOWEST;
  return Array.from({ length: COUNT }, () => {
    const threshold = odds / (1 + odds);
    odds *= FACTOR;
    return threshold;
  });
})();

/** Probabilities [T,W+1] of recordings, and the word that each holds; null: none. */
export interface Heard {
  readonly word: number | null;
  readonly probabilities: ArrayLike<number>;
}

/** Points of the curve, the lowest threshold first. `hours`: how long the sound without words is. */
export function operatingPoints(
  heard: readonly Heard[],
  W: number,
  hours: number,
  rule: Omit<AlarmRule, "threshold">,
): OperatingPoint[] {
  const words = heard.filter(({ word }) => word !== null);
  return thresholds.map((threshold) => {
    const alarms = heard.map(({ probabilities }) => alarmsOf(probabilities, W, { ...rule, threshold }));
    let wrong = 0;
    let missed = 0;
    heard.forEach(({ word }, i) => {
      if (word === null) wrong += alarms[i].length;
      else if (!alarms[i].some((alarm) => alarm.word === word)) ++missed;
    });
    return {
      threshold,
      falseAlarmsPerHour: hours > 0 ? wrong / hours : 0,
      ...(words.length > 0 ? { missRate: missed / words.length } : {}),
    };
  });
}

/** The lowest threshold with at most so many false alarms an hour; the highest tried where none has. */
export function thresholdFor(points: readonly OperatingPoint[], falseAlarmsPerHour: number): number {
  const good = points.find(
    (point, i) =>
      point.falseAlarmsPerHour <= falseAlarmsPerHour &&
      points.slice(i).every((later) => later.falseAlarmsPerHour <= falseAlarmsPerHour),
  );
  return (good ?? points[points.length - 1]).threshold;
}
