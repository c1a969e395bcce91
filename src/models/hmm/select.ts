/** The number of states chosen by a criterion: a fit for each, and the best kept. */
import { OptionError, oneOf, show } from "../../wasm/errors.ts";
import type { Sequences } from "../../data/sequence.ts";
import type { EmReport } from "../../train/em.ts";
import type { Criteria } from "./criteria.ts";
import type { Hmm } from "./model.ts";
import type { HmmFitOptions } from "./run-fit.ts";
import type { HmmSpec } from "./spec.ts";

/** A spec with several numbers of states. */
export interface HmmChoices extends Omit<HmmSpec, "states"> {
  /** Numbers of states to try. */
  readonly states: readonly number[];
}

/** How each is fitted, and by what the best is chosen. */
export interface HmmSelectOptions extends HmmFitOptions {
  /** Default "bic". */
  readonly criterion?: "aic" | "bic";
}

/** A model that was tried. */
export interface HmmCandidate extends Criteria {
  /** Its number of states. */
  readonly states: number;
}

/** The best model, and the criteria of all of them. */
export interface HmmSelection {
  /** The candidate with the smallest criterion; the others are disposed. */
  readonly model: Hmm;
  /** Of its fit. */
  readonly report: EmReport;
  /** In the order of the states asked for. */
  readonly candidates: readonly HmmCandidate[];
}

const isPlain = (given: unknown): boolean =>
  given !== null && typeof given === "object" && !Array.isArray(given) && !ArrayBuffer.isView(given);

/** Throws OptionError where the choices are none, or stand in another place. */
function checkChoices(choices: HmmChoices, options: HmmSelectOptions): void {
  const call = "want hmm.select(data, { states: [1, 2, 3], emission: … }, options)";
  for (const [name, given] of Object.entries({ choices, options }))
    if (!isPlain(given)) throw new OptionError(`hmm.select: ${name} are ${show(given)}, ${call}`);
  const { states } = choices;
  if (!Array.isArray(states) || states.length === 0)
    throw new OptionError(
      `hmm.select: states is not an array of numbers of states, but ${show(states)}; ${call}`,
    );
}

/** Chooses among models that `create` makes. */
export function select(
  create: (spec: HmmSpec) => Promise<Hmm>,
): (data: Sequences, choices: HmmChoices, options?: HmmSelectOptions) => Promise<HmmSelection> {
  return async (data, choices, options = {}) => {
    checkChoices(choices, options);
    const { states } = choices;
    const { criterion: wanted = "bic", ...fit } = options;
    const criterion = oneOf("hmm.select", "criterion", wanted, ["aic", "bic"] as const);
    const candidates: ({ states: number } & Criteria)[] = [];
    let best: { model: Hmm; report: EmReport; value: number } | undefined;
    try {
      for (const K of states) {
        const model = await create({ ...choices, states: K });
        try {
          const report = await model.fit(data, fit);
          const found = model.criteria(data);
          candidates.push({ states: K, ...found });
          if (best && best.value <= found[criterion]) continue;
          best?.model.dispose();
          best = { model, report, value: found[criterion] };
        } finally {
          if (best?.model !== model) model.dispose();
        }
      }
    } catch (error) {
      best?.model.dispose();
      throw error;
    }
    const { model, report } = best!;
    return { model, report, candidates };
  };
}
