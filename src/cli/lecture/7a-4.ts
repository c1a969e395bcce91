/**
 * 7a-4: a Kalman filter infers the hidden state of a driven linear system exactly, the smoother better, and
 * EM learns the system.
 */
import { type Mark, plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { lds } from "../../models/lds/lds.ts";
import type { GaussianStates } from "../../models/lds/outputs.ts";
import type { Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide, exactly, within } from "./verdict.ts";

const T = 600;

const settings = {
  state: 2,
  output: 1,
  input: 1,
  A: [
    [1, 1],
    [0, 0.9],
  ],
  B: [[0], [0.3]],
  C: [[1, 0]],
  D: 0,
  Q: [
    [0.01, 0],
    [0, 0.05],
  ],
  R: 4,
  initial: {
    mean: [0, 0],
    covariance: [
      [4, 0],
      [0, 0.25],
    ],
  },
};
/** Where EM starts: another A, B, Q and R. */
const wrongSettings = {
  ...settings,
  A: [
    [1, 0.5],
    [0, 0.5],
  ],
  B: [[0], [0.1]],
  Q: [
    [1, 0],
    [0, 1],
  ],
  R: 1,
};

/** What the verdict is about. */
export interface Ship {
  /** Typical errors of the place. */
  readonly errors: { readonly reading: number; readonly filter: number; readonly smoother: number };
  /** Shares of the steps where the truth is within the estimate's 95%. */
  readonly covered: { readonly filter: number; readonly smoother: number };
  /** Iterations of EM that made the data less probable. */
  readonly fell: number;
  /** ln p of the data after EM less that of the true system; and that of the system where it started. */
  readonly gain: number;
  readonly start: number;
}

export const criteria = [
  atMost("error of the filter / of a reading", 0.8, (m: Ship) => m.errors.filter / m.errors.reading),
  atMost("error of the smoother / of the filter", 0.9, (m: Ship) => m.errors.smoother / m.errors.filter),
  within("truth within the filter's 95%", [0.92, 0.98], (m: Ship) => m.covered.filter),
  within("truth within the smoother's 95%", [0.91, 0.99], (m: Ship) => m.covered.smoother),
  exactly("iterations of EM that fell", 0, (m: Ship) => m.fell),
  atLeast("ln p after EM less that of the true system", -1, (m: Ship) => m.gain),
  atMost("ln p where EM began less that of the true system", -10, (m: Ship) => m.start),
];

const all = Array.from({ length: T }, (_, t) => t);
/** Steps whose reading is not lost. */
const read = all.filter((t) => t % 7 !== 3);
const place = (x: ArrayLike<number>, t: number): number => x[2 * t];

/** What is known of the ship. */
interface Voyage {
  readonly states: Float64Array;
  /** Readings, NaN where lost. */
  readonly y: Float64Array;
  readonly filtered: GaussianStates;
  readonly smoothed: GaussianStates;
}

/** Share of the steps where the truth is within the estimate's 95%. */
const inside = (estimate: GaussianStates, states: Float64Array): number =>
  all.filter(
    (t) =>
      Math.abs(place(estimate.means, t) - place(states, t)) < 1.96 * Math.sqrt(estimate.covariances[4 * t]),
  ).length / T;

/** Root mean square errors of the place. */
function placeErrors({ states, y, filtered, smoothed }: Voyage): {
  reading: number;
  filter: number;
  smoother: number;
} {
  const off = (x: (t: number) => number, steps: readonly number[]): number =>
    Math.sqrt(steps.reduce((sum, t) => sum + (x(t) - place(states, t)) ** 2, 0) / steps.length);
  return {
    reading: off((t) => y[t], read),
    filter: off((t) => place(filtered.means, t), all),
    smoother: off((t) => place(smoothed.means, t), all),
  };
}

/** Root mean square error one step ahead. */
const oneStepError = (predicted: ArrayLike<number>, y: Float64Array): number =>
  Math.sqrt(read.slice(20).reduce((sum, t) => sum + (predicted[t] - y[t]) ** 2, 0) / (read.length - 20));

/** Where the ship is and what is believed, and the same less the truth, where errors can be seen. */
function figure({ states, y, filtered, smoothed }: Voyage, errors: ReturnType<typeof placeErrors>): string {
  const window = all.slice(100, 220);
  const drawn = (from: (t: number) => number): Mark[] => {
    const edge = (side: number) => (t: number) =>
      place(smoothed.means, t) + side * 1.96 * Math.sqrt(smoothed.covariances[4 * t]) - from(t);
    return [
      { kind: "band", x: window, y: window.map(edge(-1)), y2: window.map(edge(1)), label: "smoother, 95%" },
      {
        kind: "points",
        size: 2,
        x: window,
        y: window.map((t) => y[t] - from(t)),
        label: "readings",
        color: "#999",
      },
      {
        kind: "line",
        x: window,
        y: window.map((t) => place(states, t) - from(t)),
        label: "truth",
        color: "#333",
      },
      {
        kind: "line",
        x: window,
        y: window.map((t) => place(filtered.means, t) - from(t)),
        label: "filter",
        color: "#c33",
      },
    ];
  };
  return svg(
    panels(
      [
        plot({
          title: "Where the ship is",
          note: "Every seventh reading is lost",
          x: { label: "step" },
          y: { label: "place" },
          marks: drawn(() => 0),
        }),
        plot({
          title: "The same, less the truth",
          note:
            `Typical error of a reading ${errors.reading.toFixed(2)}, of the ` +
            `filter ${errors.filter.toFixed(2)}, of the smoother ${errors.smoother.toFixed(2)}`,
          x: { label: "step" },
          y: { label: "distance from the truth" },
          marks: drawn((t) => place(states, t)),
        }),
      ],
      { columns: 2 },
    ),
  );
}

export const run: Run = async ({ seed, log, progress, signal }): Promise<Outcome> => {
  log(
    "A ship drifts with its speed, an engine pushes it, a bad compass sees its place; every seventh " +
      "reading is lost.",
  );
  const k = await lds(settings);
  const u = [Float64Array.from({ length: T }, (_, t) => Math.sin(t / 15))];
  const { sequence, states } = k.sample(T, { seed, inputs: u });
  const y = sequence.map((v, t) => (t % 7 === 3 ? NaN : v));
  const [filtered] = k.filter([y], { inputs: u });
  const [smoothed] = k.smooth([y], { inputs: u });
  const voyage: Voyage = { states, y, filtered, smoothed };
  const errors = placeErrors(voyage);
  const covered = { filter: inside(filtered, states), smoother: inside(smoothed, states) };

  log("EM starts from a wrong system and improves.");
  const learner = await lds({ ...wrongSettings, fixed: ["C", "D", "initial"] });
  const truth = k.logLikelihood([y], { inputs: u });
  const start = learner.logLikelihood([y], { inputs: u });
  const { history, logLikelihood } = await learner.fit([y], {
    inputs: u,
    iterations: 200,
    tolerance: 1e-3,
    signal,
    onProgress: (e) => progress(e.iteration / 200, `ln p ${e.objective.toFixed(1)}`),
  });
  signal.throwIfAborted();
  const fell = history.filter((h, i) => i > 0 && h < history[i - 1] - 1e-6).length;
  const [before] = learner.predict([y], { inputs: u });
  const [best] = k.predict([y], { inputs: u });
  for (const model of [k, learner]) model.dispose();
  return {
    numbers: {
      "error of a reading": errors.reading,
      "error of the filter": errors.filter,
      "error of the smoother": errors.smoother,
      "truth within the filter's 95%": covered.filter,
      "truth within the smoother's 95%": covered.smoother,
      "ln p of the data: wrong system": start,
      "ln p of the data: after EM": logLikelihood,
      "ln p of the data: true system": truth,
      "iterations that fell": fell,
      "one-step error, learned": oneStepError(before.means, y),
      "one-step error, true system": oneStepError(best.means, y),
    },
    ...decide(criteria, { errors, covered, fell, gain: logLikelihood - truth, start: start - truth }),
    figure: figure(voyage, errors),
  };
};
