/** Files of models, specs and items as targets: loading, making, and what a model does with odd data. */
import * as u from "../../dist/index.js";
import { fromPyTorch, readNpy, readNpz, toPyTorch, writeNpy, writeNpz } from "../../dist/exchange/index.js";
import { readTensors } from "../../dist/formats/safetensors.js";
import { mutateBytes, mutateJson, mutateTensors, oddValue } from "./mutate.js";

const { lstm, rnn, gru, dense, bidirectional, embedding, delayTaps, dropout, subsample, skip } = u;

const networkSpecs = [
  { input: 2, layers: [lstm(3), dense(1)], loss: "squared" },
  { input: { symbols: 4 }, layers: [gru(2), dropout(0.2), dense(4)], loss: "softmax", precision: "float64" },
  { input: 4, layers: [subsample({ steps: 2 }), bidirectional(lstm(2)), dense(3)], loss: "ctc" },
  { input: 1, layers: [embedding(5, 2), delayTaps(2), skip(dense(2)), dense(5)], loss: "softmax" },
  {
    input: 2,
    layers: [u.conv({ units: 3, width: 2 }), u.residual([u.layerNorm(), dense(3)]), u.pool("mean"), dense(3)],
    loss: u.quantile([0.1, 0.5, 0.9]),
  },
  {
    input: 1,
    layers: [u.pool({ width: 2 }), u.attention({ units: 2 }), dense(6)],
    loss: u.mixture({ components: 2 }),
  },
  { input: 1, layers: [dense(1)], loss: u.huber({ delta: 0.5 }) },
  { input: 1, layers: [dense(2)], loss: { kind: "ctc", blank: 0, per: "label" } },
  {
    input: 2,
    layers: [rnn(2), dense(1)],
    loss: "bernoulli",
    constraints: [u.fix("rnn1.Wx"), u.tie("rnn1.b", "dense2.W")],
  },
  {
    input: 2,
    layers: [dense(2)],
    loss: "squared",
    constraints: [u.constrain({ entries: ["dense1.b"], A: [[1, 1]], b: [0] })],
  },
];
const hmmSpecs = [
  { states: 2, emission: "categorical", symbols: 3 },
  { states: 2, emission: "gaussian", output: 2 },
  { states: 3, emission: "poisson" },
  { states: 2, emission: "mixture", output: 1, components: 2 },
  { states: 2, emission: "multinomial", output: 3, trials: 4 },
];
const ldsSpecs = [
  { state: 2, output: 1 },
  { state: 1, output: 2, input: 1, A: [[0.9]] },
];
const arSpecs = [{ order: 2 }, { maxOrder: 3, criterion: "bic" }];
const esnSpecs = [{ input: 1, output: 1, units: 20, seed: 1 }];
const languageSpecs = [{ vocabulary: ["a", "b", "c"], context: 2, embedding: 2, hidden: 3 }];

const wave = Float64Array.from({ length: 40 }, (_, t) => [0, 1, 0, -1][t % 4] + (t % 7) / 10);

/** Saved files of models made of specs; `teach` fits them first. */
async function savedFiles(make, specs, teach = async () => {}, { untaught = true } = {}) {
  const files = [];
  for (const spec of specs) {
    const model = await make(spec);
    if (untaught) files.push(model.save());
    await teach(model);
    files.push(model.save());
    model.dispose?.();
  }
  return files;
}

const trainNet = (net) =>
  net.spec.loss === "squared" && net.spec.layers.length === 2
    ? net.fit([{ input: [[1, 2]], target: [[1]] }], { steps: 1 })
    : undefined;

/** A file of a model: changed, then loaded. */
const loadTarget = (model, files) => ({
  make: (random) => mutateTensors(random, random.pick(files)),
  size: (bytes) => bytes.length,
  async run(bytes) {
    const loaded = await model.load(bytes);
    try {
      return loaded.save();
    } finally {
      loaded.dispose?.();
    }
  },
  unsound: (bytes) => (bytes instanceof Uint8Array ? undefined : "no bytes when saved again"),
});

/** A spec: changed, then made. */
const specTarget = (make, specs) => ({
  make: (random) => mutateJson(random, random.pick(specs)),
  size: (spec) => JSON.stringify(spec)?.length ?? 0,
  async run(spec) {
    (await make(spec)).dispose?.();
  },
  unsound: () => undefined,
});

/** Data that a model did not expect. */
const dataTarget = (model, sample, use) => ({
  make: (random) => (random.chance(0.05) ? oddValue(random) : mutateJson(random, sample)),
  size: (data) => JSON.stringify(data)?.length ?? 0,
  run: (data) => use(model, data),
  unsound: () => undefined,
});

/** Files of arrays and of other libraries' nets. */
const bytesTarget = (read, files) => ({
  make: (random) => mutateBytes(random, random.pick(files)),
  size: (bytes) => bytes.length,
  async run(bytes) {
    (await read(bytes))?.dispose?.();
  },
  unsound: () => undefined,
});

const items = [
  {
    input: [
      [1, 2],
      [3, 4],
    ],
    target: [[1], [0]],
    weight: [1, 1],
  },
  { input: [0.5, 1], target: [1] },
];

/** Targets by name; models are made once. */
export async function modelTargets() {
  const fitted = (spec) => (model) => model.fit([...wave], spec);
  const nets = await savedFiles(u.network, networkSpecs, trainNet);
  const net = await u.network(networkSpecs[0]);
  const hidden = await u.hmm(hmmSpecs[0]);
  const linear = await u.lds(ldsSpecs[0]);
  const targets = {
    tensors: bytesTarget((bytes) => readTensors(bytes, "fuzz"), nets),
    "load network": loadTarget(u.network, nets),
    "load hmm": loadTarget(u.hmm, await savedFiles(u.hmm, hmmSpecs)),
    "load lds": loadTarget(u.lds, await savedFiles(u.lds, ldsSpecs)),
    "load autoregressive": loadTarget(
      u.autoregressive,
      await savedFiles(u.autoregressive, arSpecs, fitted({})),
    ),
    "load languageModel": loadTarget(u.languageModel, await savedFiles(u.languageModel, languageSpecs)),
    "spec network": specTarget(u.network, networkSpecs),
    "spec hmm": specTarget(u.hmm, hmmSpecs),
    "spec lds": specTarget(u.lds, ldsSpecs),
    "spec autoregressive": specTarget(u.autoregressive, arSpecs),
    "spec esn": specTarget(u.esn, esnSpecs),
    "spec languageModel": specTarget(u.languageModel, languageSpecs),
    "items evaluate": dataTarget(net, items, (model, data) => model.evaluate(data)),
    "items predict": dataTarget(
      net,
      items.map(({ input }) => input),
      (model, data) => model.predict(data),
    ),
    "data hmm": dataTarget(
      hidden,
      [
        [0, 1, 2, 0, 1],
        [2, 2, 0],
      ],
      (model, data) => model.logLikelihood(data),
    ),
    "data lds": dataTarget(
      linear,
      [
        [0.5, 1, 2],
        [3, 4, 5, 6],
      ],
      (model, data) => model.logLikelihood(data),
    ),
    npy: bytesTarget(readNpy, [writeNpy(Float32Array.of(1, 2, 3)), writeNpy(wave)]),
    npz: bytesTarget(readNpz, [await writeNpz({ a: wave, b: Float32Array.of(1) })]),
    pytorch: bytesTarget(fromPyTorch, [await toPyTorch(net)]),
  };
  const teachEsn = (net) => net.fit([{ input: wave.subarray(0, -1), target: wave.subarray(1) }]);
  targets["load esn"] = loadTarget(u.esn, await savedFiles(u.esn, esnSpecs, teachEsn, { untaught: false }));
  return targets;
}
