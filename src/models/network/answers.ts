/** What a net that does not learn asks of its loss. */
import { ctcAnswers } from "../../losses/ctc.ts";
import type { LossAnswers } from "../../losses/loss.ts";
import { lossOf, type LossSpec } from "./spec.ts";

/** What nets of the loss of a spec answer. Throws OptionError. */
export function answersOf(spec: LossSpec): LossAnswers {
  if (spec === "ctc") return ctcAnswers();
  if (typeof spec !== "object" || spec?.kind !== "ctc") return lossOf(spec);
  const { kind: _, ...options } = spec;
  return ctcAnswers(options);
}
