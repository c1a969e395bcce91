/**
 * 7a-5: the dishonest casino. Posterior and best path find when the loaded die is in play, and Baum-Welch
 * finds the dice themselves.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import type { Outcome, Run } from "./experiment.ts";

const T = 4000;
const sixth = new Array<number>(6).fill(1 / 6);
const loaded = [0.1, 0.1, 0.1, 0.1, 0.1, 0.5];

export const run: Run = async ({ seed, log, progress, signal }): Promise<Outcome> => {
  log("A fair die, and one that shows a six half of the time; the dealer changes them now and then.");
  const casino = await hmm({
    states: 2,
    emission: "categorical",
    symbols: 6,
    startprob: [1, 0],
    transmat: [
      [0.95, 0.05],
      [0.1, 0.9],
    ],
    emissionParameters: [sixth, loaded],
  });
  const { sequence, states } = casino.sample(T, { seed });
  const [posterior] = casino.posterior([sequence]);
  const [best] = casino.viterbi([sequence]);
  const right = (said: (t: number) => boolean): number =>
    states.reduce((n, s, t) => n + Number(said(t) === (s === 1)), 0) / T;
  const guessed = right((t) => posterior[2 * t + 1] > 0.5);
  const path = right((t) => best.states[t] === 1);
  const chance = Math.max(
    right(() => true),
    right(() => false),
  );
  // how often the die is loaded among the steps where the posterior says about p
  const off = [0, 1, 2, 3, 4].map((bin) => {
    const some = Array.from(states, (s, t) => ({ p: posterior[2 * t + 1], s })).filter(
      ({ p }) => Math.min(Math.floor(p * 5), 4) === bin,
    );
    return {
      weight: some.length / T,
      gap: some.length ? Math.abs(some.reduce((sum, { p, s }) => sum + p - s, 0) / some.length) : 0,
    };
  });
  const calibration = off.reduce((sum, { weight, gap }) => sum + weight * gap, 0);
  log("Baum-Welch sees only the numbers, and starts from nothing.");
  const learner = await hmm({ states: 2, emission: "categorical", symbols: 6, seed });
  const truth = casino.logLikelihood([sequence]);
  let step = 0;
  const { history, logLikelihood } = await learner.fit([sequence], {
    iterations: 300,
    restarts: 3,
    tolerance: 1e-4,
    signal,
    onProgress: (e) => progress(Math.min(++step / 900, 1), `ln p ${e.objective.toFixed(1)}`),
  });
  signal.throwIfAborted();
  const { transmat, emission } = learner.parameters;
  const B = emission.probabilities;
  const six = B[5] > B[11] ? 0 : 1;
  const fell = history.filter((h, i) => i > 0 && h < history[i - 1] - 1e-6).length;
  const shown = Array.from({ length: 300 }, (_, t) => t);
  const figure = svg(
    plot({
      title: "Which die is it?",
      note:
        "Probability of the loaded die given all throws; the gray areas are where it truly was in " +
        "play, the dashes the most probable path.",
      x: { label: "throw" },
      y: { label: "p(loaded)", range: [0, 1.1] },
      marks: [
        { kind: "band", x: shown, y: shown.map(() => 0), y2: shown.map((t) => states[t]), color: "#888" },
        { kind: "line", x: shown, y: shown.map((t) => posterior[2 * t + 1]), label: "posterior" },
        {
          kind: "line",
          x: shown,
          y: shown.map((t) => (best.states[t] === 1 ? 1.05 : NaN)),
          label: "best path",
          color: "#c33",
          width: 4,
        },
      ],
    }),
  );
  for (const model of [casino, learner]) model.dispose();
  return {
    numbers: {
      "throws where the posterior's favorite is right": guessed,
      "throws where the best path is right": path,
      "the same, always saying fair": chance,
      "posterior against frequency, mean gap": calibration,
      "ln p: true casino": truth,
      "ln p: learned": logLikelihood,
      "iterations that fell": fell,
      "learned: p(six) of the loaded die (true 0.5)": B[6 * six + 5],
      "learned: p(six) of the fair die (true 0.1667)": B[6 * (1 - six) + 5],
      "learned: loaded stays (true 0.9)": transmat[3 * six],
      "learned: fair stays (true 0.95)": transmat[3 * (1 - six)],
    },
    verdict: guessed > chance + 0.05 && calibration < 0.05 && fell === 0 && logLikelihood > truth,
    figure,
  };
};
