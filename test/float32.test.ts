/** The entry for pages that play a net: the same bits as the main entry, and nothing that trains. */
import { expect, test } from "vitest";
import {
  attention,
  block,
  bidirectional,
  conv,
  delayTaps,
  dense,
  dropout,
  embedding,
  feedback,
  gru,
  huber,
  layerNorm,
  lem,
  lru,
  minGru,
  minLstm,
  lstm,
  mixture,
  negativeBinomial,
  network,
  pool,
  quantile,
  residual,
  rnn,
  skip,
  slstm,
  studentT,
  subsample,
  type Layer,
  type NetworkSpec,
} from "../src/index.ts";
import { softWindow } from "../src/models/network/optional/soft-window-layer.ts";
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

/** Every layer, cell and loss. */
const nets: Record<string, Partial<NetworkSpec>> = {
  "rnn, bernoulli": { layers: [rnn(9), dense(3)], loss: "bernoulli" },
  "rnn, leaky": { layers: [rnn(9, { leak: 0.3 }), dense(3)] },
  "rnn, relu": { layers: [rnn(9, { activation: "relu" }), dense(3, { activation: "tanh" })] },
  "lstm, softmax": { layers: [lstm(9), dense(3)], loss: "softmax" },
  "lstm, peepholes": { layers: [lstm(9, { peepholes: true }), dense(3, { bias: false })] },
  "lstm, 1997": { layers: [lstm(9, { forgetGate: false }), dense(3, { activation: "relu" })] },
  "gru, ctc": { layers: [gru(9), dense(3)], loss: "ctc" },
  "gru, reset before": { layers: [gru(9, { reset: "before" }), dense(3, { activation: "logistic" })] },
  "from a fixed state": { layers: [gru(9, { initialState: "zero" }), dense(3)] },
  minGru: { layers: [minGru(9), dense(3)] },
  minLstm: { layers: [minLstm(9), dense(3)] },
  "lru in a block": { layers: [dense(5), block(5, lru(9)), dense(3)] },
  lem: { layers: [lem(9), dense(3)] },
  slstm: { layers: [slstm(9), dense(3)] },
  bidirectional: { layers: [bidirectional(lstm(9)), dense(3)] },
  delayTaps: { layers: [delayTaps(3), rnn(9), dense(3)] },
  subsample: { layers: [subsample({ steps: 2 }), rnn(9), dense(3)], loss: "ctc" },
  skip: { layers: [skip(dense(5, { activation: "tanh" })), rnn(9), dense(3)] },
  dropout: { layers: [rnn(9), dropout(0.5), dense(3)] },
  embedding: { input: { symbols: 4, perStep: 2 }, layers: [embedding(4, 5), rnn(9), dense(3)] },
  "one-hot symbols": { input: { symbols: 4 }, layers: [rnn(9), dense(3)] },
  "conv, causal": { layers: [conv({ units: 5, width: 3, causal: true }), rnn(9), dense(3)] },
  "conv, both sides": { layers: [conv({ units: 5, width: 3, stride: 2 }), gru(9), dense(3)] },
  layerNorm: { layers: [gru(9), layerNorm(), dense(3)] },
  residual: { layers: [dense(9), residual([layerNorm(), gru(9)]), dense(3)] },
  "pool, last": { layers: [gru(9), pool("last"), dense(3)] },
  "pool, mean": { layers: [gru(9), pool("mean"), dense(3)] },
  "pool, max": { layers: [gru(9), pool("max"), dense(3)] },
  "pool of windows": { layers: [pool({ width: 2 }), gru(9), dense(3)] },
  attention: { layers: [gru(9), attention({ units: 4 }), dense(3)], loss: "softmax" },
  feedback: { layers: [feedback(gru(9), { outputs: 3 })] },
  softWindow: { layers: [softWindow({ units: 5, symbols: 2, length: 3 }), dense(3)] },
  huber: { layers: [gru(9), dense(3)], loss: huber({ delta: 1 }) },
  quantile: { layers: [gru(9), dense(3)], loss: quantile([0.1, 0.5, 0.9]) },
  studentT: { layers: [gru(9), dense(3)], loss: studentT() },
  negativeBinomial: { layers: [gru(9), dense(2)], loss: negativeBinomial() },
  mixture: { layers: [gru(9), dense(6)], loss: mixture({ components: 2 }) },
  "mixture over pens": { layers: [gru(9), dense(7)], loss: mixture({ components: 1, over: "pen" }) },
  "softmax, smoothed": { layers: [gru(9), dense(3)], loss: { kind: "softmax", labelSmoothing: 0.1 } },
};
const symbols = Int32Array.from({ length: 40 }, (_, i) => (7 * i) % 4);

test.each(Object.entries(nets))("the kernels of %s are there, with the same bits", async (_, part) => {
  using net = await network({ ...spec, ...part });
  using saved = await load(net.save());
  const input = part.input ? symbols : x;
  const reads = part.layers!.some(({ type }) => type === "softWindow");
  const text = [2, 1, 0];
  const options = reads ? { initial: [text, text] } : {};
  expect(saved.predict([input, input.slice(6)], options)).toEqual(
    net.predict([input, input.slice(6)], options),
  );
  const streamed = (from: typeof net | typeof saved): unknown[] | string => {
    try {
      const stream = from.stream();
      if (reads) stream.reset(text);
      return Array.from({ length: 20 }, (__, t) => stream.step(input.slice(2 * t, 2 * t + 2))?.slice());
    } catch (error) {
      return `${error}`; // nets that read backwards in time, or make several steps one
    }
  };
  expect(streamed(saved)).toEqual(streamed(net));
});

/** All kinds: TypeScript asks for one that is not here. */
const kinds: Record<Layer["type"], true> = {
  rnn: true,
  lstm: true,
  gru: true,
  bidirectional: true,
  dense: true,
  embedding: true,
  delayTaps: true,
  subsample: true,
  skip: true,
  dropout: true,
  conv: true,
  layerNorm: true,
  residual: true,
  pool: true,
  attention: true,
  softWindow: true,
  glu: true,
  feedback: true,
  minGru: true,
  minLstm: true,
  lru: true,
  lem: true,
  slstm: true,
};

test("no kind of layer is missing above", () => {
  const known = (layer: Layer): string[] => [
    layer.type,
    ...("layer" in layer ? [layer.layer.type] : []),
    ...("layers" in layer ? layer.layers.flatMap(known) : []),
  ];
  const shown = new Set(Object.values(nets).flatMap(({ layers }) => layers!.flatMap(known)));
  expect([...shown].sort()).toEqual(Object.keys(kinds).sort());
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
