/** Nets with noise on their states: the noise is gone at rest, and trainings go on to the same bits. */
import { describe, expect, test } from "vitest";
import { dense, bidirectional } from "../../../src/models/network/layers.ts";
import { network } from "../../../src/models/network/network.ts";
import { gru, lstm, rnn } from "../../../src/models/network/recurrent-layers.ts";
import { unroll } from "../../../src/models/network/unroll.ts";
import { adam } from "../../../src/optim/adam.ts";
import { close } from "../../close.ts";

const rates = { recurrentDropout: 0.3, zoneout: 0.2 };
const items = Array.from({ length: 9 }, (_, i) => {
  const input = Float64Array.from({ length: 5 + (i % 3) }, (__, t) => ((7 * i + 3 * t) % 5) / 2 - 1);
  return { input, target: input.map((x) => x * x) };
});
const options = { optimizer: adam({ rate: 0.01 }), batch: 4 };
const make = (layers: Parameters<typeof network>[0]["layers"]): ReturnType<typeof network> =>
  network({ input: 1, layers: [...layers, dense(1)], loss: "squared", seed: 3 });

test("recurrent dropout changes no answer of a net that does not train", async () => {
  const plain = await make([lstm(6)]);
  const noisy = await make([lstm(6, { recurrentDropout: 0.4 })]);
  expect(noisy.predict([items[0].input])).toEqual(plain.predict([items[0].input]));
});

describe.each(Object.entries({ lstm: lstm(6, rates), gru: gru(6, { ...rates, reset: "before" }) }))(
  "a noisy %s",
  (_, layer) => {
    test("streams the bits of whole sequences", async () => {
      const net = await make([layer]);
      await net.fit(items, { ...options, steps: 5 });
      const live = net.stream();
      const [whole] = net.predict([items[2].input]);
      expect(Array.from(items[2].input, (x) => live.step(x)[0])).toEqual(Array.from(whole));
    });

    test("stopped, saved and loaded, it goes on to the same bits", async () => {
      const through = await make([layer]);
      await through.fit(items, { ...options, steps: 10 });
      const stopped = await make([layer]);
      await stopped.fit(items, { ...options, steps: 4 });
      const loaded = await network.load(stopped.save());
      expect(loaded.spec.layers).toEqual(through.spec.layers);
      await loaded.fit(items, { ...options, steps: 6 });
      expect(loaded.save()).toEqual(through.save());
    });

    test("unrolls to the layered net of the net at rest", async () => {
      const net = await network({ input: 1, layers: [layer], loss: "squared", precision: "float64" });
      const layered = await unroll(net, 4);
      const x = [0.3, -1, 0.5, 2];
      close(layered.predict([x])[0], net.predict([x])[0], { rel: 1e-12, abs: 1e-12 });
    });
  },
);

test("noise changes what is learned, and the layer in both directions takes it", async () => {
  const learned = await Promise.all(
    [{}, rates].map(async (noise) => {
      const net = await make([bidirectional(rnn(5, noise))]);
      const { history } = await net.fit(items, { ...options, steps: 3 });
      return history.map(({ loss }) => loss);
    }),
  );
  expect(learned[0]).not.toEqual(learned[1]);
  expect(learned.flat().every(Number.isFinite)).toBe(true);
});

test("rates outside [0, 1) are refused", () => {
  expect(() => lstm(3, { zoneout: 1 })).toThrow("lstm: zoneout is 1, want");
  expect(() => gru(3, { recurrentDropout: -0.1 })).toThrow("gru: recurrentDropout is -0.1, want");
});
