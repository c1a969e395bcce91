/**
 * 7a-7: trained on the data of a known hidden Markov model or linear dynamical system, a recurrent net
 * becomes that model's exact filter.
 */
import { type PlotOptions, plots } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { hiddenNet } from "../../analysis/extract-automaton.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import { dense } from "../../models/network/layers.ts";
import { gru, rnn } from "../../models/network/recurrent-layers.ts";
import { lds } from "../../models/lds/lds.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { nextStep } from "../../tasks/next-step.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { explained } from "./explained.ts";
import { follow } from "./follow.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const TRAIN = 3000;
const TEST = 50;
const T = 60; // sequences and steps
const FROM = 5; // steps that are not scored: both sides are still warming up

/** Mean of f(t) over the scored steps of the test sequences' targets. */
const scored = (f: (i: number, t: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < TEST; ++i) for (let t = FROM; t < T - 1; ++t) sum += f(i, t);
  return sum / (TEST * (T - 1 - FROM));
};

const hiddenMarkov = {
  states: 3,
  emission: "categorical",
  symbols: 5,
  startprob: [1 / 3, 1 / 3, 1 / 3],
  transmat: [
    [0.9, 0.08, 0.02],
    [0.03, 0.92, 0.05],
    [0.06, 0.02, 0.92],
  ],
  emissionParameters: [
    [0.5, 0.3, 0.1, 0.05, 0.05],
    [0.05, 0.2, 0.5, 0.2, 0.05],
    [0.1, 0.05, 0.05, 0.3, 0.5],
  ],
} as const;

/** A damped rotation seen through noise. */
const linearSystem = {
  state: 2,
  output: 1,
  A: [
    [0.95 * Math.cos(0.35), -0.95 * Math.sin(0.35)],
    [0.95 * Math.sin(0.35), 0.95 * Math.cos(0.35)],
  ],
  C: [[1, 0]],
  Q: [
    [0.05, 0],
    [0, 0.05],
  ],
  R: 0.3,
  initial: {
    mean: [0, 0],
    covariance: [
      [0.5, 0],
      [0, 0.5],
    ],
  },
};

/** The net against the hidden Markov model's filter; nats a step. */
interface MarkovResult {
  readonly blind: number;
  readonly filter: number;
  readonly net: number;
  /** Share of the posterior's variance that the net's state explains. */
  readonly r2: number;
  /** Of the first test sequence: probabilities one step ahead [T,5] of both. */
  readonly exact: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/** A net learns to predict what a hidden Markov model emits. */
async function learnMarkov(context: LectureContext): Promise<MarkovResult> {
  const { seed } = context;
  const h = await hmm(hiddenMarkov);
  const symbols = Array.from(
    { length: TRAIN + TEST },
    (_, i) => h.sample(T, { seed: 10_000 * seed + i }).sequence,
  );
  const train = symbols.slice(0, TRAIN);
  const held = symbols.slice(TRAIN);
  const net = await network({ input: { symbols: 5 }, layers: [gru(16), dense(5)], loss: "softmax", seed });
  await follow(
    context,
    net,
    nextStep(train),
    { optimizer: adam({ rate: (step) => 0.01 / (1 + step / 300) }), steps: 600, batch: 50 },
    { from: 0, to: 0.5, note: "HMM" },
  );
  const hidden = await hiddenNet(net);
  const inputs = held.map((y) => y.slice(0, -1));
  const predicted = net.predict(inputs);
  const exact = h.predict(held).map(({ probabilities }) => probabilities!);
  const { probabilities } = h.parameters.emission;
  const posterior = inputs.map((y) => filtered(h.predict([y])[0].states, y, probabilities));
  const cost = (p: ArrayLike<number>, t: number, m: number): number => -Math.log(p[t * 5 + m]);
  const count = (m: number): number =>
    train.reduce((n, y) => n + y.reduce((c, s) => c + Number(s === m), 0), 0);
  const frequency = [0, 1, 2, 3, 4].map((m) => count(m) / (TRAIN * T));
  const result = {
    blind: scored((i, t) => -Math.log(frequency[held[i][t + 1]])),
    filter: scored((i, t) => cost(exact[i], t + 1, held[i][t + 1])),
    net: scored((i, t) => cost(predicted[i], t, held[i][t + 1])),
    r2: await explained(hidden.predict(inputs), posterior, { h: 16, k: 3, from: FROM }),
    exact: exact[0],
    predicted: predicted[0],
  };
  for (const model of [h, net, hidden]) model.dispose();
  return result;
}

/** The net against the Kalman filter; squared errors one step ahead. */
interface LinearResult {
  readonly variance: number;
  readonly filter: number;
  readonly net: number;
  /** Share of the posterior mean's variance that the net's state explains. */
  readonly r2: number;
  /** Of the first test sequence: values, and predictions of both; the filter's from step 0. */
  readonly observed: ArrayLike<number>;
  readonly exact: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/** A net of tanh units learns to predict what a linear dynamical system puts out. */
async function learnLinear(context: LectureContext): Promise<LinearResult> {
  const { seed } = context;
  const k = await lds(linearSystem);
  const series = Array.from(
    { length: TRAIN + TEST },
    (_, i) => k.sample(T, { seed: 20_000 * seed + i }).sequence,
  );
  const held = series.slice(TRAIN);
  const net = await network({ input: 1, layers: [rnn(16), dense(1)], loss: "squared", seed });
  await follow(
    context,
    net,
    nextStep(series.slice(0, TRAIN)),
    { optimizer: adam({ rate: (step) => 0.01 / (1 + step / 300), clip: 1 }), steps: 600, batch: 50 },
    { from: 0.5, to: 1, note: "LDS" },
  );
  const hidden = await hiddenNet(net);
  const values = held.map((y) => y.slice(0, -1));
  const predicted = net.predict(values);
  const exact = k.predict(held);
  const posterior = k.filter(values).map(({ means }) => means);
  const square = (x: number): number => x * x;
  const result = {
    variance: scored((i, t) => square(held[i][t + 1])),
    filter: scored((i, t) => square(exact[i].means[t + 1] - held[i][t + 1])),
    net: scored((i, t) => square(predicted[i][t] - held[i][t + 1])),
    r2: await explained(hidden.predict(values), posterior, { h: 16, k: 2, from: FROM }),
    observed: held[0],
    exact: exact[0].means,
    predicted: predicted[0],
  };
  for (const model of [k, net, hidden]) model.dispose();
  return result;
}

/** What the verdict is about, of each of the two models. */
export interface Deterministic {
  /** Gap to the exact filter over what the filter gains on the best constant. */
  readonly gap: { readonly hmm: number; readonly lds: number };
  /** Share of the posterior that the net's state explains. */
  readonly r2: { readonly hmm: number; readonly lds: number };
}

export const criteria = [
  atMost("HMM: gap to the exact filter / what the filter gains", 0.1, (m: Deterministic) => m.gap.hmm),
  atMost("LDS: gap to the Kalman filter / what the filter gains", 0.1, (m: Deterministic) => m.gap.lds),
  atLeast("HMM: R² of the posterior from the net's state", 0.9, (m: Deterministic) => m.r2.hmm),
  atLeast("LDS: R² of the posterior mean from the net's state", 0.9, (m: Deterministic) => m.r2.lds),
];

/** Gap of two squared errors as nats a step of a Gaussian. */
const gapOf = ({ net, filter }: LinearResult): number => 0.5 * Math.log(net / filter);

const steps = Array.from({ length: T - 1 }, (_, t) => t + 2);

function figure(h: MarkovResult, k: LinearResult): string {
  const markov: PlotOptions = {
    title: "Probability of symbol 0, one step ahead",
    note: `Gap ${(h.net - h.filter).toFixed(4)} nats a step; R² of the posterior ${h.r2.toFixed(3)}`,
    x: { label: "step" },
    marks: [
      {
        kind: "line",
        x: steps,
        y: steps.map((_, t) => h.exact[(t + 1) * 5]),
        label: "exact filter",
        width: 3,
      },
      {
        kind: "line",
        x: steps,
        y: steps.map((_, t) => h.predicted[t * 5]),
        label: "recurrent net",
        color: "#c33",
      },
    ],
  };
  const linear: PlotOptions = {
    title: "Next output of the linear system",
    note: `Gap ${gapOf(k).toFixed(4)} nats a step; R² of the posterior mean ${k.r2.toFixed(3)}`,
    x: { label: "step" },
    marks: [
      {
        kind: "points",
        size: 2,
        x: steps,
        y: steps.map((_, t) => k.observed[t + 1]),
        label: "observed",
        color: "#888",
      },
      { kind: "line", x: steps, y: steps.map((_, t) => k.exact[t + 1]), label: "Kalman filter", width: 3 },
      {
        kind: "line",
        x: steps,
        y: steps.map((_, t) => k.predicted[t]),
        label: "recurrent net",
        color: "#c33",
      },
    ],
  };
  return svg(plots([markov, linear]));
}

export const run: Run = async (context): Promise<Outcome> => {
  context.log("A hidden Markov model of 3 states and 5 symbols; a net learns to predict what it emits.");
  const h = await learnMarkov(context);
  context.log(
    "A linear dynamical system, a damped rotation seen through noise; a net of tanh units learns to " +
      "predict it.",
  );
  const k = await learnLinear(context);
  return {
    numbers: {
      "HMM: symbol frequencies, nats a step": h.blind,
      "HMM: exact filter, nats a step": h.filter,
      "HMM: net, nats a step": h.net,
      "HMM: gap to the filter, nats": h.net - h.filter,
      "HMM: R² of the posterior from the net's state": h.r2,
      "LDS: variance of the output": k.variance,
      "LDS: exact filter, squared error": k.filter,
      "LDS: net, squared error": k.net,
      "LDS: gap to the filter, nats": gapOf(k),
      "LDS: R² of the posterior mean from the net's state": k.r2,
    },
    ...decide(criteria, {
      gap: {
        hmm: (h.net - h.filter) / (h.blind - h.filter),
        lds: (k.net - k.filter) / (k.variance - k.filter),
      },
      r2: { hmm: h.r2, lds: k.r2 },
    }),
    figure: figure(h, k),
  };
};

/**
 * p(state_t | y_1..y_t) from p(state_t | y_<t) [T,3]: Bayes's rule with the emission of what was observed.
 */
function filtered(predicted: Float64Array, y: Float64Array, B: Float64Array): Float64Array {
  const out = new Float64Array(predicted.length);
  y.forEach((m, t) => {
    const row = [0, 1, 2].map((s) => predicted[t * 3 + s] * B[s * 5 + m]);
    const sum = row[0] + row[1] + row[2];
    out.set(
      row.map((p) => p / sum),
      t * 3,
    );
  });
  return out;
}
