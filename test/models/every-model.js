/**
 * Every model with every public method and arguments that are right, for laws that hold of all of them: what
 * errors are (errors-table.test.ts), calls beside a training (beside.test.ts), memory over hours (test/soak).
 *
 * A row: make() a model not yet fitted; `factory` with load; `spec`, right but for what a law changes;
 * `fit`, the arguments of fit; `unfitted`, methods that answer before it; `refused`, those that such a model
 * lacks; `methods`, all others with their arguments, each a kind and a right value:
 *
 *   data     sequences, `width` numbers a step; `missing`: NaN is a missing value
 *   items    objects with `fields` that are sequences
 *   options  an object; `needs` names what must not be left out
 *   count    a whole number of at least 0 or 1
 *   vector   numbers of a fixed length
 *
 * `u` is the library, built or from its sources, `reservoirs` and `durations` its entries of these names.
 */

const wave = (T, phase = 0) =>
  Array.from({ length: T }, (_, t) => [0, 1, 0.25, -1, 0.5][(t + phase) % 5] + ((t * 7 + phase) % 11) / 20);
const pairs = (T, phase = 0) => wave(T, phase).map((x, t) => [x, wave(T, phase + 3)[t]]);
const symbols = (T, phase = 0) => Array.from({ length: T }, (_, t) => (t * t + phase) % 3);
const counts = (T, phase = 0) => Array.from({ length: T }, (_, t) => (t * 5 + phase) % 7);

const data = (value, more = {}) => ({ kind: "data", value, width: 1, missing: false, ...more });
const items = (value, fields, more = {}) => ({ kind: "items", value, fields, ...more });
const options = (value = {}, more = {}) => ({ kind: "options", value, needs: [], ...more });
const count = (value) => ({ kind: "count", value });
const vector = (value) => ({ kind: "vector", value });

const hmmRow = (factory, name, spec, [make, width]) => {
  const y = data([make(60), make(40, 2)], { width, missing: true });
  const one = data([make(9)], { width, missing: true });
  return {
    name,
    factory,
    spec: { states: 2, seed: 1, ...spec },
    fit: [y, options({ iterations: 2 })],
    unfitted: "all",
    methods: {
      logLikelihood: [y],
      score: [y],
      criteria: [y],
      filter: [y],
      posterior: [y],
      pairPosterior: [y],
      samplePosterior: [y, options({ count: 2, seed: 1 })],
      viterbi: [y],
      bestPaths: [one, options({ paths: 2 }, { needs: ["paths"] })],
      predict: [y],
      forecast: [count(3), options({ history: [make(9)] })],
      sample: [count(5), options({ seed: 2 })],
      stream: [],
      stationary: [],
    },
    step: make(1)[0],
  };
};

const ldsRow = (u, name, spec, width, inputs) => {
  const y = data([width === 1 ? wave(40) : pairs(40)], { width, missing: true });
  const driven = inputs ? { inputs: [wave(40, 1)] } : {};
  const after = inputs ? { inputs: [wave(3)] } : {};
  return {
    name: `lds ${name}`,
    factory: u.lds,
    spec,
    fit: [y, options({ iterations: 2, ...driven })],
    unfitted: "all",
    methods: {
      logLikelihood: [y, options(driven)],
      gradient: [y, options(driven)],
      filter: [y, options(driven)],
      smooth: [y, options(driven)],
      predict: [y, options(driven)],
      forecast: [count(3), options(after)],
      sample: [count(3), options({ ...after, seed: 1 })],
      stream: [],
    },
    step: width === 1 ? 0.5 : [0.5, 1],
    stepInput: inputs ? [0.5] : undefined,
  };
};

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

const hiddenStateRows = (u, { hsmm }) => [
  hmmRow(u.hmm, "hmm categorical", { emission: "categorical", symbols: 3 }, [symbols, 1]),
  hmmRow(u.hmm, "hmm gaussian", { emission: "gaussian", output: 2 }, [pairs, 2]),
  hmmRow(u.hmm, "hmm diagonal", { emission: "diagonal", output: 2 }, [pairs, 2]),
  hmmRow(u.hmm, "hmm poisson", { emission: "poisson" }, [counts, 1]),
  hmmRow(u.hmm, "hmm mixture", { emission: "mixture", output: 1, components: 2 }, [wave, 1]),
  hmmRow(hsmm, "hsmm gaussian", { emission: "gaussian", output: 2, durations: { max: 3 } }, [pairs, 2]),
  ldsRow(u, "one output", { state: 1, output: 1 }, 1),
  ldsRow(u, "two outputs", { state: 2, output: 2, seed: 2 }, 2),
  ldsRow(u, "driven", { state: 1, output: 1, input: 1 }, 1, true),
];

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
      { components: [data([wave(48)], { missing: true }), options()] },
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
export const everyModel = (u, reservoirs, durations) => [
  ...networkRows(u),
  ...hiddenStateRows(u, durations),
  ...seriesRows(u, reservoirs),
  languageRow(u),
  ...jobRows(u),
];

/** The right arguments of a call. */
export const argumentsOf = (list, model) => list.map(({ value, of }) => (of ? of(model) : value));
