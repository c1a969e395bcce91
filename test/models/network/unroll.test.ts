import { expect, test } from "vitest";
import {
  bidirectional,
  dense,
  gru,
  lem,
  lstm,
  minGru,
  minLstm,
  network,
  normal,
  rnn,
  slstm,
  unroll,
  type DataItem,
  type Layer,
} from "../../../src/index.ts";
import { close } from "../../close.ts";

/** The same sums in another order. */
const ROUNDING = { rel: 1e-11, abs: 1e-12 };
const wide = {
  input: normal(1),
  recurrent: normal(0.8),
  bias: normal(0.5),
  state: normal(0.5),
  peepholes: normal(0.5),
};
const { recurrent: _, ...diagonal } = wide;

test.each<[string, Layer[]]>([
  ["rnn tanh", [rnn(3, { init: wide })]],
  ["rnn logistic", [rnn(3, { activation: "logistic", init: wide })]],
  ["leaky", [rnn(3, { leak: 0.3, init: wide })]],
  ["lstm", [lstm(3, { init: wide })]],
  ["lstm with peepholes", [lstm(3, { peepholes: true, init: wide })]],
  ["lstm of 1997 with peepholes", [lstm(3, { forgetGate: false, peepholes: true, init: wide })]],
  ["gru", [gru(3, { init: wide })]],
  ["gru, reset before", [gru(3, { reset: "before", init: wide })]],
  ["minimal gru", [minGru(3, { init: diagonal })]],
  ["minimal lstm", [minLstm(3, { init: diagonal })]],
  ["lem", [lem(3, { dt: 0.5, init: wide })]],
  ["slstm", [slstm(3, { init: wide })]],
  ["slstm with exponential forget gate", [slstm(3, { forgetGate: "exponential", init: wide })]],
  ["start at zero", [lstm(3, { initialState: "zero", init: wide })]],
  ["both directions, then gru", [bidirectional(lstm(2, { init: wide })), gru(3, { init: wide })]],
])("%s is the layered net of tied weights: outputs, loss and gradients", async (_, layers) => {
  for (const loss of ["squared", "softmax"] as const) {
    const net = await network({
      input: 2,
      layers: [...layers, dense(3)],
      loss,
      seed: 5,
      precision: "float64",
    });
    const T = 5;
    const layered = unroll(net, T);
    const data: DataItem[] = Array.from({ length: 3 }, (_, b) => ({
      input: Array.from({ length: 2 * T }, (_, i) => Math.sin(3 * i + b)),
      target: Array.from({ length: loss === "softmax" ? T : 3 * T }, (_, i) => (i + b) % 3),
    }));
    const inputs = data.map((item) => item.input);
    net.predict(inputs).forEach((y, i) => close(layered.predict(inputs)[i], y, ROUNDING));
    const got = layered.gradient(data);
    const want = net.gradient(data);
    close(got.loss, want.loss, ROUNDING);
    want.gradient.forEach((g, i) => close(got.gradient[i].data, g.data, ROUNDING));
    // targets at one step alone: the backward pass leaves out the steps that have no adjoint
    for (const target of [0, 2, T - 1]) {
      const few = data.map((item) => ({
        ...item,
        weight: Array.from({ length: T }, (_, t) => (t === target ? 1 : 0)),
      }));
      const whole = layered.gradient(few);
      net.gradient(few).gradient.forEach((g, i) => close(g.data, whole.gradient[i].data, ROUNDING));
    }
    expect(layered.size).toBe(T * net.size);
    layered.dispose();
    net.dispose();
  }
});

test(
  "a gradient that vanishes on the way is the gradient of the layered net: what was flushed is " +
    "below every digit",
  async () => {
    const init = { input: normal(1), recurrent: normal(1e-12) };
    const T = 40; // below 2^-960 after 25 steps
    const net = await network({
      input: 2,
      layers: [rnn(3, { init }), dense(1)],
      loss: "squared",
      seed: 5,
      precision: "float64",
    });
    const layered = unroll(net, T);
    const item: DataItem = {
      input: Array.from({ length: 2 * T }, (_, i) => Math.sin(3 * i)),
      target: [...new Array<number>(T - 1).fill(0), 1],
      weight: [...new Array<number>(T - 1).fill(0), 1],
    };
    const got = net.gradient([item]);
    const want = layered.gradient([item]);
    want.gradient.forEach((g, i) => close(got.gradient[i].data, g.data, ROUNDING));
    expect(got.gradient.find(({ name }) => name === "rnn1.state")!.data).toEqual(new Float64Array(3));
    layered.dispose();
    net.dispose();
  },
);
