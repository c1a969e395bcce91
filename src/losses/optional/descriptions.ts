/**
 * How users name the losses that few nets use. Apart from the losses, whose code is fetched when a net first
 * asks for one.
 */
import { inRange, knownOptions, oneOf, OptionError, show, whole } from "../../wasm/errors.ts";

/** Errors count squared up to `delta` and by their size beyond. */
export interface HuberLoss {
  /** Which loss this is. */
  readonly kind: "huber";
  /** Default 1. */
  readonly delta: number;
}

/**
 * Half squared error up to `delta`, linear beyond: large errors do not rule (Huber 1964). As PyTorch's
 * HuberLoss. Throws OptionError.
 */
export function huber(options: { delta?: number } = {}): HuberLoss {
  knownOptions("huber", options, ["delta"]);
  return { kind: "huber", delta: inRange("huber", "delta", options.delta ?? 1, 2 ** -100) };
}

/** Quantiles of each target. */
export interface QuantileLoss {
  /** Which loss this is. */
  readonly kind: "quantile";
  /** Rising, each between 0 and 1. */
  readonly levels: readonly number[];
}

const LEVELS = [0.1, 0.5, 0.9];

/**
 * Quantiles of each target at these levels, by the pinball loss: the net has as many outputs for each target
 * as there are levels, target by target. Throws OptionError.
 */
export function quantile(levels: readonly number[] = LEVELS): QuantileLoss {
  if (!Array.isArray(levels) || levels.length === 0 || levels.length > 1000)
    throw new OptionError(
      `quantile: levels is ${show(levels)}, want 1 to 1000 rising numbers between 0 and 1`,
    );
  const list = (levels as number[]).map((level, i) =>
    inRange("quantile", `levels[${i}]`, level, Number.MIN_VALUE, 1 - 2 ** -53),
  );
  list.forEach((level, i) => {
    if (i > 0 && level <= list[i - 1])
      throw new OptionError(`quantile: level ${level} follows ${list[i - 1]}, want them rising`);
  });
  return { kind: "quantile", levels: list };
}

/** Location, scale and degrees of freedom of each target. */
export interface StudentTLoss {
  /** Which loss this is. */
  readonly kind: "studentT";
}

/**
 * -ln p of Student's t, nats: three outputs for each target, which `predict` gives as location, scale and
 * degrees of freedom. Throws OptionError.
 */
export function studentT(options: object = {}): StudentTLoss {
  knownOptions("studentT", options, []);
  return { kind: "studentT" };
}

/** Mean and dispersion of each target. */
export interface NegativeBinomialLoss {
  /** Which loss this is. */
  readonly kind: "negativeBinomial";
}

/**
 * -ln p of a count, nats: two outputs for each target, which `predict` gives as mean and dispersion. Targets
 * are whole numbers from 0 on. Throws OptionError.
 */
export function negativeBinomial(options: object = {}): NegativeBinomialLoss {
  knownOptions("negativeBinomial", options, []);
  return { kind: "negativeBinomial" };
}

/** A mixture of Gaussians a step. */
export interface MixtureLoss {
  /** Which loss this is. */
  readonly kind: "mixture";
  /** M, how many Gaussians. */
  readonly components: number;
  /** "reals": D numbers; "pen": offsets x and y, and 1 at the last point of a stroke, else 0. */
  readonly over: "reals" | "pen";
}

/**
 * -ln p of a mixture of Gaussians, nats. The net has components·(1 + 2D) outputs, which `predict` gives as
 * weights, means and standard deviations; over "pen" 1 + 6·components: the probability of a stroke's end,
 * weights, means, standard deviations, correlations. Throws OptionError.
 */
export function mixture(options: { components: number; over?: "reals" | "pen" }): MixtureLoss {
  knownOptions("mixture", options, ["components", "over"]);
  const over = oneOf("mixture", "over", options?.over ?? "reals", ["reals", "pen"]);
  return {
    kind: "mixture",
    components: whole("mixture", "components", options?.components, 1, 10_000),
    over,
  };
}

/** One class a step, its labels smoothed. */
export interface SoftmaxLoss {
  /** Which loss this is. */
  readonly kind: "softmax";
  /** ε: the share of a label that is spread over all classes. Default 0. */
  readonly labelSmoothing: number;
}

/** One class of K a step; `labelSmoothing` spreads a share of each label over all. Throws OptionError. */
export function smoothing(options: { labelSmoothing?: number }): SoftmaxLoss {
  knownOptions("softmax", options, ["labelSmoothing"]);
  const labelSmoothing = inRange("softmax", "labelSmoothing", options.labelSmoothing ?? 0, 0, 1);
  return { kind: "softmax", labelSmoothing };
}
