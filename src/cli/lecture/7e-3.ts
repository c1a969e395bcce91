/** Pen trajectories in, characters out: a bidirectional LSTM with CTC, on words that the library draws. */
import { plot } from "../../analysis/plot.ts";
import { svg } from "../../analysis/plot-svg.ts";
import { examples, learnToRead, pen } from "./read-drawn.ts";
import type { Run } from "./experiment.ts";

export const run: Run = async (context) => {
  context.log("A bidirectional LSTM of 40 + 40 cells reads words of random letters, each in a hand of its own, from the moves of the pen.");
  const { net, error, readings, losses } = await learnToRead(pen, context);
  context.log(`Read: ${examples(readings)}.`);
  context.log("On IAM-OnDB and UNIPEN: unrolled train handwriting --data DIR, unrolled eval MODEL handwriting --data DIR.");
  const numbers = { "words it never saw": readings.length, "label error": error, "words read right": readings.filter((r) => r.edits === 0).length / readings.length, "weights": net.size, "words learned from": losses.length * 16 };
  net.dispose();
  return {
    numbers, verdict: error < 0.1,
    figure: svg(plot({
      title: "Learning to read", note: `label error on words never seen: ${(100 * error).toFixed(1)}%`, x: { label: "step" }, y: { label: "nats a word", log: true },
      marks: [{ kind: "line", x: losses.map((_, i) => i + 1), y: losses }],
    })),
  };
};
