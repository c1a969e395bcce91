/** What a net that hears is made of: its front end, its layers, and what it answers. */
import { DataError, inRange, oneOf, whole } from "../../wasm/errors.ts";
import { bidirectional, dense, dropout } from "../../models/network/layers.ts";
import { conv, layerNorm, pool, residual } from "../../models/network/optional/layers.ts";
import { gru } from "../../models/network/recurrent-layers.ts";
import type { FrontEndOptions } from "../options.ts";

/** What a net that hears is made of. */
export interface AcousticSpec {
  /** Of the front end. */
  readonly hearing: FrontEndOptions;
  /** K: labels, and the blank behind them; without one where a recording is a word. */
  readonly classes: number;
  /**
   * "recurrent" where absent: gated units. "convolutions": layers that see some tenths of a second each.
   * "dilated": causal ones that reach ever further back.
   */
  readonly body?: "recurrent" | "convolutions" | "dilated";
  /** Gated units, in each direction of time; of the later convolutions, or of all dilated ones. */
  readonly units: number;
  /** Frames of one step of the net. */
  readonly stack: number;
  /** Units of the convolutions that look at the frames first; 0: a step sees its frames side by side. */
  readonly front: number;
  /** Whether the net reads both directions of time; such a net does not stream. */
  readonly bothWays: boolean;
  /** Share of activities dropped while it learns. */
  readonly drop: number;
  readonly seed: number;
  /**
   * "order": labels without their places, by ctc. "ends": each label at its end, a class a step. "time":
   * a class a step, labels evenly over each recording. "word": one class a recording, by the mean over time.
   */
  readonly learns: "order" | "ends" | "time" | "word";
}

const WIDTH = 5; // frames that a convolution sees
/** What is dropped behind the first and the second convolution, as shares of `drop`. */
const FIRST = 1 / 3;
const SECOND = 2 / 3;

/** A convolution with what follows it; a share `drop` of its activities is dropped. */
const stage = (units: number, stride: number, drop: number) => [
  conv({ units, width: WIDTH, stride, activation: "relu" }),
  layerNorm(),
  dropout(drop),
];

/** Convolutions over the frames, the second one a step of the net at a time. */
const frontOf = ({ front, stack, drop }: AcousticSpec) => [
  ...stage(front, 1, drop * FIRST),
  ...stage(front, stack, drop * SECOND),
];

/**
 * Convolutions alone: two that lead from frames to steps, two over steps. A step sees 45 frames where the
 * stack is 4, a word at most: with few speakers, a net cannot learn by heart what it cannot see.
 */
const convolutionsOf = ({ front, units, stack, drop, classes, learns }: AcousticSpec) => {
  const first = stack % 2 === 0 ? 2 : 1;
  return [
    ...stage(front, first, drop * FIRST),
    ...stage(front, stack / first, drop * SECOND),
    ...stage(units, 1, drop * SECOND),
    ...stage(units, 1, drop),
    ...(learns === "word" ? [pool("mean")] : []),
    dense(classes),
  ];
};

/** Taps of a causal convolution, and steps from one tap to the next: together they reach 31 steps back. */
const TAPS = 3;
const DILATIONS: readonly number[] = [1, 2, 4, 8];

/** A causal convolution with what follows it. */
const causal = (units: number, width: number, dilation: number, drop: number) => [
  conv({ units, width, dilation, causal: true, activation: "relu" }),
  layerNorm(),
  dropout(drop),
];

/**
 * Causal convolutions, each added to what it reads (Bai et al. 2018): a step sees as much as a word lasts and
 * nothing before it, so a net that learned single words does not carry what it heard an hour long.
 */
const dilatedOf = ({ units, drop, classes }: AcousticSpec) => [
  ...causal(units, 1, 1, drop / 2),
  ...DILATIONS.map((dilation) => residual(causal(units, TAPS, dilation, drop))),
  dense(classes),
];

/** Numbers of one step that goes into the net. */
export const inputOf = ({ front, stack }: AcousticSpec, columns: number): number =>
  front > 0 ? columns : columns * stack;

/** The layers of a spec. */
export function layersOf(spec: AcousticSpec) {
  switch (spec.body) {
    case "convolutions":
      return convolutionsOf(spec);
    case "dilated":
      return dilatedOf(spec);
    default:
      return [...(spec.front > 0 ? frontOf(spec) : []), ...recurrentOf(spec)];
  }
}

const recurrentOf = ({ units, bothWays, drop, classes }: AcousticSpec) => [
  bothWays ? bidirectional(gru(units)) : gru(units),
  ...(drop > 0 ? [dropout(drop)] : []),
  dense(classes),
];

/** A spec from a file. Throws DataError. */
export function checkSpec(kind: string, spec: unknown): AcousticSpec {
  const own = (spec ?? {}) as AcousticSpec;
  const who = `${kind}.load`;
  try {
    whole(who, "classes", own.classes, 2, 2 ** 20);
    whole(who, "units", own.units, 1, 4096);
    whole(who, "stack", own.stack, 1, 100);
    whole(who, "front", own.front, 0, 4096);
    inRange(who, "drop", own.drop, 0, 0.9);
    oneOf(who, "learns", own.learns, ["order", "ends", "time", "word"]);
  } catch (error) {
    throw new DataError((error as Error).message, { cause: error });
  }
  return own;
}
