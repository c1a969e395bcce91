/** `unrolled train addition`: learn, test on long sums, show the automaton. */
import { join } from "node:path";
import type { Item } from "../../train/task.ts";
import { type Command, type Context, type Values } from "../command.ts";
import { type About, loadToResume, saveModel } from "../open-model.ts";
import { checkOutputFile, checkOutputFolder, writeWhole } from "../output-file.ts";
import { countText, Progress, timeText } from "../progress.ts";
import { type AttemptState, learnAddition, type Learned } from "../../analysis/learn-addition.ts";
import { type SumTest, testSums } from "./test-sums.ts";

/** Steps in which most attempts succeed: what the bar counts to. */
const TYPICAL = 600;

interface Settings {
  readonly seed: number;
  readonly digits: number;
  readonly sums: number;
  readonly testDigits: number;
  readonly out: string | undefined;
  readonly figure: string | undefined;
}

/** What a saved net says of its training. */
type AdditionAbout = About & { run: { seed: number; digits: number; state: AttemptState } };

const settingsOf = (values: Values): Settings => ({
  seed: values.whole("seed", 0, 2 ** 52),
  digits: values.whole("digits", 2, 1000),
  sums: values.whole("sums", 1),
  testDigits: values.whole("test-digits", 1, 10_000),
  out: values.text("out"),
  figure: values.text("figure"),
});

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

/** Trains and saves; throws where it was stopped. */
async function learn(
  { screen, signal, values }: Context,
  { seed, digits, out }: Settings,
): Promise<Learned & { seed: number }> {
  const before = values.on("resume") ? await loadToResume<AdditionAbout>(out, "addition") : undefined;
  const run = before?.about.run ?? { seed, digits };
  screen.line(
    `A net of 2 inputs, 3 logistic units and 1 output learns to add binary numbers of ${run.digits} ` +
      `digits (seed ${run.seed}).`,
  );
  const progress = new Progress(screen, { title: "training", steps: TYPICAL });
  let last: Record<string, number> = {};
  const learned = await learnAddition({
    seed: run.seed,
    digits: run.digits,
    signal,
    ...(before ? { resume: { net: before.net, state: before.about.run.state } } : {}),
    onStep: ({ step, attempt, attemptStep, loss }) => {
      last = attempt ? { loss, restarts: attempt } : { loss };
      progress.expect(step - attemptStep + (attemptStep < TYPICAL ? TYPICAL : attemptStep));
      progress.update(step, last);
    },
  });
  progress.end(last);
  const { net, steps, state } = learned;
  const about: AdditionAbout = { task: "addition", run: { seed: run.seed, digits: run.digits, state } };
  if (out) saveModel(out, net, about);
  if (learned.stopped) {
    net.dispose();
    const where = out ? `; the net is in ${out}, and the same command with --resume goes on` : "";
    throw new Error(`stopped after ${steps} steps${where}`);
  }
  return { ...learned, seed: run.seed };
}

/** Says what the net can do, and which automaton it became. */
function report(
  { screen }: Context,
  { automaton, steps, restarts, invariance }: Learned,
  { errors, example, answer }: SumTest,
  { sums, testDigits, seconds }: { sums: number; testDigits: number; seconds: number },
): void {
  const again = restarts ? ` with ${restarts} restart${restarts > 1 ? "s" : ""}` : "";
  screen.line(`Trained for ${countText(steps)} steps${again}, ${timeText(seconds)}.`);
  screen.line(
    `Tested on ${countText(sums)} fresh sums of 1 to ${testDigits} ` +
      `digits: ${errors === 0 ? "not one wrong" : `${countText(errors)} wrong`}. One of them:`,
  );
  screen.line(`\n${written(example, answer).join("\n")}\n`);
  if (!automaton) {
    screen.line("Its hidden activities form no distinct patterns.");
    return;
  }
  screen.line(
    `Its hidden units take ${automaton.patterns.length} patterns, which are ` +
      `the ${automaton.machine.next.length} states of this ` +
      `automaton, ${automaton.equivalent ? "the lecture's one" : "which does not add"}:`,
  );
  screen.line(`\n${automaton.text()}\n`);
  if (invariance?.proven)
    screen.line(
      "By interval arithmetic its activities never leave these patterns: it adds numbers of every length.",
    );
}

export const trainAddition: Command = {
  name: "train addition",
  words: "",
  maxWords: 0,
  summary: "Learn to add binary numbers, as in the lecture: two inputs, three units, one output",
  details:
    "Trains on sums of a few digits, adds 10,000 fresh ones of up to 64, and shows the automaton " +
    "that the net became.\n\n  unrolled train addition --seed 3\n  unrolled train addition --json " +
    "--out adder.safetensors",
  options: {
    seed: { value: "N", default: "1", help: "seed of weights and sums" },
    digits: { value: "N", default: "12", help: "digits of the training sums" },
    sums: { value: "N", default: "10000", help: "test sums" },
    "test-digits": { value: "N", default: "64", help: "digits of the test sums at most" },
    out: { value: "FILE", help: "save the net here; after Ctrl-C as it was then" },
    resume: { help: "go on from the net in --out, with its seed and digits" },
    figure: { value: "DIR", help: "write the automaton to DIR/automaton.svg" },
  },
  async run(context) {
    const { screen, signal, values } = context;
    const settings = settingsOf(values);
    const { sums, testDigits, out, figure } = settings;
    const start = screen.clock();
    checkOutputFile("out", out);
    checkOutputFolder("figure", figure);
    const picture = figure && join(figure, "automaton.svg");
    checkOutputFile("figure", picture);
    const learned = await learn(context, settings);
    const { net, automaton, steps, restarts, invariance, seed } = learned;
    try {
      const tested = await testSums(net, { seed, sums, digits: testDigits, signal });
      const equivalent = automaton?.equivalent ?? false;
      const solved = tested.errors === 0 && equivalent;
      const seconds = (screen.clock() - start) / 1000;
      if (picture && automaton) writeWhole(picture, automaton.svg("The automaton that the net became"));
      report(context, learned, tested, { sums, testDigits, seconds });
      screen.event({
        event: "result",
        task: "addition",
        seed,
        solved,
        errors: tested.errors,
        sums,
        digits: testDigits,
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
