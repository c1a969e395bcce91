/**
 * How users name connectionist temporal classification (Graves et al. 2006), and what a net of this loss
 * answers. Learning by it is in optional/ctc.ts, fetched when a net first asks for it.
 */
import { ShapeError, knownOptions, oneOf, whole } from "../wasm/errors.ts";
import type { LossAnswers } from "./loss.ts";

export interface CtcOptions {
  /**
   * A target that has no alignment, being longer than its sequence with a step more for each repeated label:
   * "error" (default), or "infinite" loss. Learning then counts such a sequence with loss 0, no gradient and
   * no curvature; the mean is still over all sequences.
   */
  readonly impossible?: "error" | "infinite";
  /** The class of no label: from 0, or counted from the last, which is -1 (default). PyTorch has 0. */
  readonly blank?: number;
  /**
   * What a loss is of: a "sequence" (default), or a "label": each sequence's is divided by the number of its
   * labels, at least 1, so that long texts weigh no more than short ones.
   */
  readonly per?: "sequence" | "label";
}

/** Classes that a net may have. */
const LARGEST = 2 ** 31;

/** The blank of a net of K classes. Throws ShapeError where it is none of them. */
export function blankOf(blank: number, K: number): number {
  const index = blank < 0 ? K + blank : blank;
  if (index < 0 || index >= K)
    throw new ShapeError(`ctc: blank is ${blank}, want one of the net's ${K} classes`);
  return index;
}

/** The options, checked. */
export interface CtcSettings {
  /** Whether targets without an alignment are let pass. */
  readonly infinite: boolean;
  readonly perLabel: boolean;
  readonly blank: number;
}

/** The options with their defaults. Throws OptionError. */
export function readCtcOptions(options: CtcOptions): CtcSettings {
  knownOptions("ctc", options, ["impossible", "blank", "per"]);
  const { impossible: bad = "error", per = "sequence", blank = -1 } = options;
  return {
    infinite: oneOf("ctc", "impossible", bad, ["error", "infinite"]) === "infinite",
    perLabel: oneOf("ctc", "per", per, ["sequence", "label"]) === "label",
    blank: whole("ctc", "blank", blank, -LARGEST, LARGEST),
  };
}

/** What nets of this loss answer: the probabilities of K classes a step. Throws OptionError. */
export function ctcAnswers(options: CtcOptions = {}): LossAnswers {
  const { perLabel, blank } = readCtcOptions(options);
  return {
    name: "ctc",
    target: "labels",
    inverseLink: "softmax",
    likelihood: !perLabel,
    blank,
    predict: ({ kernels: k }, rows, columns, z, y) => k.softmaxProbabilities(rows, columns, z, y),
  };
}
