/** Pen trajectories in, characters out: a bidirectional LSTM with CTC, on words that the library draws. */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { examples, learnToRead, pen } from "./read-drawn.ts";
import type { Run } from "./experiment.ts";
import { atMost, decide } from "./verdict.ts";
import { percentText } from "../progress.ts";

export const criteria = [atMost("label error on words never seen", 0.1, (error: number) => error)];

/**
 * Label errors on lines of IAM-OnDB, best path, no dictionary; from memory but for the last, which is
 * recorded in bench/results. Lines of a hundred writers are another and harder task than words drawn by a
 * program: these figures are a scale, not a race.
 */
const published = {
  "Graves et al. 2007, raw pen, 100 + 100 cells": "13.9% (IAM-OnDB, test lines)",
  "Graves et al. 2009, 25 features of each point": "11.5% (IAM-OnDB, test lines)",
  "RNNLIB, hierarchical net, 284 epochs": "about 10% (IAM-OnDB, validation lines)",
  "Carbune et al. 2020, 1 layer of 64 + 64 cells": "6.1% (IAM-OnDB, test lines)",
  "unrolled train handwriting, 160 epochs": "9.49% (IAM-OnDB, validation lines)",
};

export const run: Run = async (context) => {
  context.log(
    "A bidirectional LSTM of 40 + 40 cells reads words of random letters, each in a hand of its own, " +
      "from the moves of the pen.",
  );
  const { net, error, readings, losses } = await learnToRead({ input: pen }, context);
  context.log(`Read: ${examples(readings)}.`);
  context.log(
    `Label error here: ${percentText(error)} (words drawn by the library, none of them seen). ` +
      "The published errors below are on real handwriting, a harder task.",
  );
  context.log(
    "On IAM-OnDB and UNIPEN: unrolled train handwriting --data DIR, unrolled eval MODEL handwriting " +
      "--data DIR.",
  );
  const numbers = {
    "words it never saw": readings.length,
    "label error": error,
    "words read right": readings.filter((r) => r.edits === 0).length / readings.length,
    weights: net.size,
    "words learned from": losses.length * 16,
    ...published,
  };
  net.dispose();
  return {
    numbers,
    ...decide(criteria, error),
    figure: svg(
      plot({
        title: "Learning to read",
        note: `label error on words never seen: ${percentText(error)}`,
        x: { label: "step" },
        y: { label: "nats a word", log: true },
        marks: [{ kind: "line", x: losses.map((_, i) => i + 1), y: losses }],
      }),
    ),
  };
};
