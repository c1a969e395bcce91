import { expect, test } from "vitest";
import { gradientNorms } from "../../src/analysis/gradient-norms.ts";
import { memoryCell, writeKeepRead } from "../../src/index.ts";

const last = (T: number): Float32Array => Float32Array.from({ length: T }, (_, t) => Number(t === T - 1));

test(
  "a value written is silent while it is kept, and is read 1000 steps later " + "whatever is read meanwhile",
  async () => {
    const net = await memoryCell();
    const steps = 1000;
    for (const value of [-1.5, -0.2, 0.6, 1]) {
      const [h] = net.predict([writeKeepRead(value, steps, (t) => Math.sin(t))]);
      const want = Math.tanh(Math.tanh(value));
      expect(Math.abs(h[steps + 1] - want)).toBeLessThan(1e-5);
      for (let t = 0; t <= steps; ++t) expect(Math.abs(h[t])).toBeLessThan(1e-8);
    }
    net.dispose();
  },
);

test("a cell whose keep gate goes off forgets at once, and a new value replaces the old", async () => {
  const net = await memoryCell();
  const input = writeKeepRead(0.8, 10);
  const off = input.slice();
  const rewritten = input.slice();
  off.set([0, 0, 0, 0], 4 * 5);
  rewritten.set([-0.4, 1, 0, 0], 4 * 5);
  const [a, b] = net.predict([off, rewritten]);
  expect(Math.abs(a[11])).toBeLessThan(1e-8);
  expect(Math.abs(b[11] - Math.tanh(Math.tanh(-0.4)))).toBeLessThan(1e-6);
  net.dispose();
});

test("backpropagation through 500 kept steps brings the derivative back undiminished", async () => {
  const net = await memoryCell();
  const steps = 500;
  const value = 0.6;
  const T = steps + 2;
  const target = new Float64Array(T);
  const { gradient } = net.gradient([{ input: writeKeepRead(value, steps), target, weight: last(T) }]);
  const g = Math.tanh(value);
  const h = Math.tanh(g);
  const got = gradient.find(({ name }) => name === "lstm1.Wx")!.data[2];
  // dE/dh·∂h/∂c·∂c/∂g·value
  expect(Math.abs(got / (h * (1 - h * h) * (1 - g * g) * value) - 1)).toBeLessThan(1e-5);
  expect(
    gradientNorms(net, [{ input: writeKeepRead(value, steps), target, weight: last(T) }])[0].norms[0],
  ).toBeCloseTo(h, 6);
  net.dispose();
});
