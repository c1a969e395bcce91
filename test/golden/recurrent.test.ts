import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dense, gru, lstm, network, rnn, type Layer } from "../../src/index.ts";
import { close } from "../close.ts";

type Named = Record<string, number[]>;
interface Case {
  cell: string;
  loss: "squared" | "bernoulli" | "softmax";
  x: number[];
  y: number[];
  z: number[];
  value: number;
  parameters: Named;
  gradients: Named;
}
const golden = JSON.parse(readFileSync(new URL("recurrent.json", import.meta.url), "utf8")) as {
  T: number;
  B: number;
  I: number;
  H: number;
  O: number;
  cases: Record<string, Case>;
};
const { T, B, I, H, O } = golden;

/** Both sides compute in f64; the difference is the order of sums. */
const ROUNDING = { rel: 1e-12, abs: 1e-12 };

const layers: Record<string, Layer> = {
  "rnn-tanh": rnn(H),
  "rnn-relu": rnn(H, { activation: "relu" }),
  lstm: lstm(H),
  gru: gru(H),
};
/** Row blocks of torch's [G·H, n] matrices for each of our column blocks. */
const inputBlocks: Record<string, number[]> = {
  "rnn-tanh": [0],
  "rnn-relu": [0],
  lstm: [0, 1, 2, 3],
  gru: [2, 0, 1],
};
const stateBlocks: Record<string, number[]> = { ...inputBlocks, gru: [0, 1, 2] };

/** Torch's [G·H, n] matrix as our [n, G·H] with blocks in our order. */
const transpose = (w: number[], n: number, blocks: number[]): number[] =>
  Array.from({ length: n }, (_, i) =>
    blocks.flatMap((g) => Array.from({ length: H }, (_, j) => w[(g * H + j) * n + i])),
  ).flat();
const row = (w: number[], blocks: number[]): number[] => blocks.flatMap((g) => w.slice(g * H, (g + 1) * H));
const sum = (a: number[], b: number[]): number[] => a.map((x, i) => x + b[i]);

/** Our parameter vector from torch's values; for gradients, a bias that torch has twice counts once. */
function ours(c: Case, p: Named, gradient: boolean): Record<string, number[]> {
  const ih = row(p.bias_ih_l0, inputBlocks[c.cell]);
  const hh = row(p.bias_hh_l0, stateBlocks[c.cell]);
  const zero = ih.map(() => 0);
  const shared = gradient ? zero : row(p.bias_hh_l0, inputBlocks[c.cell]);
  const gruBias = [
    ...ih.slice(0, H),
    ...sum(ih.slice(H), gradient ? zero.slice(H) : hh.slice(0, 2 * H)),
    ...hh.slice(2 * H),
  ];
  const [layer, out] = [c.cell.startsWith("rnn") ? "rnn1" : `${c.cell}1`, "dense2"];
  return {
    [`${layer}.Wx`]: transpose(p.weight_ih_l0, I, inputBlocks[c.cell]),
    [`${layer}.Wh`]: transpose(p.weight_hh_l0, H, stateBlocks[c.cell]),
    [`${layer}.b`]: c.cell === "gru" ? gruBias : sum(ih, shared),
    [`${layer}.state`]: [...p.state0, ...(p.state1 ?? [])],
    [`${out}.W`]: Array.from({ length: H }, (_, i) =>
      Array.from({ length: O }, (_, j) => p.W_out[j * H + i]),
    ).flat(),
    [`${out}.b`]: p.b_out,
  };
}

describe.each(Object.entries(golden.cases))("PyTorch 1.13, %s", (_, c) => {
  const sequence = (x: number[], columns: number, b: number): number[] =>
    Array.from({ length: T }, (_, t) => x.slice((t * B + b) * columns, (t * B + b + 1) * columns)).flat();
  const items = Array.from({ length: B }, (_, b) => ({
    input: sequence(c.x, I, b),
    target: sequence(c.y, c.loss === "softmax" ? 1 : O, b),
  }));

  test("outputs, loss and every gradient agree", async () => {
    const net = await network({
      input: I,
      layers: [layers[c.cell], dense(O)],
      loss: c.loss,
      precision: "float64",
    });
    const values = ours(c, c.parameters, false);
    const want = ours(c, c.gradients, true);
    for (const p of net.parameters) p.set(values[p.name]);
    const { loss, gradient } = net.gradient(items);
    close(loss, c.value, ROUNDING);
    for (const g of gradient) close(g.data, want[g.name], ROUNDING);
    expect((await net.evaluate(items)).loss).toBe(loss);
    if (c.loss === "squared") {
      net.predict(items.map((item) => item.input)).forEach((y, b) => close(y, sequence(c.z, O, b), ROUNDING));
    }
    net.dispose();
  });
});

test("the comparison notices a gradient that is off by one part in ten thousand", () => {
  const c = golden.cases["lstm squared"];
  const want = ours(c, c.gradients, true)["lstm1.Wh"];
  expect(() =>
    close(
      want.map((x) => x * 1.0001),
      want,
      ROUNDING,
    ),
  ).toThrow();
});
