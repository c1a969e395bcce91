/**
 * Models as targets: files that are loaded, specs that are made, and every method of every model on changed
 * data and items.
 */
import * as u from "../../dist/index.js";
import * as driven from "../../dist/driven/index.js";
import * as durations from "../../dist/durations/index.js";
import * as reservoirs from "../../dist/reservoirs/index.js";
import * as statespace from "../../dist/statespace/index.js";
import { argumentsOf, everyModel } from "../models/every-model.js";
import { mutateJson, mutateTensors, oddValue } from "./mutate.js";

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
  {
    input: 2,
    layers: [u.feedback(rnn(3), { outputs: 2 })],
    loss: "squared",
    constraints: [u.keepOrthogonal("feedback1.Wh")],
  },
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

/** Jobs over models, whose fits are not those of one model. */
const forecasterRow = {
  name: "forecaster",
  factory: u.forecaster,
  spec: { horizon: 3, season: 4, models: ["ets", "ar"], origins: 1, seed: 1 },
  fit: [
    {
      kind: "data",
      value: { one: Array.from({ length: 24 }, (_, t) => [5, 7, 4, 1][t % 4] + ((t * 7) % 11) / 20) },
    },
  ],
  methods: { forecast: [{ kind: "count", value: 3 }], forecastAll: [{ kind: "count", value: 2 }] },
};
const rows = [...everyModel(u, { reservoirs, durations, driven, statespace }), forecasterRow];
const factories = {
  network: u.network,
  hmm: u.hmm,
  hsmm: durations.hsmm,
  iohmm: driven.iohmm,
  lds: u.lds,
  autoregressive: u.autoregressive,
  structural: u.structural,
  arima: u.arima,
  esn: u.esn,
  nvar: reservoirs.nvar,
  forecaster: u.forecaster,
  languageModel: u.languageModel,
  sequenceClassifier: u.sequenceClassifier,
  sequenceLabeler: u.sequenceLabeler,
  sequenceRegressor: u.sequenceRegressor,
};
/** Specs beside those of the table of every model. */
const moreSpecs = {
  network: networkSpecs,
  hmm: [
    { states: 3, emission: "poisson", topology: "left-right" },
    { states: 2, emission: "multinomial", output: 3, trials: 4 },
    { states: 2, emission: "von-mises" },
    { states: 2, emission: "gaussian", output: 3, covariance: "low-rank", rank: 1 },
    { states: 2, emission: "autoregressive", lags: 2 },
    {
      states: 2,
      emission: "product",
      columns: { a: { emission: "diagonal" }, b: { emission: "categorical", symbols: 3 } },
    },
  ],
  hsmm: [{ states: 3, durations: { max: 2, probabilities: [0.5, 0.5, 1, 0, 0, 1] }, emission: "poisson" }],
  lds: [{ state: 1, output: 2, input: 1, A: [[0.9]] }],
  autoregressive: [{ maxOrder: 3, criterion: "bic" }],
  structural: [
    { level: true, slope: true, seasonal: [4, { period: 3, harmonics: 1 }] },
    { autoregressive: 1, cycle: true },
  ],
  arima: [{ p: 1, d: 1, q: 1, seasonal: { P: 1, D: 0, Q: 0, period: 4 } }],
  esn: [
    { input: 1, output: 1, units: 20, noise: 0.1, reservoir: "orthogonal", feedbackScale: 0.1 },
    {
      ...{ input: 2, output: 1, units: 9 },
      reservoirs: [{ leak: 0.5, inputs: [1] }, { units: 5, reservoir: "orthogonal" }, { hears: 0 }],
    },
  ],
  nvar: [{ input: 2, output: 1, delays: 2, stride: 3, degrees: [2, 3], constant: false }],
};
const rowsOf = (factory) => rows.filter((row) => row.factory === factory);
const specsOf = (name, factory) => [...rowsOf(factory).map(({ spec }) => spec), ...(moreSpecs[name] ?? [])];

/** Calls every method of a fitted model with arguments that were right for its row. */
async function callAll(row, model) {
  for (const [name, list] of Object.entries(row.methods)) {
    try {
      const answer = await model[name](...argumentsOf(list, model));
      answer?.dispose?.();
    } catch (error) {
      // a file may hold another model than its row's; what the errors are is the worker's to say
      if (!isRefusal(error)) throw error;
    }
  }
}
const refusals = [u.OptionError, u.ShapeError, u.DataError, u.NumericError, u.MemoryError];
const isRefusal = (error) => refusals.some((type) => error instanceof type);

/** The saved files of a row: before its fit, where a method of it answers then, and after. */
async function filesOf(row) {
  const model = await row.factory(row.spec);
  const files = [];
  if (!["esn", "nvar"].includes(row.name)) files.push(model.save());
  await model.fit(...argumentsOf(row.fit, model));
  files.push(model.save());
  model.dispose();
  return files.map((bytes) => ({ row, bytes }));
}

/** Files of nets of all layers and losses, untrained. */
async function moreNets(row) {
  const files = [];
  for (const spec of networkSpecs) {
    const net = await u.network(spec);
    files.push({ row, bytes: net.save() });
    net.dispose();
  }
  return files;
}

/** A file of a model, changed: loaded, asked everything, trained on, saved again. */
async function loadTarget(factory) {
  const own = rowsOf(factory);
  const files = (await Promise.all(own.map(filesOf))).flat();
  if (factory === u.network) files.push(...(await moreNets(own[0])));
  return {
    make(random) {
      const { row, bytes } = random.pick(files);
      return { row, bytes: mutateTensors(random, bytes) };
    },
    size: ({ bytes }) => bytes.length,
    async run({ row, bytes }) {
      const model = await factory.load(bytes);
      try {
        await callAll({ methods: { ...row.methods, fit: row.fit } }, model);
        return model.save();
      } finally {
        model.dispose();
      }
    },
    unsound: (bytes) => (bytes instanceof Uint8Array ? undefined : "no bytes when saved again"),
  };
}

/** A spec, changed: made. */
const specTarget = (factory, specs) => ({
  make: (random) => mutateJson(random, random.pick(specs)),
  size: (spec) => JSON.stringify(spec)?.length ?? 0,
  async run(spec) {
    (await factory(spec)).dispose();
  },
  unsound: () => undefined,
});

/** What comes from strangers: data and items; options are the program's own. */
const isForeign = ({ kind }) => kind === "data" || kind === "items";

/** A method of a fitted model, with one of its arguments changed. */
async function callTarget(factory) {
  const models = [];
  for (const row of rowsOf(factory)) {
    const model = await factory(row.spec);
    if (row.fit) await model.fit(...argumentsOf(row.fit, model));
    const calls = Object.entries({ ...row.methods, fit: row.fit ?? [] }).filter(([, list]) =>
      list.some(isForeign),
    );
    models.push({ model, calls, file: model.save() });
  }
  return {
    make(random) {
      const { model, calls, file } = random.pick(models);
      const [method, list] = random.pick(calls);
      const place = random.pick([...list.keys()].filter((i) => isForeign(list[i])));
      const args = argumentsOf(list, model);
      args[place] = random.chance(0.05) ? oddValue(random) : mutateJson(random, args[place]);
      return { model, method, args, file };
    },
    size: ({ args }) => JSON.stringify(args)?.length ?? 0,
    async run({ model, method, args, file }) {
      if (method !== "fit") return model[method](...args);
      const copy = await factory.load(file);
      try {
        return await copy.fit(...args);
      } finally {
        copy.dispose();
      }
    },
    unsound: () => undefined,
  };
}

/** Models that have no files: by their rows' names. */
const withoutFiles = Object.fromEntries(
  rows.filter(({ files }) => files === false).map(({ name, factory }) => [name, factory]),
);

/** Functions that make the targets, by name. */
export const modelTargets = Object.fromEntries([
  ...Object.entries(factories).map(([name, factory]) => [`load ${name}`, () => loadTarget(factory)]),
  ...Object.entries({ ...factories, ...withoutFiles }).flatMap(([name, factory]) => [
    [`spec ${name}`, () => specTarget(factory, specsOf(name, factory))],
    [`data ${name}`, () => callTarget(factory)],
  ]),
]);
