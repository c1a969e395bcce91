/** Readouts that learn as data arrive. */
import { expect, test } from "vitest";
import { esn } from "../../../src/models/esn/esn.ts";
import { close } from "../../close.ts";

const wave = Float64Array.from({ length: 120 }, (_, t) => Math.sin(t / 3) + 0.5 * Math.sin(t / 7.3));

test("without forgetting, what was learned step by step is the ridge regression of all steps", async () => {
  const net = await esn({ input: 1, output: 2, units: 20, ridge: 0.01, washout: 0 });
  const stream = net.stream({ online: { ridge: 0.01 } });
  const target = Float64Array.from({ length: 238 }, (_, i) => wave[Math.floor(i / 2) + 1] * (1 + (i % 2)));
  for (let t = 0; t < 119; ++t) {
    stream.step(wave[t]);
    stream.learn(target.subarray(2 * t, 2 * t + 2));
  }
  await net.fit([{ input: wave.subarray(0, 119), target }]);
  close(stream.readout, net.parameters.readout, { rel: 1e-7, abs: 1e-9 });
  net.dispose();
  expect(() => stream.step(0)).toThrow(/disposed/);
});

test("with forgetting it follows a map that changes", async () => {
  const net = await esn({ input: 1, output: 1, units: 10 });
  const stream = net.stream({ online: { forgetting: 0.9 } });
  const errors = Array.from({ length: 400 }, (_, t) => {
    const x = Math.sin(t * 1.7) + Math.sin(t * 0.6);
    const want = t < 200 ? x : -2 * x;
    const [y] = stream.step(x);
    stream.learn(want);
    return Math.abs(want - y);
  });
  expect(Math.max(...errors.slice(180, 200))).toBeLessThan(0.05);
  expect(errors[200]).toBeGreaterThan(0.5);
  expect(Math.max(...errors.slice(380))).toBeLessThan(0.05);
  net.dispose();
});

test("a net that hears its own output while it learns goes on with a wave by itself (FORCE)", async () => {
  const net = await esn({
    ...{ input: 0, output: 1, units: 80, seed: 3 },
    ...{ spectralRadius: 1.2, leak: 0.3, feedbackScale: 1, biasScale: 0.2 },
  });
  const stream = net.stream({ online: {} });
  const target = (t: number): number => Math.sin(t / 4);
  for (let t = 0; t < 3000; ++t) {
    stream.step();
    stream.learn(target(t));
  }
  // 8 periods of amplitude 1: a phase that drifts slowly is what is left, .145 at most
  const errors = Array.from({ length: 200 }, (_, h) => Math.abs(stream.step()[0] - target(3000 + h)));
  expect(Math.max(...errors)).toBeLessThan(0.2);
  net.dispose();
});

test("calls without sense are refused", async () => {
  const net = await esn({ input: 1, output: 1, units: 5 });
  expect(() => net.stream()).toThrow(/not learned yet/);
  expect(() => net.stream({ online: { forgetting: 0 } })).toThrow(/forgetting is 0, want more than 0/);
  const stream = net.stream({ online: {} });
  expect(() => stream.learn(1)).toThrow(/there is no output to learn from; call step first/);
  stream.step(1);
  expect(() => stream.learn([1, 2])).toThrow(/target has 2 values, want 1/);
  net.dispose();
});
