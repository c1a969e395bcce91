/** What does not fit leaves everything as it was: the net that asked, and all others. */
import { expect, test } from "vitest";
import { dense, lstm, MemoryError, network, type Network } from "../../src/index.ts";

const make = (seed: number): Promise<Network> =>
  network({ input: 1, layers: [lstm(32), dense(1)], loss: "squared", seed });
const predictions = (net: Network): string => net.predict([[0.1, 0.2, 0.3]])[0].join();

test("a batch beyond 4 GiB is a MemoryError each time it is tried, and no net changes by it", async () => {
  const net = await make(1);
  const others = await Promise.all(Array.from({ length: 5 }, (_, i) => make(i + 2)));
  const before = [net, ...others].map(predictions);
  const long = new Float32Array(60_000).fill(0.5);
  const items = Array.from({ length: 60 }, () => ({ input: long, target: long }));
  for (let tries = 0; tries < 3; ++tries) {
    expect(() => net.gradient(items)).toThrow(MemoryError);
    expect(() => net.gradient(items)).toThrow(
      /MiB of activities for 3600000 rows do not fit .*smaller batches, shard/,
    );
  }
  expect([net, ...others].map(predictions)).toEqual(before);
  const { loss } = net.gradient([{ input: [1, 2], target: [1, 2] }]);
  expect(Number.isFinite(loss)).toBe(true);
  for (const each of [net, ...others]) each.dispose();
});
