/** 7c-2: the automaton itself: it adds, it is minimal, and its diagram. */
import { automatonFigure, automatonText } from "../../analysis/automaton-drawing.ts";
import { svg } from "../../figures/svg.ts";
import { minimize, runMoore } from "../../inference/moore.ts";
import { addition, adder } from "../../tasks/addition.ts";
import { engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { Outcome, Run } from "./experiment.ts";
import { decide, exactly } from "./verdict.ts";

const SUMS = 10_000;
const DIGITS = 64;

/** What the verdict is about. */
export interface Adder {
  /** Sums that are wrong. */
  readonly wrong: number;
  /** States, and those of the smallest machine that does the same. */
  readonly states: number;
  readonly smallest: number;
}

export const criteria = [
  exactly(`wrong of ${SUMS} sums`, 0, (m: Adder) => m.wrong),
  exactly("states", 4, (m: Adder) => m.states),
  exactly("states of the smallest machine that does the same", 4, (m: Adder) => m.smallest),
];

export const run: Run = async ({ seed, log }): Promise<Outcome> => {
  const items = addition({ digits: DIGITS }).batch(
    SUMS,
    new Random(await engine("float32"), seed, streams.experiment),
  );
  let wrong = 0;
  for (const { input, target } of items) {
    const printed = runMoore(
      adder,
      Array.from(target, (_, t) => 2 * input[2 * t] + input[2 * t + 1]),
    );
    const number = (digit: (t: number) => unknown): bigint =>
      Array.from(target, (_, t) => BigInt(digit(t) as string) << BigInt(t)).reduce((a, b) => a + b, 0n);
    if (number((t) => printed[t]) !== number((t) => input[2 * t]) + number((t) => input[2 * t + 1])) ++wrong;
  }
  log(automatonText(adder));
  const states = minimize(adder).machine.next.length;
  return {
    numbers: {
      [`sums of up to ${DIGITS} digits, against whole-number arithmetic`]: SUMS,
      wrong: wrong,
      states: adder.next.length,
      "states of the smallest machine that does the same": states,
    },
    ...decide(criteria, { wrong, states: adder.next.length, smallest: states }),
    figure: svg(
      automatonFigure(adder, {
        title: "Binary addition as a finite automaton",
        note: "Columns of two digits come in from the right; a state prints its digit when it is entered.",
        places: [
          [0, 1],
          [0, 0],
          [1, 1],
          [1, 0],
        ],
      }),
    ),
  };
};
