/** 7c-3: the lecture's net learns to add and then adds numbers far longer than any it saw. */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { addition } from "../../tasks/addition.ts";
import { testSums } from "../train/test-sums.ts";
import { learnAddition } from "../../analysis/learn-addition.ts";
import type { Outcome, Run } from "./experiment.ts";
import { smooth } from "./follow.ts";
import { decide, exactly } from "./verdict.ts";

const DIGITS = 12;

/** What the verdict is about. */
export interface Longer {
  readonly errors: number;
  readonly long: number;
  readonly equivalent: boolean;
  readonly proven: boolean;
}

export const criteria = [
  exactly("wrong of 10,000 fresh sums of 1 to 64 digits", 0, (m: Longer) => m.errors),
  exactly("wrong of 20 sums of 2,000 digits", 0, (m: Longer) => m.long),
  exactly("equal to the lecture's automaton (1: yes)", 1, (m: Longer) => Number(m.equivalent)),
  exactly("proven for every length (1: yes)", 1, (m: Longer) => Number(m.proven)),
];

export const run: Run = async ({ seed, signal, progress }): Promise<Outcome> => {
  const { net, losses, steps, restarts, automaton, invariance, stopped } = await learnAddition({
    seed,
    signal,
    digits: DIGITS,
    onStep: ({ attemptStep, loss, attempt }) =>
      progress(
        Math.min(1, attemptStep / 700),
        `loss ${loss.toFixed(4)}${attempt ? `, restarts ${attempt}` : ""}`,
      ),
  });
  if (stopped) signal.throwIfAborted();
  const { errors } = await testSums(net, { seed, sums: 10_000, digits: 64, signal });
  const weights = net.size;
  const long = (await net.evaluate(addition({ digits: 2000, minDigits: 2000 }), { count: 20, seed }))
    .wrongSequences!;
  net.dispose();
  const { x, y } = smooth(losses, 10);
  return {
    numbers: {
      weights,
      "training steps": steps,
      restarts: restarts,
      "digits of the training sums": DIGITS,
      "wrong of 10,000 fresh sums of 1 to 64 digits": errors,
      "wrong of 20 sums of 2,000 digits": long,
      "equal to the lecture's automaton": automaton?.equivalent ? "yes" : "no",
      "proven for every length": invariance?.proven ? "yes" : "no",
    },
    ...decide(criteria, {
      errors,
      long,
      equivalent: automaton?.equivalent ?? false,
      proven: invariance?.proven ?? false,
    }),
    figure: svg(
      plot({
        title: "Three hidden units learn to add",
        note:
          "Two inputs, three fully interconnected logistic units, one output; sums of 12 digits, least " +
          "significant first.",
        x: { label: "training steps of the attempt that succeeded" },
        y: { label: "loss (nats a digit)", log: true },
        marks: [
          { kind: "line", x, y },
          { kind: "rule", y: Math.LN2, label: "guessing" },
        ],
      }),
    ),
  };
};
