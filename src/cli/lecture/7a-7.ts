/**
 * 7a-7: trained on the data of a known hidden Markov model or linear dynamical system, a recurrent net
 * becomes that model's exact filter.
 */
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { hiddenNet } from "../../analysis/extract-automaton.ts";
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import { Algebra } from "../../inference/matrix.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import { gru, dense, rnn } from "../../models/network/layers.ts";
import { lds } from "../../models/lds/lds.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { nextStep } from "../../tasks/next-step.ts";
import type { Outcome, Run } from "./experiment.ts";
import { follow } from "./follow.ts";

const TRAIN = 3000;
const TEST = 50;
const T = 60; // sequences and steps
const FROM = 5; // steps that are not scored: both sides are still warming up

/**
 * Share of the variance of `want` [rows,k] that a linear map of `states` [rows,h] and a constant explains,
 * least squares.
 */
async function explained(
  states: readonly ArrayLike<number>[],
  want: readonly ArrayLike<number>[],
  h: number,
  k: number,
): Promise<number> {
  const algebra = new Algebra(await inferenceEngine());
  const X: number[] = [];
  const Y: number[] = [];
  states.forEach((s, i) => {
    for (let t = FROM; t < s.length / h; ++t) {
      X.push(1, ...Array.from({ length: h }, (_, j) => s[t * h + j]));
      Y.push(...Array.from({ length: k }, (_, j) => want[i][t * k + j]));
    }
  });
  const n = h + 1;
  const rows = Y.length / k;
  const regressors = new Matrix(algebra, rows, n, Float64Array.from(X));
  const transposed = regressors.transposed();
  const XX = transposed.times(regressors).plus(Matrix.identity(algebra, n).scaled(1e-8 * rows));
  const XY = transposed.times(new Matrix(algebra, rows, k, Float64Array.from(Y)));
  const fit = regressors.times(XX.solve("7a-7", XY)).data;
  const means = Array.from(
    { length: k },
    (_, j) => Y.reduce((sum, y, i) => sum + (i % k === j ? y : 0), 0) / rows,
  );
  algebra.dispose();
  const off = Y.reduce((sum, y, i) => sum + (y - fit[i]) ** 2, 0);
  const all = Y.reduce((sum, y, i) => sum + (y - means[i % k]) ** 2, 0);
  return 1 - off / all;
}

/** Mean of f(t) over the scored steps of the test sequences' targets. */
const scored = (f: (i: number, t: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < TEST; ++i) for (let t = FROM; t < T - 1; ++t) sum += f(i, t);
  return sum / (TEST * (T - 1 - FROM));
};

export const run: Run = async (context): Promise<Outcome> => {
  const { seed, log } = context;
  const numbers: Record<string, number> = {};
  log("A hidden Markov model of 3 states and 5 symbols; a net learns to predict what it emits.");
  const h = await hmm({
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
  });
  const symbols = Array.from(
    { length: TRAIN + TEST },
    (_, i) => h.sample(T, { seed: 10_000 * seed + i }).sequence,
  );
  const held = symbols.slice(TRAIN);
  const reader = await network({ input: { symbols: 5 }, layers: [gru(16), dense(5)], loss: "softmax", seed });
  await follow(
    context,
    reader,
    nextStep(symbols.slice(0, TRAIN)),
    { optimizer: adam({ rate: (step) => 0.01 / (1 + step / 300) }), steps: 600, batch: 50 },
    { from: 0, to: 0.5, note: "HMM" },
  );
  const readerStates = await hiddenNet(reader);
  const inputs = held.map((y) => y.slice(0, -1));
  const said = reader.predict(inputs);
  const exact = h.predict(held);
  const posterior = inputs.map((y) =>
    filtered(h.predict([y])[0].states, y, h.parameters.emission.probabilities),
  );
  const at = (p: ArrayLike<number>, t: number, m: number): number => -Math.log(p[t * 5 + m]);
  const frequency = [0, 1, 2, 3, 4].map(
    (m) =>
      symbols.slice(0, TRAIN).reduce((n, y) => n + y.reduce((c, s) => c + Number(s === m), 0), 0) /
      (TRAIN * T),
  );
  const netLoss = scored((i, t) => at(said[i], t, held[i][t + 1]));
  const filterLoss = scored((i, t) => at(exact[i].probabilities!, t + 1, held[i][t + 1]));
  const blind = scored((i, t) => -Math.log(frequency[held[i][t + 1]]));
  const hmmR2 = await explained(readerStates.predict(inputs), posterior, 16, 3);
  Object.assign(numbers, {
    "HMM: symbol frequencies, nats a step": blind,
    "HMM: exact filter, nats a step": filterLoss,
    "HMM: net, nats a step": netLoss,
    "HMM: gap to the filter, nats": netLoss - filterLoss,
    "HMM: R² of the posterior from the net's state": hmmR2,
  });

  log(
    "A linear dynamical system, a damped rotation seen through noise; a net of tanh units learns to " +
      "predict it.",
  );
  const k = await lds({
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
  });
  const series = Array.from(
    { length: TRAIN + TEST },
    (_, i) => k.sample(T, { seed: 20_000 * seed + i }).sequence,
  );
  const heldSeries = series.slice(TRAIN);
  const follower = await network({ input: 1, layers: [rnn(16), dense(1)], loss: "squared", seed });
  await follow(
    context,
    follower,
    nextStep(series.slice(0, TRAIN)),
    { optimizer: adam({ rate: (step) => 0.01 / (1 + step / 300), clip: 1 }), steps: 600, batch: 50 },
    { from: 0.5, to: 1, note: "LDS" },
  );
  const followerStates = await hiddenNet(follower);
  const values = heldSeries.map((y) => y.slice(0, -1));
  const guessed = follower.predict(values);
  const kalman = k.predict(heldSeries);
  const states = k.filter(values);
  const square = (x: number): number => x * x;
  const netError = scored((i, t) => square(guessed[i][t] - heldSeries[i][t + 1]));
  const filterError = scored((i, t) => square(kalman[i].means[t + 1] - heldSeries[i][t + 1]));
  const variance = scored((i, t) => square(heldSeries[i][t + 1]));
  const ldsR2 = await explained(
    followerStates.predict(values),
    states.map((s) => s.means),
    16,
    2,
  );
  Object.assign(numbers, {
    "LDS: variance of the output": variance,
    "LDS: exact filter, squared error": filterError,
    "LDS: net, squared error": netError,
    "LDS: gap to the filter, nats": 0.5 * Math.log(netError / filterError),
    "LDS: R² of the posterior mean from the net's state": ldsR2,
  });

  const steps = Array.from({ length: T - 1 }, (_, t) => t + 2);
  const figure = panels(
    [
      plot({
        title: "Probability of symbol 0, one step ahead",
        note: `Gap ${(netLoss - filterLoss).toFixed(4)} nats a step; R² of the posterior ${hmmR2.toFixed(3)}`,
        x: { label: "step" },
        marks: [
          {
            kind: "line",
            x: steps,
            y: steps.map((_, t) => exact[0].probabilities![(t + 1) * 5]),
            label: "exact filter",
            width: 3,
          },
          {
            kind: "line",
            x: steps,
            y: steps.map((_, t) => said[0][t * 5]),
            label: "recurrent net",
            color: "#c33",
          },
        ],
      }),
      plot({
        title: "Next output of the linear system",
        note:
          `Gap ${(0.5 * Math.log(netError / filterError)).toFixed(4)} nats a step; R² of the posterior ` +
          `mean ${ldsR2.toFixed(3)}`,
        x: { label: "step" },
        marks: [
          {
            kind: "points",
            size: 2,
            x: steps,
            y: steps.map((_, t) => heldSeries[0][t + 1]),
            label: "what came",
            color: "#888",
          },
          {
            kind: "line",
            x: steps,
            y: steps.map((_, t) => kalman[0].means[t + 1]),
            label: "Kalman filter",
            width: 3,
          },
          {
            kind: "line",
            x: steps,
            y: steps.map((_, t) => guessed[0][t]),
            label: "recurrent net",
            color: "#c33",
          },
        ],
      }),
    ],
    { columns: 1 },
  );
  for (const model of [h, k, reader, readerStates, follower, followerStates]) model.dispose();
  return {
    numbers,
    verdict:
      netLoss - filterLoss < 0.1 * (blind - filterLoss) &&
      netError - filterError < 0.1 * (variance - filterError) &&
      hmmR2 > 0.9 &&
      ldsR2 > 0.9,
    figure: svg(figure),
  };
};

/** p(state_t | y_1..y_t) from p(state_t | y_<t) [T,3]: Bayes's rule with the emission of what came. */
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
