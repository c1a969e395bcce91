/** Streams of nets whose layers make few steps of many: they give what the whole sequence so far gives. */
import { expect, test } from "vitest";
import {
  adam,
  attention,
  bidirectional,
  conv,
  delayTaps,
  dense,
  gru,
  layerNorm,
  lstm,
  network,
  pool,
  residual,
  subsample,
  type Layer,
} from "../../../src/index.ts";

const wave = (T: number, seed: number): number[] =>
  Array.from({ length: 2 * T }, (_, i) => ((i * seed + 3) % 17) / 6 - 1.3);

const nets: Record<string, Layer[]> = {
  "the last of all steps": [lstm(5), pool("last"), dense(2)],
  "the mean of all steps": [gru(5), pool("mean"), dense(2)],
  "the maximum of all steps": [lstm(5), pool("max"), dense(2)],
  "the mean of windows, with memory behind it": [pool({ width: 3, kind: "mean" }), lstm(4), dense(2)],
  "the maximum of windows, windows of windows": [
    lstm(4),
    pool({ width: 2 }),
    gru(3),
    pool({ width: 3, kind: "last" }),
    delayTaps(2),
    dense(2),
  ],
  "a causal conv with stride": [conv({ units: 4, width: 5, stride: 3, causal: true }), lstm(3), dense(2)],
  "convs with strides and dilation, and a pool": [
    conv({ units: 4, width: 3, dilation: 2, causal: true }),
    layerNorm(),
    conv({ units: 3, width: 2, stride: 2, causal: true }),
    residual([dense(3), gru(3)]),
    pool("mean"),
    dense(2),
  ],
};

for (const [name, layers] of Object.entries(nets))
  test(`a stream of ${name} has the bits of the whole sequence so far`, async () => {
    for (const precision of ["float32", "float64"] as const) {
      const net = await network({ input: 2, layers, loss: "squared", seed: 4, precision });
      const stream = net.stream();
      for (const seed of [3, 5]) {
        const x = wave(14, seed);
        for (let t = 0; t < 14; ++t) {
          const [whole] = net.predict([x.slice(0, 2 * t + 2)]);
          expect(stream.step(x.slice(2 * t, 2 * t + 2))).toEqual(whole.slice(-2));
        }
        stream.reset();
      }
      net.dispose();
    }
  });

test("subsampled labels come as they do from the whole sequence so far", async () => {
  const layers = [subsample({ steps: 3 }), lstm(4), subsample({ steps: 2 }), dense(3)];
  const net = await network({ input: 2, layers, loss: "ctc", seed: 4 });
  const stream = net.stream();
  const x = wave(13, 5);
  for (let t = 0; t < 13; ++t)
    expect(stream.step(x.slice(2 * t, 2 * t + 2))).toEqual(net.predict([x.slice(0, 2 * t + 2)])[0].slice(-3));
  net.dispose();
});

test("a stream beside a training sees windows with the weights of the last step", async () => {
  const net = await network({ input: 2, layers: [pool({ width: 4 }), dense(1)], loss: "squared", seed: 4 });
  const stream = net.stream();
  const x = wave(6, 3);
  stream.step(x.slice(0, 2));
  await net.fit([{ input: x, target: [1, 0] }], { steps: 5, optimizer: adam({ rate: 0.1 }) });
  expect(stream.step(x.slice(2, 4))).toEqual(net.predict([x.slice(0, 4)])[0].slice(-1));
  net.dispose();
});

test("nets that need whole sequences refuse to stream, and say what would", async () => {
  const stream = async (layer: Layer): Promise<unknown> => {
    const net = await network({ input: 2, layers: [layer, dense(1)], loss: "squared" });
    return net.stream();
  };
  await expect(stream(conv({ units: 2, width: 3 }))).rejects.toThrow(
    "network.stream: conv1.conv reads later steps; want causal: true, or predict",
  );
  await expect(stream(attention({ units: 2 }))).rejects.toThrow(
    'attention1.attend weighs the steps of a whole sequence against each other; want pool("mean")',
  );
  await expect(stream(bidirectional(lstm(2)))).rejects.toThrow(
    "bidirectional1.recurrent(lstm) runs backwards in time; want one direction",
  );
});
