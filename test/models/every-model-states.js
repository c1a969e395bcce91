/** Hidden Markov models and linear dynamical systems in the table of every model (every-model.js). */
import { count, counts, data, options, pairs, symbols, wave } from "./every-model-arguments.js";

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

/** Hidden Markov models that inputs drive: all their answers take inputs. */
const drivenRow = (iohmm) => {
  const y = data([wave(40)], { width: 1, missing: true });
  const inputs = options({ inputs: [wave(40, 1)] }, { needs: ["inputs"] });
  return {
    name: "iohmm",
    factory: iohmm,
    spec: { states: 2, input: 1, seed: 1 },
    fit: [y, options({ iterations: 2, inputs: [wave(40, 1)] }, { needs: ["inputs"] })],
    unfitted: "all",
    methods: {
      logLikelihood: [y, inputs],
      score: [y, inputs],
      filter: [y, inputs],
      posterior: [y, inputs],
      pairPosterior: [y, inputs],
      viterbi: [y, inputs],
      predict: [y, inputs],
      forecast: [count(3), options({ inputs: [wave(3)] }, { needs: ["inputs"] })],
      sample: [count(3), options({ inputs: [wave(3)], seed: 1 }, { needs: ["inputs"] })],
      stream: [],
    },
    step: 0.5,
    stepInput: [0.5],
  };
};

/** A model that has no file of its own, with one: its spec and its parameters, if it has any, as text. */
function keptAsText(factory) {
  const make = async (spec) => {
    const model = await factory(spec);
    model.save = () => {
      if (!("parameters" in model)) model.stream().dispose();
      return new TextEncoder().encode(JSON.stringify({ spec, parameters: model.parameters }));
    };
    return model;
  };
  return (functions) =>
    Object.assign((spec) => make(spec), {
      load(bytes) {
        const { spec, parameters: values } = JSON.parse(new TextDecoder().decode(bytes));
        if (values === undefined) return make({ ...spec, ...functions });
        const starts = Object.entries(values).map(([name, start]) => [
          name,
          { ...spec.parameters[name], start },
        ]);
        return make({ ...spec, parameters: Object.fromEntries(starts), ...functions });
      },
    });
}

/** State-space models of one's own, and filters of functions, which learn nothing. */
const systemRows = ({ stateSpace, nonlinearFilter }) => {
  const y = data([wave(30)], { width: 1, missing: true });
  const ahead = [count(3), options({ history: wave(30) })];
  const system = ({ q, r }) => ({ A: [[1]], C: [[1]], Q: [[q]], R: [[r]] });
  const functions = { transition: ([x]) => [0.9 * x], observation: ([x]) => [x + 0.1 * x * x] };
  return [
    {
      name: "statespace",
      factory: keptAsText(stateSpace)({ system }),
      files: false,
      spec: {
        ...{ state: 1, output: 1, system },
        parameters: { q: { kind: "variance", start: 0.5 }, r: { kind: "variance", start: 0.7 } },
      },
      fit: [y, options({ iterations: 2 })],
      unfitted: "all",
      methods: {
        logLikelihood: [y, options()],
        criteria: [y, options()],
        intervals: [y, options({ level: 0.9 })],
        filter: [y, options()],
        smooth: [y, options()],
        predict: [y, options()],
        forecast: ahead,
        sample: [count(3), options({ history: wave(30), seed: 1 })],
        simulate: [y, options({ seed: 1 })],
        disturbances: [y, options()],
        diagnostics: [y, options()],
        stream: [],
      },
      step: 0.5,
    },
    {
      name: "nonlinear filter",
      factory: keptAsText(nonlinearFilter)(functions),
      files: false,
      spec: {
        state: 1,
        output: 1,
        ...functions,
        Q: [[0.2]],
        R: [[0.3]],
        initial: { mean: [0], covariance: [[1]] },
      },
      unfitted: "all",
      methods: {
        logLikelihood: [y, options()],
        filter: [y, options()],
        smooth: [y, options()],
        predict: [y, options()],
        forecast: ahead,
        stream: [],
      },
      step: 0.5,
    },
  ];
};

export const hiddenStateRows = (u, { hsmm, iohmm, stateSpace, nonlinearFilter }) => [
  hmmRow(u.hmm, "hmm categorical", { emission: "categorical", symbols: 3 }, [symbols, 1]),
  hmmRow(u.hmm, "hmm gaussian", { emission: "gaussian", output: 2 }, [pairs, 2]),
  hmmRow(u.hmm, "hmm diagonal", { emission: "diagonal", output: 2 }, [pairs, 2]),
  hmmRow(u.hmm, "hmm poisson", { emission: "poisson" }, [counts, 1]),
  hmmRow(u.hmm, "hmm mixture", { emission: "mixture", output: 1, components: 2 }, [wave, 1]),
  hmmRow(hsmm, "hsmm gaussian", { emission: "gaussian", output: 2, durations: { max: 3 } }, [pairs, 2]),
  drivenRow(iohmm),
  ldsRow(u, "one output", { state: 1, output: 1 }, 1),
  ldsRow(u, "two outputs", { state: 2, output: 2, seed: 2 }, 2),
  ldsRow(u, "driven", { state: 1, output: 1, input: 1 }, 1, true),
  ...systemRows({ stateSpace, nonlinearFilter }),
];
