/** What a net is, as plain data: checked once, saved with the net, enough to build it again. */
import { OptionError, knownOptions, oneOf, show, whole, seedOption } from "../../wasm/errors.ts";
import type { Precision } from "../../wasm/memory.ts";
import { bernoulli } from "../../losses/bernoulli.ts";
import type { CtcOptions } from "../../losses/ctc.ts";
import type { Loss, LossAnswers } from "../../losses/loss.ts";
import type {
  HuberLoss,
  MixtureLoss,
  NegativeBinomialLoss,
  QuantileLoss,
  SoftmaxLoss,
  StudentTLoss,
} from "../../losses/optional/descriptions.ts";
import { softmax } from "../../losses/softmax.ts";
import { squared } from "../../losses/squared.ts";
import type { InputSpec } from "./build.ts";
import { optionalKinds } from "./kinds.ts";
import type { NetworkConstraint } from "./constraints.ts";
import { readLayer, type Layer } from "./layers.ts";

const losses: Record<string, Loss> = { squared, bernoulli, softmax };
/** A loss without options: see `NetworkSpec.loss`. */
export type LossName =
  "squared" | "bernoulli" | "softmax" | "ctc" | "huber" | "quantile" | "studentT" | "negativeBinomial";

/** CTC with options: targets without an alignment, the class of the blank, the loss of a label. */
export interface CtcLoss extends CtcOptions {
  /** Which loss the options belong to. */
  readonly kind: "ctc";
}
/** A loss by its name, or with options. Plain data. */
export type LossSpec =
  | LossName
  | CtcLoss
  | HuberLoss
  | QuantileLoss
  | StudentTLoss
  | NegativeBinomialLoss
  | MixtureLoss
  | SoftmaxLoss;

/** The loss that a spec asks for. Throws OptionError. */
export function lossOf(spec: LossSpec): Loss {
  const optional = optionalKinds()?.losses ?? {};
  const described = typeof spec === "object" && spec !== null;
  if (!described && Object.hasOwn(losses, spec)) return losses[spec];
  const what = described ? "loss.kind" : "loss";
  const names = [...(described ? [] : Object.keys(losses)), ...Object.keys(optional)];
  const kind = oneOf("network", what, described ? spec.kind : spec, [...new Set(names)]);
  return optional[kind](described ? spec : { kind });
}

/** What a net is: enough to build it again. */
export interface NetworkSpec {
  /** Reals a step; or symbols, for an embedding. */
  readonly input:
    | number
    | {
        /** V: inputs are whole numbers below it. */
        readonly symbols: number;
        /** Symbols a step. Default 1. */
        readonly perStep?: number;
      };
  /** From the input to the output; the last one's width is the width of the answers. */
  readonly layers: readonly Layer[];
  /**
   * squared (linear outputs), bernoulli (independent logistic outputs), softmax (one class a step), ctc
   * (labels a sequence, last class blank); `{ kind: "ctc", impossible: "infinite" }`: a target too long for
   * its sequence is no error. Training counts it with loss 0 and no gradient, `evaluate` with Infinity. Or
   * what `huber`, `quantile`, `studentT`, `negativeBinomial`, `mixture` give, and
   * `{ kind: "softmax", labelSmoothing: 0.1 }`.
   */
  readonly loss: LossSpec;
  /** Seed of everything random: parameters, batches, dropout. Default 1. */
  readonly seed?: number;
  /** Default "float32". */
  readonly precision?: Precision;
  /** Constraints on parameters. */
  readonly constraints?: readonly NetworkConstraint[];
  /** Plain data that belong to the net and are saved with it: an alphabet, how inputs are made. */
  readonly notes?: Readonly<Record<string, unknown>>;
}

/** The spec with its defaults; `answersOf` reads its loss. Throws OptionError. */
export function checkSpec(
  spec: NetworkSpec,
  answersOf: (loss: LossSpec) => LossAnswers = lossOf,
): Required<NetworkSpec> {
  knownOptions("network", spec, ["input", "layers", "loss", "seed", "precision", "constraints", "notes"]);
  const full = { seed: 1, precision: "float32" as const, constraints: [], notes: {}, ...spec };
  const { input, layers, loss } = full;
  if (typeof input === "object" && input !== null) {
    whole("network", "input.symbols", input.symbols, 1);
    whole("network", "input.perStep", input.perStep ?? 1, 1);
  } else whole("network", "input", input, 0);
  if (!Array.isArray(layers) || layers.length === 0)
    throw new OptionError(
      `network: layers is ${Array.isArray(layers) ? "empty" : typeof layers}, want at least one layer`,
    );
  const read = Array.from(layers, (layer, i) => readLayer(`network: layer ${i + 1}`, layer));
  if (!Array.isArray(full.constraints))
    throw new OptionError(`network: constraints is ${typeof full.constraints}, want a list`);
  // where they are unknown nothing learns, and nothing is constrained
  const { checkConstraint } = optionalKinds() ?? {};
  full.constraints.forEach((constraint: unknown, i) =>
    checkConstraint?.(`network: constraint ${i + 1}`, constraint),
  );
  if (typeof full.notes !== "object" || full.notes === null)
    throw new OptionError(`network: notes are ${show(full.notes)}, want an object`);
  const answers = answersOf(loss);
  refuseSecondLink(read, answers);
  oneOf("network", "precision", full.precision, ["float32", "float64"]);
  seedOption("network", full.seed);
  return { ...full, layers: read };
}

/**
 * Throws an OptionError where the outputs are squashed already and the loss makes probabilities of them: of
 * a logistic function of a logistic function no output is below 0.5 or above 0.73.
 */
function refuseSecondLink(layers: readonly Layer[], { name, inverseLink }: LossAnswers): void {
  let at = layers.length - 1;
  while (at > 0 && layers[at].type === "dropout") --at;
  const ends = layers[at];
  const last = ends.type === "feedback" ? ends.layer : ends;
  if (!inverseLink || !("activation" in last) || last.activation !== "logistic") return;
  const remedy = last.type === "dense" ? 'want activation "identity"' : "want a dense layer after it";
  throw new OptionError(
    `network: layer ${at + 1}: ${ends.type} has activation "logistic", and the loss ${name} takes the ` +
      `${inverseLink} of its outputs: twice is once too often; ${remedy}`,
  );
}

/** What the first layer reads. In front of an embedding, `input: 1` means one symbol a step. */
export function inputOf({ input, layers }: NetworkSpec): InputSpec {
  if (typeof input === "object") return { columns: input.perStep ?? 1, symbols: input.symbols };
  const first = layers[0];
  return { columns: input, symbols: first.type === "embedding" ? first.symbols : undefined };
}
