/** The entry for pages that play a net: the same bits as the main entry, and nothing that trains. */
import { expect, test } from "vitest";
import { dense, gru, network } from "../src/index.ts";
import { load } from "../src/float32/index.ts";

const spec = { input: 2, layers: [gru(16), dense(3)], loss: "squared", seed: 4 } as const;
const x = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i));

test("a saved net answers with the bits of the net that was saved, whole and step by step", async () => {
  using net = await network(spec);
  using saved = await load(net.save());
  const y = net.predict([x, x.slice(6)]);
  expect(saved.predict([x, x.slice(6)])).toEqual(y);
  const stream = saved.stream();
  for (let t = 0; t < 20; ++t)
    expect(stream.step(x.slice(2 * t, 2 * t + 2))).toEqual(y[0].slice(3 * t, 3 * t + 3));
});

test("a net of float64, a foreign file and a disposed net are refused by name", async () => {
  using net = await network({ ...spec, precision: "float64" });
  await expect(load(net.save())).rejects.toThrow(
    /load: the net computes in float64, want float32; load it with/,
  );
  await expect(load(new Uint8Array(20))).rejects.toThrow(/^load: /);
  using narrow = await network(spec);
  const saved = await load(narrow.save());
  const stream = saved.stream();
  saved.dispose();
  expect(() => saved.predict([x, x])).toThrow("net.predict: the model was disposed");
  expect(() => stream.step([0, 0])).toThrow(/stream.step/);
});
