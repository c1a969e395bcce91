/** How recordings are varied while a model learns from them: what may change, and how far. */
import { OptionError, inRange, knownOptions, show } from "../../wasm/errors.ts";

/** Each is the largest change; 0 leaves it out. */
export interface AugmentOptions {
  /** Share by which a recording gets faster or slower, and higher or lower with it. Default 0.2. */
  readonly speed?: number;
  /** Decibels louder or softer. Default 10. */
  readonly gain?: number;
  /** Decibels of the signal above the loudest noise that is added; Infinity: none. Default 10. */
  readonly noise?: number;
  /** Share by which time is stretched or pressed, the pitch kept. Default 0.15. */
  readonly stretch?: number;
  /** Share by which the bands are moved, as by a longer or a shorter throat. Default 0.1. */
  readonly warp?: number;
  /** Decibels by which a microphone favors some bands, in logarithms of bands. Default 6. */
  readonly color?: number;
  /** Longest stretch that is hidden, seconds. Default 0.06. */
  readonly timeMask?: number;
  /** Largest share of the bands that is hidden. Default 0.15. */
  readonly bandMask?: number;
}

/** The options, complete. */
export type AugmentSpec = Required<AugmentOptions>;

const who = "augment";
const names = ["speed", "gain", "noise", "stretch", "warp", "color", "timeMask", "bandMask"] as const;

/** Nothing is changed. */
const unchanged: AugmentSpec = {
  speed: 0,
  gain: 0,
  noise: Infinity,
  stretch: 0,
  warp: 0,
  color: 0,
  timeMask: 0,
  bandMask: 0,
};

/** The options with their defaults; `false` changes nothing. Throws OptionError. */
export function readAugmentOptions(options: AugmentOptions | false = {}): AugmentSpec {
  if (options === false) return unchanged;
  knownOptions(who, options, names);
  const noise = options.noise ?? 10;
  if (noise !== Infinity && !(typeof noise === "number" && noise >= -20 && noise <= 200))
    throw new OptionError(`${who}: noise is ${show(noise)}, want decibels from -20 to 200, or Infinity`);
  return {
    speed: inRange(who, "speed", options.speed ?? 0.2, 0, 0.5),
    gain: inRange(who, "gain", options.gain ?? 10, 0, 60),
    noise,
    stretch: inRange(who, "stretch", options.stretch ?? 0.15, 0, 0.5),
    warp: inRange(who, "warp", options.warp ?? 0.1, 0, 0.5),
    color: inRange(who, "color", options.color ?? 6, 0, 60),
    timeMask: inRange(who, "timeMask", options.timeMask ?? 0.06, 0, 1),
    bandMask: inRange(who, "bandMask", options.bandMask ?? 0.15, 0, 0.9),
  };
}
