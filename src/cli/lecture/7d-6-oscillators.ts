/**
 * 7d-6, "a huge reservoir of weakly coupled oscillators which can be selectively driven by the input": the
 * eigenvalues of a random reservoir are turning modes of many frequencies, and a sine wave of a period drives
 * some units more than others do.
 */
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { spectrum, type Spectrum } from "../../inference/spectrum.ts";
import { network } from "../../models/network/network.ts";
import { normal, sparse } from "../../models/network/initializers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import type { Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const UNITS = 200;
const T = 400;
/** Periods of the sine waves, steps: equal steps of frequency. */
const PERIODS = Array.from({ length: 24 }, (_, k) => 50 / (k + 1));

/** What the verdict is about. */
export interface Oscillators {
  /** Share of the modes that turn: eigenvalues off the real line. */
  readonly turning: number;
  /** Of twelve sectors of frequency, those in which a mode turns. */
  readonly sectors: number;
  /** Median over units of the response at a unit's best frequency, over its mean response. */
  readonly selective: number;
  /** Frequencies that are the best of some unit, of 24. */
  readonly driven: number;
  /** The first of these for units without weights between them. */
  readonly uncoupled: number;
}

export const criteria = [
  atLeast("modes that turn (share of eigenvalues)", 0.8, (m: Oscillators) => m.turning),
  atLeast("sectors of frequency with a mode, of 12", 12, (m: Oscillators) => m.sectors),
  atLeast(
    "response at a unit's best frequency / its mean, median unit",
    1.7,
    (m: Oscillators) => m.selective,
  ),
  atLeast("frequencies that drive some unit most, of 24", 12, (m: Oscillators) => m.driven),
  atMost("best / mean response of units that are not coupled", 1.2, (m: Oscillators) => m.uncoupled),
];

/** Root mean square of each unit [frequencies][units] under each sine wave, and the eigenvalues. */
async function drive(radius: number, seed: number): Promise<{ response: number[][]; modes: Spectrum }> {
  const net = await network({
    input: 1,
    layers: [
      rnn(UNITS, {
        initialState: "zero",
        init: { input: normal(0.02), recurrent: sparse({ spectralRadius: radius }) },
      }),
    ],
    loss: "squared",
    precision: "float64",
    seed,
  });
  const W = net.parameters.find(({ name }) => name === "rnn1.Wh")!.data;
  const modes = spectrum(await inferenceEngine(), UNITS, W);
  const waves = PERIODS.map((period) =>
    Float64Array.from({ length: T }, (_, t) => Math.sin((2 * Math.PI * t) / period)),
  );
  const response = net.predict(waves).map((h) =>
    Array.from({ length: UNITS }, (_, j) => {
      let sum = 0;
      for (let t = T / 2; t < T; ++t) sum += h[t * UNITS + j] ** 2;
      return Math.sqrt(sum / (T / 2));
    }),
  );
  net.dispose();
  return { response, modes };
}

/** Each unit's best frequency, and the response there over its mean one. */
function preferences(response: readonly number[][]): { best: number[]; median: number } {
  const of = (j: number): number[] => response.map((row) => row[j]);
  const units = Array.from({ length: UNITS }, (_, j) => j);
  const best = units.map((j) => of(j).indexOf(Math.max(...of(j))));
  const ratios = units.map(
    (j) => (Math.max(...of(j)) * PERIODS.length) / of(j).reduce((sum, v) => sum + v, 0),
  );
  return { best, median: ratios.sort((a, b) => a - b)[UNITS / 2] };
}

function drawn({ re, im }: Spectrum, response: readonly number[][], best: readonly number[]): string {
  const circle = Array.from({ length: 129 }, (_, i) => (2 * Math.PI * i) / 128);
  const order = best.map((_, j) => j).sort((a, b) => best[a] - best[b] || a - b);
  const largest = order.map((j) => Math.max(...response.map((row) => row[j])));
  const eigenvalues = plot({
    title: "Modes of the reservoir",
    note: "Eigenvalues of the recurrent weights; a mode turns by its angle at each step.",
    x: { label: "real part", range: [-1.15, 1.15] },
    y: { label: "imaginary part", range: [-1.15, 1.15] },
    width: 500,
    height: 500,
    marks: [
      {
        kind: "line",
        x: circle.map(Math.cos),
        y: circle.map(Math.sin),
        color: "#9aa5b1",
        dash: true,
        label: "modulus 1",
      },
      { kind: "points", x: re, y: im, label: "eigenvalues", color: "#0b66b0" },
    ],
  });
  const driven = plot({
    title: "Which units a frequency drives",
    note: "Each unit's response to sine waves, over its largest; units in the order of their best frequency.",
    x: { label: "frequency (turns in 50 steps)" },
    y: { label: "unit" },
    width: 560,
    height: 500,
    marks: [
      {
        kind: "raster",
        rows: UNITS,
        columns: PERIODS.length,
        values: order.flatMap((j, r) => response.map((row) => row[j] / largest[r])),
        x: [0.5, PERIODS.length + 0.5],
        y: [0, UNITS],
        label: "response",
      },
    ],
  });
  return svg(panels([eigenvalues, driven]));
}

export const run: Run = async ({ seed, log, progress }): Promise<Outcome> => {
  log(`${UNITS} units with random weights, driven by sine waves of ${PERIODS.length} frequencies.`);
  const { response, modes } = await drive(0.98, seed);
  progress(0.6, "units without coupling");
  const alone = preferences((await drive(0.02, seed)).response);
  const { best, median } = preferences(response);
  const turning = modes.im.filter((v) => Math.abs(v) > 1e-9);
  const sector = (i: number): number =>
    Math.min(11, Math.floor((Math.atan2(Math.abs(modes.im[i]), modes.re[i]) / Math.PI) * 12));
  const measured: Oscillators = {
    turning: turning.length / UNITS,
    sectors: new Set(Array.from(modes.im, (_, i) => sector(i))).size,
    selective: median,
    driven: new Set(best).size,
    uncoupled: alone.median,
  };
  return {
    numbers: {
      "modes that turn (share of eigenvalues)": measured.turning,
      "sectors of frequency with a mode, of 12": measured.sectors,
      "response at a unit's best frequency / its mean, median unit": measured.selective,
      "frequencies that drive some unit most, of 24": measured.driven,
      "the response of units that are not coupled": measured.uncoupled,
    },
    ...decide(criteria, measured),
    figure: drawn(modes, response, best),
  };
};
