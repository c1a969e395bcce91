/**
 * Every model with every public method and arguments that are right, for laws that hold of all of them: what
 * errors are (errors-table.test.ts), calls beside a training (beside.test.ts), memory over hours (test/soak).
 *
 * A row: make() a model not yet fitted; `factory` with load; `spec`, right but for what a law changes;
 * `fit`, the arguments of fit, none where nothing is learned; `files`, false where the model has none of its
 * own; `unfitted`, methods that answer before fit; `refused`, those that such a model lacks; `methods`, all
 * others with their arguments, each a kind and a right value:
 *
 *   data     sequences, `width` numbers a step; `missing`: NaN is a missing value
 *   items    objects with `fields` that are sequences
 *   options  an object; `needs` names what must not be left out
 *   count    a whole number of at least 0 or 1
 *   vector   numbers of a fixed length
 *
 * `u` is the library, built or from its sources, the others its entries of these names.
 */

import { count, data, items, options, pairs, symbols, vector, wave } from "./every-model-arguments.js";
import { hiddenStateRows } from "./every-model-states.js";

const stateSpaceRow = (u, name, factory, spec, more = {}) => {
  const y = data([wave(48)], { missing: true });
  return {
    name,
    factory,
    spec,
    fit: [y, options({ iterations: 2 })],
    unfitted: [],
    methods: {
      logLikelihood: [y, options()],
      criteria: [y, options()],
      intervals: [y, options({ level: 0.9 })],
      predict: [y, options()],
      forecast: [count(3), options({ history: wave(48) }, { needs: ["history"] })],
      sample: [count(3), options({ seed: 1 })],
      diagnostics: [y, options()],
      disturbances: [y, options()],
      simulate: [y, options({ seed: 1 })],
      stream: [],
      ...more,
    },
    step: 0.5,
  };
};

const networkRow = (u, name, spec, item, more = {}) => {
  const data_ = items([item, item], ["input", "target"]);
  return {
    name: `network ${name}`,
    factory: u.network,
    spec,
    fit: [data_, options({ steps: 2, optimizer: u.adam({ rate: 0.01 }) })],
    unfitted: "all",
    methods: {
      predict: [data([item.input], { width: spec.input.symbols ? 1 : spec.input }), options()],
      stream: [],
      evaluate: [data_, options({ metrics: [] })],
      gradient: [data_],
      gaussNewtonProduct: [
        data_,
        { ...vector(undefined), of: (net) => new Float64Array(net.size).fill(0.1) },
      ],
      summary: [],
      ...more,
    },
    step: spec.input.symbols ? 1 : [0.5, 1].slice(0, spec.input),
  };
};

const jobRow = (u, name, factory, spec, list) => {
  const data_ = items(list, ["input"]);
  return {
    name,
    factory,
    spec,
    fit: [data_, options({ steps: 2, optimizer: u.adam({ rate: 0.01 }) })],
    unfitted: ["summary"],
    methods: { predict: [data([list[0].input], { width: 2 })], evaluate: [data_], summary: [], stream: [] },
    step: [0.5, 1],
  };
};

const networkRows = (u) => {
  const { dense, lstm, gru, rnn, bidirectional, dropout } = u;
  const reals = { input: pairs(8), target: wave(8) };
  const bits = { input: pairs(8), target: symbols(8).map((k) => Number(k > 0)) };
  const classes = { input: symbols(8), target: symbols(8, 1) };
  const labels = { input: pairs(8), target: [0, 1] };
  return [
    networkRow(u, "squared", { input: 2, layers: [lstm(3), dense(1)], loss: "squared" }, reals),
    networkRow(
      u,
      "one width in and out",
      { input: 2, layers: [rnn(3), dense(2)], loss: "squared", precision: "float64" },
      { input: pairs(8), target: pairs(8, 1) },
      { forecast: [count(3), options({ history: pairs(4) }, { needs: ["history"] })] },
    ),
    networkRow(u, "bernoulli", { input: 2, layers: [gru(3), dense(1)], loss: "bernoulli" }, bits),
    networkRow(
      u,
      "softmax of symbols",
      { input: { symbols: 3 }, layers: [lstm(3), dropout(0.1), dense(3)], loss: "softmax" },
      classes,
      {
        sample: [count(4), options({ seed: 1, temperature: 0.7 })],
        logLikelihood: [items([classes], ["input", "target"])],
      },
    ),
    {
      ...networkRow(
        u,
        "ctc in both directions",
        { input: 2, layers: [bidirectional(lstm(2)), dense(3)], loss: "ctc" },
        labels,
      ),
      refused: ["stream"],
    },
  ];
};

const autoregressiveRow = (u, name, spec) => ({
  name: `autoregressive ${name}`,
  factory: u.autoregressive,
  spec,
  fit: [data([wave(60)], { missing: true }), options()],
  unfitted: [],
  methods: {
    logLikelihood: [data([wave(60)], { missing: true }), options({ skip: 4 })],
    predict: [data([wave(60)], { missing: true })],
    forecast: [count(3), options({ history: wave(20) }, { needs: ["history"] })],
    sample: [count(3), options({ seed: 1 })],
    stream: [],
  },
  step: 0.5,
});

const seriesRows = (u, { nvar }) => {
  const esnItems = items([{ input: wave(40), target: wave(40, 1) }], ["input", "target"]);
  return [
    autoregressiveRow(u, "of a given order", { order: 2, output: 1 }),
    autoregressiveRow(u, "of the best order", { maxOrder: 4, criterion: "bic" }),
    stateSpaceRow(
      u,
      "structural",
      u.structural,
      { level: true },
      {
        components: [data([wave(48)], { missing: true }), options()],
        simulateComponents: [data([wave(48)], { missing: true }), options({ seed: 1 })],
      },
    ),
    stateSpaceRow(u, "arima", u.arima, { p: 1, d: 0, q: 0 }),
    {
      name: "esn",
      factory: u.esn,
      spec: { input: 1, output: 1, units: 12, washout: 4 },
      fit: [esnItems, options()],
      unfitted: ["clear", "accumulate", "solve", "save"],
      methods: {
        predict: [data([wave(20)])],
        forecast: [count(3), options({ history: wave(20) }, { needs: ["history"] })],
        stream: [],
        accumulate: [esnItems],
        solve: [],
        clear: [],
      },
      step: 0.5,
    },
    {
      name: "nvar",
      factory: nvar,
      spec: { input: 1, delays: 3, ridge: 1e-3 },
      fit: [esnItems, options()],
      unfitted: [],
      methods: {
        predict: [data([wave(20)])],
        forecast: [count(3), options({ history: wave(20) }, { needs: ["history"] })],
        stream: [],
      },
      step: 0.5,
    },
  ];
};

const languageRow = (u) => {
  const words = data([symbols(12), symbols(9, 1)], { words: true });
  return {
    name: "language model",
    factory: u.languageModel,
    spec: { vocabulary: ["a", "b", "c"], context: 2, embedding: 2, hidden: 3 },
    fit: [words, options({ steps: 2 })],
    unfitted: "all",
    methods: {
      logLikelihood: [words],
      perplexity: [words],
      predict: [words],
      forecast: [count(3), options({ history: symbols(4) })],
      sample: [count(3), options({ seed: 1, history: symbols(4) })],
      stream: [],
    },
    step: "b",
  };
};

const jobRows = (u) => [
  jobRow(u, "classifier", u.sequenceClassifier, { labels: ["up", "down"], input: 2 }, [
    { input: pairs(8), label: "up" },
    { input: pairs(9, 2), label: "down" },
  ]),
  jobRow(u, "labeler", u.sequenceLabeler, { labels: ["up", "down"], input: 2 }, [
    { input: pairs(4), labels: ["up", "down", "up", "down"] },
  ]),
  jobRow(u, "regressor", u.sequenceRegressor, { input: 2 }, [
    { input: pairs(8), target: 1 },
    { input: pairs(9, 2), target: 2 },
  ]),
];

/** The rows. */
export const everyModel = (u, { reservoirs, durations, driven, statespace }) => [
  ...networkRows(u),
  ...hiddenStateRows(u, { ...durations, ...driven, ...statespace }),
  ...seriesRows(u, reservoirs),
  languageRow(u),
  ...jobRows(u),
];

/** The right arguments of a call. */
export const argumentsOf = (list, model) => list.map(({ value, of }) => (of ? of(model) : value));
