/** `unrolled automaton`: the finite automaton inside a saved net. */
import { extractAutomaton } from "../analysis/extract-automaton.ts";
import { invariantBoxes } from "../analysis/invariant-boxes.ts";
import { addition } from "../tasks/addition.ts";
import { type Command, UsageError } from "./command.ts";
import { loadModel } from "./open-model.ts";
import { checkOutputFile, writeWhole } from "./output-file.ts";

export const automatonCommand: Command = {
  name: "automaton",
  words: "MODEL",
  maxWords: 1,
  summary: "Find the finite automaton inside a net that `unrolled train addition` made",
  details:
    "Cuts the hidden activities into levels, merges the patterns, minimizes the machine, compares it " +
    "with the lecture's four states,\nand tries to prove by interval arithmetic that the net follows " +
    "it on inputs of every length.\n\n  unrolled automaton adder.safetensors --out adder.svg",
  options: {
    out: { value: "FILE", help: "write the diagram here, SVG" },
    seed: { value: "N", default: "1", help: "seed of the inputs that are tried" },
  },
  async run({ screen, values, words }) {
    const [path] = words;
    const out = values.text("out");
    const seed = values.whole("seed", 0, 2 ** 52);
    if (!path)
      throw new UsageError(
        "automaton: MODEL is missing, want a file that `unrolled train addition --out` wrote",
      );
    checkOutputFile("out", out);
    const { net, about } = await loadModel(path);
    try {
      if (about.task !== "addition")
        throw new Error(`${path}: a model of task "${about.task}", want addition`);
      const task = addition();
      const found = await extractAutomaton(net, task, { seed });
      const { proven, reason } = await invariantBoxes(net, task);
      const { machine, patterns, levels, steps, equivalent, counterexample } = found;
      screen.line(
        `${steps} steps show ${patterns.length} patterns of hidden activity at ${levels} levels a ` +
          `unit; they are ${machine.next.length} states:\n\n${found.text()}\n`,
      );
      screen.line(
        equivalent
          ? "It prints what the lecture's automaton prints, on every input."
          : `It is not the lecture's automaton: they differ after ${counterexample!.join(" ")}.`,
      );
      screen.line(
        proven
          ? "By interval arithmetic the net follows it on inputs of every length."
          : `Not proven for inputs of every length: ${reason}.`,
      );
      for (const { mean, visits, state } of patterns)
        screen.line(
          `  ${mean.map((h) => h.toFixed(3)).join(" ")}  ${machine.names?.[state] ?? state}  ` +
            `(${visits} steps)`,
        );
      if (out) writeWhole(out, found.svg());
      screen.event({
        event: "result",
        states: machine.next.length,
        patterns: patterns.length,
        levels,
        equivalent,
        proven,
        counterexample: counterexample ?? null,
        machine,
      });
      return equivalent;
    } finally {
      net.dispose();
    }
  },
};
