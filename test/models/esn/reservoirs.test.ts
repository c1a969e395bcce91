/** Several reservoirs in one net: side by side, and each hearing another. */
import { describe, expect, test } from "vitest";
import { esn } from "../../../src/models/esn/esn.ts";
import { Reservoir } from "../../../src/models/esn/reservoir.ts";
import { Reservoirs } from "../../../src/models/esn/reservoirs.ts";
import { readEsnSpec, type EsnSpec } from "../../../src/models/esn/spec.ts";
import { inferenceEngine } from "../../../src/inference/inference-engine.ts";
import { NULL, type Ptr } from "../../../src/wasm/kernels.ts";
import { Arena } from "../../../src/wasm/memory.ts";
import { Random } from "../../../src/wasm/random.ts";
import { streams } from "../../../src/wasm/streams.ts";

const engine = await inferenceEngine();
const wave = Float64Array.from({ length: 300 }, (_, t) => Math.sin(t / 3) + 0.5 * Math.sin(t / 7.3));
const item = { input: wave.subarray(0, 299), target: wave.subarray(1) };
const several: EsnSpec = {
  ...{ input: 1, output: 1, biasScale: 0.2, washout: 50, seed: 4 },
  reservoirs: [
    { units: 20, leak: 0.3 },
    { units: 15, reservoir: "orthogonal", spectralRadius: 0.9 },
    { units: 10, hears: 0 },
    { units: 5, hears: 2, feedbackScale: 0.1 },
  ],
};

test("their states are those of reservoirs by themselves that are fed by hand", () => {
  const spec = readEsnSpec("test", {
    ...{ input: 2, output: 1, biasScale: 0.3, seed: 9 },
    reservoirs: [
      { units: 6, inputs: [1] },
      { units: 4, leak: 0.5 },
      { units: 3, hears: 0, inputScale: 2 },
    ],
  });
  const random = new Random(engine, 9, streams.initial);
  const [a, b, c] = spec.reservoirs!.map(
    ({ inputScale, ...own }, i) =>
      new Reservoir(
        engine,
        {
          ...own,
          ...{ inputs: i === 2 ? 7 : 3, feedbacks: 0, heard: i === 0 ? [1] : undefined },
          inputScale: i === 2 ? inputScale / Math.sqrt(6) : inputScale,
        },
        1,
        random,
      ),
  );
  const all = new Reservoirs(engine, spec, 1);
  const arena = new Arena(engine.memory);
  const [u, above, got] = [3, 7, 13].map((n) => arena.reals(n));
  const values = (p: Ptr, n: number): number[] => Array.from(engine.memory.reals(p, n));
  for (let t = 0; t < 20; ++t) {
    engine.memory.reals(u, 3).set([1, wave[t], wave[2 * t]]);
    all.step(1, u, NULL);
    all.copyStates(1, 0, got, 13);
    a.step(1, u, NULL);
    b.step(1, u, NULL);
    engine.memory.reals(above, 7).set([1, ...values(a.state, 6)]);
    c.step(1, above, NULL);
    const want = [...values(a.state, 6), ...values(b.state, 4), ...values(c.state, 3)];
    expect(values(got, 13)).toEqual(want);
  }
  // the first hears only the second input
  engine.memory.reals(u, 3).set([1, 1e3, 0.25]);
  const before = values(a.state, 6);
  a.step(1, u, NULL);
  const heard = values(a.state, 6);
  engine.memory.reals(a.state, 6).set(before);
  engine.memory.reals(u, 3).set([1, -1e3, 0.25]);
  a.step(1, u, NULL);
  expect(values(a.state, 6)).toEqual(heard);
  for (const used of [all, a, b, c, arena]) used.dispose();
});

test("a list of one is the net of its spec, to the bit", async () => {
  const own = { units: 25, leak: 0.6, spectralRadius: 0.8 };
  const outputs = [];
  for (const spec of [own, { reservoirs: [own] }, { ...own, reservoirs: [{}] }]) {
    const net = await esn({ input: 1, output: 1, seed: 2, ...spec });
    await net.fit([item]);
    outputs.push(net.predict([wave])[0]);
    net.dispose();
  }
  expect(outputs[1]).toEqual(outputs[0]);
  expect(outputs[2]).toEqual(outputs[0]);
});

test("predictions, streams, forecasts and files have the same bits, with feedback and noise", async () => {
  const net = await esn({ ...several, noise: 1e-3 });
  await net.fit([item, { input: wave.subarray(0, 100), target: wave.subarray(1, 101) }]);
  expect(net.parameters.readout).toHaveLength(1 + 1 + 50);
  const copy = await esn.load(net.save());
  expect(copy.spec).toEqual(net.spec);
  const [y] = copy.predict([wave]);
  expect([y]).toEqual(net.predict([wave]));
  const stream = copy.stream();
  wave.forEach((x, t) => expect(stream.step(x)[0]).toBe(y[t]));
  const future = { history: wave, inputs: [...wave, 0, 0] };
  expect(copy.forecast(2, future)).toEqual(net.forecast(2, future));
  net.dispose();
  copy.dispose();
});

describe("refused are", () => {
  test.each<[string, unknown, RegExp]>([
    ["no reservoirs", [], /reservoirs is array of 0, want a list of at least one/],
    [
      "a later one",
      [{ hears: 1 }, {}],
      /reservoirs\[0\].hears is 1, want the place of a reservoir before it/,
    ],
    [
      "inputs not there",
      [{ inputs: [1] }],
      /reservoirs\[0\].inputs are array of 1, want places of inputs, 0/,
    ],
    ["both", [{}, { hears: 0, inputs: [0] }], /reservoirs\[1\] hears reservoir 0 and inputs, want one of/],
    ["what is no option", [{ ridge: 1 }], /reservoirs\[0\]: unknown option "ridge"/],
    ["what is out of range", [{ leak: 2 }], /reservoirs\[0\]: leak is 2/],
  ])("%s", async (_, reservoirs, words) => {
    await expect(esn({ input: 1, output: 1, reservoirs: reservoirs as [] })).rejects.toThrow(words);
  });
});
