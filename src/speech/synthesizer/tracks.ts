/** What a voice does while it speaks: targets of sounds one after the other, and the ways between them. */
import type { Random } from "../../wasm/random.ts";
import { phones, type Target } from "./phones.ts";

/** Who speaks. */
export interface Voice {
  /** Hertz of the vocal cords. */
  readonly pitch: number;
  /** All resonances are multiplied by it: below 1 a longer throat. */
  readonly tract: number;
  /** Sounds are as many times as fast. */
  readonly tempo: number;
  /** Share by which targets and durations vary from one time to the next. */
  readonly variation: number;
}

/** The controls at one moment. */
export interface Moment {
  readonly formants: readonly number[];
  readonly voice: number;
  readonly noise: number;
  readonly hiss: number;
  readonly pitch: number;
}

/** Seconds between two moments. */
export const TICK = 0.005;
/** Seconds that the way from one target to the next takes. */
const GLIDE = 0.04;

/** 1 ± variation. */
const vary = (random: Random, variation: number): number => 1 + variation * (2 * random.uniform() - 1);

/** Targets of one saying of some phones, scaled to the voice. */
export function targetsOf(names: readonly string[], voice: Voice, random: Random): Target[] {
  return names
    .flatMap((name) => phones[name])
    .map(({ formants, ms, ...rest }) => ({
      ...rest,
      formants: formants.map((f) => f * voice.tract * vary(random, voice.variation)) as [
        number,
        number,
        number,
      ],
      ms: (ms / voice.tempo) * vary(random, 2 * voice.variation),
    }));
}

/** a at 0, b at 1. */
const between = (a: number, b: number, share: number): number => a + share * (b - a);

/** The controls every TICK; the pitch falls toward the end. */
export function momentsOf(targets: readonly Target[], voice: Voice): Moment[] {
  const ends: number[] = [];
  let seconds = 0;
  for (const { ms } of targets) ends.push((seconds += ms / 1000));
  return Array.from({ length: Math.max(1, Math.round(seconds / TICK)) }, (_, i) => {
    const time = i * TICK;
    const at = Math.min(
      targets.length - 1,
      ends.findIndex((end) => time < end) < 0 ? targets.length - 1 : ends.findIndex((end) => time < end),
    );
    const now = targets[at];
    const next = targets[Math.min(at + 1, targets.length - 1)];
    const share = Math.max(0, 1 - (ends[at] - time) / GLIDE);
    return {
      formants: now.formants.map((f, j) => between(f, next.formants[j], share)),
      voice: between(now.voice, next.voice, share),
      noise: between(now.noise, next.noise, share),
      hiss: share < 0.5 ? now.hiss : next.hiss,
      pitch: voice.pitch * between(1.1, 0.85, time / seconds),
    };
  });
}
