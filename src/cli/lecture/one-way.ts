/** An experiment that shows one of the four ways solving one task. */
import { longLag, type LongLagName } from "../../tasks/long-lag/long-lag.ts";
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { runWay } from "../compare/run.ts";
import { ways } from "../compare/ways.ts";
import type { Run } from "./experiment.ts";

/** Trains a way on a task of a lag, for `budget` seconds at most; seen if it is solved. */
export const showWay =
  (way: string, name: LongLagName, lag: number, budget: number): Run =>
  async ({ seed, signal, log, progress }) => {
    const { chance, rule } = longLag[name]({ lag });
    const sequences: number[] = [];
    const errors: number[] = [];
    log(
      `${ways[way].words}, on ${name} with T = ${lag}. Right: ${rule}. A constant predictor is ` +
        `wrong ${chance.toFixed(2)} times a sequence.`,
    );
    const result = await runWay(
      { task: name, way, lag, seed },
      {
        budget,
        signal,
        clock: () => performance.now(),
        onProgress: (at) => {
          progress(
            Math.min(at.seconds / budget, 1),
            `${at.sequences} sequences, ${(100 * at.error).toFixed(1)}% wrong`,
          );
          sequences.push(at.sequences);
          errors.push(at.error);
        },
      },
    );
    if ("interrupted" in result) {
      signal.throwIfAborted();
      throw new Error("interrupted");
    }
    sequences.push(result.sequences);
    errors.push(result.error);
    return {
      numbers: {
        "wrong sequences of 10,000": `${(100 * result.error).toFixed(2)}%`,
        "training sequences": result.sequences,
        "seconds of learning": result.seconds,
        chance: chance,
      },
      verdict: result.solved,
      figure: svg(
        plot({
          title: `${name}, T = ${lag}`,
          note: ways[way].words,
          x: { label: "training sequences" },
          y: { label: "wrong (fraction)", range: [0, 1] },
          marks: [
            { kind: "rule", y: 0.01, label: "solved" },
            { kind: "line", x: sequences, y: errors },
          ],
        }),
      ),
    };
  };
