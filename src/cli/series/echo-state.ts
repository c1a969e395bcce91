/**
 * An echo state network for a series. Leak and ridge are chosen on the last fifth of what may be seen, among
 * readouts whose free run stays near the series: a readout with large weights predicts one step well and
 * leaves for 10^38 when it is fed its own predictions.
 */
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { type Esn, esn } from "../../models/esn/esn.ts";
import type { EsnSpec } from "../../models/esn/spec.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { turns } from "../turns.ts";
import { filled, type FittedSeries, meanSquare, type SeriesKind, type SeriesNote } from "./fitted.ts";
import { simulated, type ValueStream, warmUp } from "./simulated.ts";

const LEAKS = [1, 0.3];
const RIDGES = [1e-4, 1e-2, 1, 10];
/** Share of the series that a choice is fitted on. */
const FITTED = 0.8;
/** Steps of a free run, and how far from 0 it may go, in ranges of the series. */
const FREE_STEPS = 2000;
const FREE_RANGES = 3;

interface Candidate {
  readonly spec: EsnSpec;
  readonly note: string;
  /** Mean square of the errors one step ahead on the part that was not fitted. */
  readonly error: number;
}

const pairs = (y: Float64Array): [{ input: Float64Array; target: Float64Array }] => [
  { input: y.slice(0, -1), target: y.slice(1) },
];

/** Whether a net that is fed its own predictions and noise stays near the series that it was fitted to. */
export function runsFreely(run: ValueStream, y: Float64Array, noise: () => number): boolean {
  const range = y.reduce((max, v) => Math.max(max, Math.abs(v)), 1);
  let next = warmUp(run, y);
  for (let t = 0; t < FREE_STEPS; ++t) {
    if (!(Math.abs(next) <= FREE_RANGES * range)) return false;
    next = run.step(next + noise())[0];
  }
  return true;
}

/** Both a run without noise and one with the model's own noise. */
async function isStable(net: Esn, y: Float64Array, { error }: Candidate, seed: number): Promise<boolean> {
  const random = new Random(await inferenceEngine(), seed, streams.freeRun);
  const sd = Math.sqrt(error);
  const run = net.stream();
  try {
    if (!runsFreely(run, y, () => 0)) return false;
    run.reset();
    return runsFreely(run, y, () => sd * random.normal());
  } finally {
    run.dispose();
  }
}

/** All choices, the best first. */
async function candidates(y: Float64Array, seed: number, turn: () => Promise<void>): Promise<Candidate[]> {
  const cut = Math.floor(FITTED * y.length);
  const units = Math.max(20, Math.min(300, Math.floor(y.length / 3)));
  const found: Candidate[] = [];
  for (const leak of LEAKS)
    for (const ridge of RIDGES) {
      await turn();
      const spec = {
        input: 1,
        output: 1,
        units,
        leak,
        ridge,
        inputScale: 0.5,
        biasScale: 0.2,
        spectralRadius: 0.9,
        washout: Math.min(50, Math.floor(cut / 5)),
        seed,
      };
      const net = await esn(spec);
      try {
        await net.fit(pairs(y.slice(0, cut)));
        const error = meanSquare(net.predict([y.slice(0, -1)])[0], y.slice(1), cut);
        found.push({ spec, error, note: `${units} units, leak ${leak}, ridge ${ridge}` });
      } finally {
        net.dispose();
      }
    }
  return found.sort((a, b) => a.error - b.error);
}

/** A net as a model of a series: its futures are simulated. */
const esnSeries = async (net: Esn, note: SeriesNote, signal: AbortSignal): Promise<FittedSeries> =>
  simulated({
    ...note,
    engine: await inferenceEngine(),
    signal,
    predict: (z) => net.predict([z])[0],
    stream: () => net.stream(),
    save: () => net.save(),
    dispose: () => net.dispose(),
  });

/** The choice with the smallest error whose readout, fitted to all of the series, runs freely. */
export const echoState: SeriesKind = {
  async fit(y, { seed, signal }) {
    const turn = turns(signal);
    const whole = filled(y);
    for (const candidate of await candidates(whole, seed, turn)) {
      await turn();
      const net = await esn(candidate.spec);
      await net.fit(pairs(whole));
      if (!(await isStable(net, whole, candidate, seed))) {
        net.dispose();
        continue;
      }
      // the readout's own errors are too small where it has about as many weights as there are steps: those
      // of the held part are honest
      return esnSeries(net, { note: candidate.note, variance: candidate.error, seed }, signal);
    }
    throw new Error("no readout of the echo state network stays near the series when it runs freely");
  },
  open: async (bytes, note, signal) => esnSeries(await esn.load(bytes), note, signal),
};
