/** Autoregressive models as users describe them. */
import { OptionError, knownOptions, oneOf, seedOption, show, whole } from "../../wasm/errors.ts";

/** Give `order`, or `maxOrder` to have it chosen. */
export interface AutoregressiveSpec {
  /** p ≥ 0, the number of taps. */
  readonly order?: number;
  /** Orders 0..maxOrder are compared on the same steps. */
  readonly maxOrder?: number;
  /** aic: -2·ln L + 2·parameters; bic (default): -2·ln L + ln(steps)·parameters. */
  readonly criterion?: "aic" | "bic";
  /** D, values a step. Default 1. */
  readonly output?: number;
  /** Whether there is a constant c. Default true. */
  readonly intercept?: boolean;
  /** Of samples. Default 1. */
  readonly seed?: number;
}

/** A checked spec. */
export interface AutoregressiveRules extends Required<Omit<AutoregressiveSpec, "order" | "maxOrder">> {
  readonly order?: number;
  readonly maxOrder?: number;
}

const LARGEST_ORDER = 10_000;
const WIDEST = 1000;

/** Checks a spec. Throws OptionError. */
export function readAutoregressiveSpec(who: string, spec: AutoregressiveSpec): AutoregressiveRules {
  knownOptions(who, spec, ["order", "maxOrder", "criterion", "output", "intercept", "seed"]);
  const { order, maxOrder, criterion = "bic", output = 1, intercept = true, seed = 1 } = spec ?? {};
  if ((order === undefined) === (maxOrder === undefined))
    throw new OptionError(
      `${who}: order and maxOrder are ${order === undefined ? "both missing" : "both given"}, want ` +
        "one of them",
    );
  if (typeof intercept !== "boolean")
    throw new OptionError(`${who}: intercept is ${show(intercept)}, want true or false`);
  const what = order === undefined ? "maxOrder" : "order";
  return {
    [what]: whole(who, what, order ?? maxOrder, 0, LARGEST_ORDER),
    criterion: oneOf(who, "criterion", criterion, ["aic", "bic"]),
    output: whole(who, "output", output, 1, WIDEST),
    intercept,
    seed: seedOption(who, seed),
  };
}
