/** `unrolled train addition`: learn, test on long sums, show the automaton. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addition } from "../../tasks/addition.ts";
import type { Item } from "../../train/task.ts";
import type { Network } from "../../models/network/network.ts";
import { Random } from "../../wasm/random.ts";
import type { Command } from "../command.ts";
import { saveModel } from "../open-model.ts";
import { countText, Progress, timeText } from "../progress.ts";
import { learnAddition } from "../../analysis/learn-addition.ts";

/** Steps in which most attempts succeed: what the bar counts to. */
const TYPICAL = 600;
/** Stream of the test sums; training draws from others. */
const TEST_STREAM = 0x74657374;

/** Fresh sums of up to `digits` digits, and how many of them the net gets wrong. */
export async function testSums(
  net: Network,
  seed: number,
  sums: number,
  digits: number,
): Promise<{ errors: number; example: Item; answer: number[] }> {
  const items = addition({ digits }).batch(sums, new Random(net.engine, seed, TEST_STREAM));
  const { wrongSequences } = await net.evaluate(items);
  const example = items.find((item) => item.target.length === 13) ?? items[0];
  return {
    errors: wrongSequences!,
    example,
    answer: Array.from(net.predict([example.input])[0], (p) => (p > 0.5 ? 1 : 0)),
  };
}

/** A sum as it is written, most significant digit first. */
function written({ input, target }: Item, answer: readonly number[]): string[] {
  const T = target.length;
  const row = (digit: (t: number) => number): string =>
    Array.from({ length: T }, (_, i) => digit(T - 1 - i)).join("");
  return [
    `    ${row((t) => input[2 * t])}`,
    `  + ${row((t) => input[2 * t + 1])}`,
    `  = ${row((t) => answer[t])}`,
  ];
}

export const trainAddition: Command = {
  name: "train addition",
  words: "",
  most: 0,
  summary: "Learn to add binary numbers, as in the lecture: two inputs, three units, one output",
  details:
    "Trains on sums of a few digits, adds 10,000 fresh ones of up to 64, and shows the automaton " +
    "that the net became.\n\n  unrolled train addition --seed 3\n  unrolled train addition --json " +
    "--out adder.safetensors",
  options: {
    seed: { value: "N", default: "1", help: "seed of weights and sums" },
    digits: { value: "N", default: "12", help: "digits of the training sums" },
    sums: { value: "N", default: "10000", help: "test sums" },
    "test-digits": { value: "N", default: "64", help: "most digits of the test sums" },
    out: { value: "FILE", help: "save the net here; after Ctrl-C as far as it came" },
    figure: { value: "DIR", help: "write the automaton to DIR/automaton.svg" },
  },
  async run({ screen, signal, values }) {
    const seed = values.whole("seed", 0, 2 ** 52);
    const digits = values.whole("digits", 2, 1000);
    const sums = values.whole("sums", 1);
    const most = values.whole("test-digits", 1, 10_000);
    const out = values.text("out");
    const figure = values.text("figure");
    const start = screen.clock();
    if (figure) mkdirSync(figure, { recursive: true });
    screen.line(
      `A net of 2 inputs, 3 logistic units and 1 output learns to add binary numbers of ${digits} ` +
        `digits (seed ${seed}).`,
    );
    const progress = new Progress(screen, { title: "training", steps: TYPICAL });
    let last: Record<string, number> = {};
    const learned = await learnAddition({
      seed,
      signal,
      digits,
      onStep: ({ step, attempt, attemptStep, loss }) => {
        progress.expect(step - attemptStep + (attemptStep < TYPICAL ? TYPICAL : attemptStep));
        progress.update(step, (last = attempt ? { loss, restarts: attempt } : { loss }));
      },
    });
    const { net, automaton, steps, restarts, invariance } = learned;
    progress.end(last);
    try {
      if (out) saveModel(out, net, { task: "addition" });
      if (learned.stopped)
        throw new Error(`stopped after ${steps} steps${out ? `; the net is in ${out}` : ""}`);
      const { errors, example, answer } = await testSums(net, seed, sums, most);
      const equivalent = automaton?.equivalent ?? false;
      const solved = errors === 0 && equivalent;
      const seconds = (screen.clock() - start) / 1000;
      if (figure && automaton)
        writeFileSync(join(figure, "automaton.svg"), automaton.svg("The automaton that the net became"));
      screen.line(
        `Trained for ${countText(steps)} ` +
          `steps${restarts ? ` with ${restarts} restart${restarts > 1 ? "s" : ""}` : ""}, ${timeText(seconds)}.`,
      );
      screen.line(
        `Tested on ${countText(sums)} fresh sums of 1 to ${most} ` +
          `digits: ${errors === 0 ? "not one wrong" : `${countText(errors)} wrong`}. One of them:`,
      );
      screen.line(`\n${written(example, answer).join("\n")}\n`);
      if (automaton) {
        screen.line(
          `Its hidden units take ${automaton.patterns.length} patterns, which are ` +
            `the ${automaton.machine.next.length} states of this ` +
            `automaton, ${equivalent ? "the lecture's one" : "which does not add"}:`,
        );
        screen.line(`\n${automaton.text()}\n`);
        if (invariance?.proven)
          screen.line(
            "By interval arithmetic its activities never leave these patterns: it adds numbers of " +
              "every length.",
          );
      } else screen.line("Its hidden activities form no distinct patterns.");
      screen.event({
        event: "result",
        task: "addition",
        seed,
        solved,
        errors,
        sums,
        digits: most,
        states: automaton?.machine.next.length ?? 0,
        equivalent,
        proven: invariance?.proven ?? false,
        patterns: automaton?.patterns.length ?? 0,
        steps,
        restarts,
        seconds: Number(seconds.toFixed(3)),
      });
      return solved;
    } finally {
      net.dispose();
    }
  },
};
