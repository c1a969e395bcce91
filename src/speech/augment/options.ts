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
  /** Seconds in which a room's echo falls by 60 dB, at most; half of the copies have one. Default 0. */
  readonly reverb?: number;
  /** Largest share of the spectrum lost at its top, as by telephone; in half of the copies. Default 0. */
  readonly muffle?: number;
  /** Largest share of a single word that is lost at one of its ends, as soft sounds are. Default 0. */
  readonly cut?: number;
  /**
   * Share of the copies of a single word that are as of a recorder that stops where it hears nothing, 8 to 25
   * dB below the loudest frame: see `gated`. Default 0.
   */
  readonly gate?: number;
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

/** What each is where it is not given, and at most; all but the noise are 0 at least. */
const ranges = {
  speed: [0.2, 0.5],
  gain: [10, 60],
  reverb: [0, 2],
  muffle: [0, 0.9],
  cut: [0, 0.5],
  gate: [0, 1],
  stretch: [0.15, 0.5],
  warp: [0.1, 0.5],
  color: [6, 60],
  timeMask: [0.06, 1],
  bandMask: [0.15, 0.9],
} as const;
type Ranged = keyof typeof ranges;
const names = Object.keys(ranges) as Ranged[];

/** The options of these names, each from its own value. */
const each = (valueOf: (name: Ranged) => number): Omit<AugmentSpec, "noise"> =>
  Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Ranged, number>;

/** The options with their defaults; `false` changes nothing. Throws OptionError. */
export function readAugmentOptions(options: AugmentOptions | false = {}): AugmentSpec {
  if (options === false) return { noise: Infinity, ...each(() => 0) };
  knownOptions(who, options, ["noise", ...names]);
  const noise = options.noise ?? 10;
  if (noise !== Infinity && !(typeof noise === "number" && noise >= -20 && noise <= 200))
    throw new OptionError(`${who}: noise is ${show(noise)}, want decibels from -20 to 200, or Infinity`);
  const valueOf = (name: Ranged): number => {
    const [usual, most] = ranges[name];
    return inRange(who, name, options[name] ?? usual, 0, most);
  };
  return { noise, ...each(valueOf) };
}
