/** What a language model is made from, and the net that it is. */
import { OptionError, knownOptions, oneOf, whole } from "../../wasm/errors.ts";
import type { Precision } from "../../wasm/memory.ts";
import { delayTaps, dense, embedding, skip } from "../network/layers.ts";
import type { NetworkSpec } from "../network/spec.ts";

/** What a language model is. */
export interface LanguageModelSpec {
  /** The words, or how many there are. */
  readonly vocabulary: number | readonly string[];
  /** Words before that the next one depends on. Default 4. */
  readonly context?: number;
  /** Width of a word's row in the shared table. Default 30. */
  readonly embedding?: number;
  /** Units of the tanh layer; 0: none. Default 60. */
  readonly hidden?: number;
  /** Connections from the table's rows straight to the outputs. Default false. */
  readonly direct?: boolean;
  /** Default 1. */
  readonly seed?: number;
  /** Default "float32". */
  readonly precision?: Precision;
}

const names = ["vocabulary", "context", "embedding", "hidden", "direct", "seed", "precision"];

/** The net of a spec: embedding, delay taps, dense layers. Throws OptionError. */
export function netOf(who: string, spec: LanguageModelSpec): NetworkSpec {
  knownOptions(who, spec, names);
  const { direct = false, seed = 1, precision = "float32" } = spec ?? {};
  const { words, size } = readVocabulary(who, spec?.vocabulary);
  const context = whole(who, "context", spec.context ?? 4, 1);
  const width = whole(who, "embedding", spec.embedding ?? 30, 1);
  const hidden = whole(who, "hidden", spec.hidden ?? 60, 0);
  if (typeof direct !== "boolean")
    throw new OptionError(`${who}: direct is ${String(direct)}, want true or false`);
  if (hidden === 0 && !direct)
    throw new OptionError(`${who}: hidden is 0 without direct connections, want one of them`);
  oneOf(who, "precision", precision, ["float32", "float64"]);
  const tanh = dense(Math.max(hidden, 1), { activation: "tanh" });
  const middle = hidden === 0 ? [] : [direct ? skip(tanh) : tanh];
  return {
    input: 1,
    layers: [embedding(size + 1, width), delayTaps(context), ...middle, dense(size)],
    loss: "softmax",
    seed,
    precision,
    notes: { kind: "language model", size, ...(words ? { words } : {}) },
  };
}

/** The words, where they are given, and their number. */
function readVocabulary(
  who: string,
  vocabulary: LanguageModelSpec["vocabulary"],
): { words?: readonly string[]; size: number } {
  if (!Array.isArray(vocabulary)) return { size: whole(who, "vocabulary", vocabulary, 1, 1e7) };
  const words = vocabulary as readonly string[];
  if (words.some((word) => typeof word !== "string") || new Set(words).size !== words.length)
    throw new OptionError(`${who}: vocabulary has a word twice, or one that is not a string`);
  return { words, size: whole(who, "vocabulary's length", words.length, 1, 1e7) };
}
