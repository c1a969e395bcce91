/** From a trained net to the automaton that it became, compared with the one that solves its task. */
import { OptionError, whole, knownOptions } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import { compareMoore, type Moore } from "../inference/moore.ts";
import type { FiniteTask } from "../train/task.ts";
import { network, type Network } from "../models/network/network.ts";
import { extract, type Extracted, type Recorder, type Run } from "./patterns.ts";
import { automatonFigure, automatonText } from "./automaton-drawing.ts";
import { svg } from "../figures/svg.ts";

/** A net's automaton, with what it was compared to. */
export interface Automaton extends Extracted {
  /**
   * Whether the machine prints what the task's machine prints on every input of any length (product
   * construction).
   */
  readonly equivalent: boolean;
  /** The shortest input on which they differ, as symbol names. */
  readonly counterexample?: readonly string[];
  /** The machine as a table. */
  text(): string;
  /** The machine as a state diagram, SVG. */
  svg(title?: string): string;
}

/** The words that `extractAutomaton` has the net read. */
export interface ExtractAutomatonOptions {
  /** Random words to record at first. Default 100. */
  words?: number;
  /** Symbols a word. Default 64. */
  length?: number;
  /** Seed of the words. Default 1. */
  seed?: number;
}

/**
 * The layers of `net` up to its last recurrent one, as a net of their own whose predictions are that layer's
 * activities. Dispose it.
 */
export async function hiddenNet(net: Network): Promise<Network> {
  const last = net.spec.layers.reduce(
    (found, layer, i) => (layer.type === "rnn" || layer.type === "lstm" || layer.type === "gru" ? i : found),
    -1,
  );
  if (last < 0)
    throw new OptionError(
      "extractAutomaton: the net has no recurrent layer that runs forwards, want rnn, lstm or gru",
    );
  const hidden = await network({
    ...net.spec,
    layers: net.spec.layers.slice(0, last + 1),
    loss: "squared",
    constraints: [],
  });
  const from = new Map(net.parameters.map((parameter) => [parameter.name, parameter]));
  for (const parameter of hidden.parameters) parameter.set(from.get(parameter.name)!.data);
  return hidden;
}

/** Runs words through the net: activities of its last recurrent layer, and what its outputs print. */
function recorder(net: Network, hidden: Network, task: FiniteTask): Recorder {
  return (words) => {
    const inputs = words.map((word) => word.flatMap((symbol) => Array.from(task.encode(symbol))));
    const activities = hidden.predict(inputs);
    const outputs = net.predict(inputs);
    return words.map((word, w): Run => ({
      hidden: activities[w],
      printed: word.map((_, t) =>
        task.print(Array.from({ length: task.output }, (__, o) => outputs[w][t * task.output + o])),
      ),
    }));
  };
}

/**
 * Finds the distinct patterns of hidden activity of a net on random inputs, merges and minimizes them to a
 * Moore machine, names its states after the task's machine where both agree, and says whether they are the
 * same.
 */
export async function extractAutomaton(
  net: Network,
  task: FiniteTask,
  options: ExtractAutomatonOptions = {},
): Promise<Automaton> {
  knownOptions("extractAutomaton", options, ["words", "length", "seed"]);
  const count = whole("extractAutomaton", "words", options.words ?? 100, 1);
  const length = whole("extractAutomaton", "length", options.length ?? 64, 1);
  const random = new Random(net.engine, options.seed ?? 1, streams.automaton);
  const { symbols } = task.machine;
  const words = Array.from({ length: count }, () =>
    Array.from({ length }, () => random.integer(0, symbols.length - 1)),
  );
  const hidden = await hiddenNet(net);
  try {
    const found = extract(recorder(net, hidden, task), { symbols, words });
    const { equal, counterexample, match } = compareMoore(found.machine, task.machine);
    const machine = equal ? named(found.machine, task.machine, match) : found.machine;
    return {
      ...found,
      machine,
      equivalent: equal,
      counterexample,
      text: () => automatonText(machine),
      svg: (title = "The automaton in the net") =>
        svg(
          automatonFigure(machine, {
            title,
            note:
              `${found.patterns.length} patterns of hidden activity, ${machine.next.length} states; on ` +
              "the arrows, the digits that come in",
          }),
        ),
    };
  } finally {
    hidden.dispose();
  }
}

/** The machine with the names of the states that it goes along with. */
function named(machine: Moore, reference: Moore, match: readonly (number | undefined)[]): Moore {
  if (!reference.names || match.some((s) => s === undefined)) return machine;
  return { ...machine, names: match.map((s) => reference.names![s!]) };
}
