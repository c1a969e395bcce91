/** The slide's memory cell, set by hand: write, keep, read, and the way back. */
import { memoryCell, writeKeepRead } from "../../analysis/memory-cell.ts";
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import type { Run } from "./experiment.ts";

const STEPS = 500;
const VALUE = 0.6;

export const run: Run = async ({ log }) => {
  const net = await memoryCell();
  const T = STEPS + 2;
  const input = writeKeepRead(VALUE, STEPS, (t) => Math.sin(t / 3));
  const want = Math.tanh(Math.tanh(VALUE));
  log(
    `The value ${VALUE} is written at step 0, kept for ${STEPS} steps while other values pass by, and read.`,
  );
  const [h] = net.predict([input]);
  const weight = new Float32Array(T);
  weight[T - 1] = 1;
  const { gradient } = net.gradient([{ input, target: new Float64Array(T), weight }]);
  const back = gradient.find(({ name }) => name === "lstm1.Wx")!.data[2];
  const g = Math.tanh(VALUE);
  const straight = want * (1 - want * want) * (1 - g * g) * VALUE;
  const silent = Math.max(...Array.from(h.subarray(0, T - 1), Math.abs));
  net.dispose();
  const numbers = {
    read: h[T - 1],
    "tanh(tanh(value))": want,
    "largest output while kept": silent,
    "derivative at the write": back,
    "as if there were no steps between": straight,
    "of it comes back": back / straight,
  };
  const x = Array.from({ length: T }, (_, t) => t);
  const column = (j: number): number[] => x.map((t) => input[4 * t + j]);
  return {
    numbers,
    verdict: Math.abs(h[T - 1] - want) < 1e-5 && silent < 1e-6 && Math.abs(back / straight - 1) < 1e-4,
    figure: svg(
      plot({
        title: "A memory cell",
        note: `${VALUE} is written at step 0 and read at step ${T - 1}; in between the keep gate is on`,
        x: { label: "step" },
        marks: [
          { kind: "line", x, y: column(0), label: "value offered", width: 0.6 },
          { kind: "line", x, y: column(2), label: "keep gate" },
          { kind: "line", x, y: column(3), label: "read gate" },
          { kind: "line", x, y: Array.from(h), label: "output" },
        ],
      }),
    ),
  };
};
