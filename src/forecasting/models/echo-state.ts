/**
 * An echo state network. Leak and ridge are chosen on the last fifth of what may be seen, among readouts
 * whose free run stays near the series: a readout with large weights predicts one step well and leaves for
 * 10^38 when it is fed its own predictions.
 */
import { inferenceEngine, type InferenceEngine } from "../../inference/inference-engine.ts";
import { readTensors } from "../../formats/read-safetensors.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { esn, type Esn } from "../../models/esn/esn.ts";
import type { EsnSpec } from "../../models/esn/spec.ts";
import { Pace } from "../../train/pace.ts";
import { DataError, NumericError } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { nestedFile, openNested } from "../nested-file.ts";
import { filled } from "../gaps.ts";
import { meanSquare } from "../scores.ts";
import { future, spreadOf, warmUp, type ValueStream } from "./simulated.ts";
import { disposedOnFailure, type FitSetting, type FittedModel, type ForecastModel } from "./model.ts";

const LEAKS = [1, 0.3];
const RIDGES = [1e-4, 1e-2, 1, 10];
/** Share of the series that a choice is fitted on. */
const FITTED = 0.8;
/** Futures that are drawn. */
const PATHS = 200;
/** Steps of a free run, and how far from 0 it may go, in ranges of the series. */
const FREE_STEPS = 2000;
const FREE_RANGES = 3;

/** How to choose. */
type EsnSetting = Pick<FitSetting, "seed" | "signal">;

interface Choice {
  readonly spec: EsnSpec;
  readonly note: string;
  /** Mean square of the errors one step ahead on the part that was not fitted. */
  readonly error: number;
}

const pairs = (z: Float64Array): [{ input: Float64Array; target: Float64Array }] => [
  { input: z.slice(0, -1), target: z.slice(1) },
];

/** Whether a net that is fed its own predictions and noise stays near the series that it was fitted to. */
export function runsFreely(run: ValueStream, z: Float64Array, noise: () => number): boolean {
  const range = z.reduce((max, v) => Math.max(max, Math.abs(v)), 1);
  let next = warmUp(run, z);
  for (let t = 0; t < FREE_STEPS; ++t) {
    if (!(Math.abs(next) <= FREE_RANGES * range)) return false;
    next = run.step(next + noise())[0];
  }
  return true;
}

/** Both a run without noise and one with the model's own noise. */
async function isStable(net: Esn, z: Float64Array, { error }: Choice, seed: number): Promise<boolean> {
  const random = new Random(await inferenceEngine(), seed, streams.freeRun);
  const sd = Math.sqrt(error);
  const run = net.stream();
  try {
    if (!runsFreely(run, z, () => 0)) return false;
    run.reset();
    return runsFreely(run, z, () => sd * random.normal());
  } finally {
    run.dispose();
  }
}

function specOf(T: number, seed: number, leak: number, ridge: number): EsnSpec {
  const cut = Math.floor(FITTED * T);
  return {
    input: 1,
    output: 1,
    units: Math.max(20, Math.min(300, Math.floor(T / 3))),
    leak,
    ridge,
    inputScale: 0.5,
    biasScale: 0.2,
    spectralRadius: 0.9,
    washout: Math.min(50, Math.floor(cut / 5)),
    seed,
  };
}

/** All choices, the best first. */
async function choices(z: Float64Array, { seed, signal }: EsnSetting): Promise<Choice[]> {
  const cut = Math.floor(FITTED * z.length);
  const pace = new Pace();
  const found: Choice[] = [];
  for (const leak of LEAKS)
    for (const ridge of RIDGES) {
      await pace.breathe();
      signal?.throwIfAborted();
      const spec = specOf(z.length, seed, leak, ridge);
      const net = await esn(spec);
      try {
        await net.fit(pairs(z.slice(0, cut)));
        const error = meanSquare(net.predict([z.slice(0, -1)])[0], z.slice(1), cut);
        found.push({ spec, error, note: `${spec.units} units, leak ${leak}, ridge ${ridge}` });
      } finally {
        net.dispose();
      }
    }
  return found.sort((a, b) => a.error - b.error);
}

/** What a network is beside its weights. */
interface Chosen {
  readonly note: string;
  /** Of the errors one step ahead. */
  readonly variance: number;
  readonly seed: number;
}

/** `engine`: of the draws. */
const fittedEsn = (net: Esn, { note, variance, seed }: Chosen, engine: InferenceEngine): FittedModel => ({
  note,
  forecast({ z }, steps) {
    const past = filled(z);
    const random = new Random(engine, seed, streams.futures);
    const sd = Math.sqrt(variance);
    const run = net.stream();
    try {
      return spreadOf({ paths: PATHS, steps }, () => {
        run.reset();
        return future(run, past, steps, () => sd * random.normal());
      });
    } finally {
      run.dispose();
    }
  },
  predict(z) {
    const means = Float64Array.of(NaN, ...net.predict([filled(z).slice(0, -1)])[0]);
    return { means, variances: new Float64Array(z.length).fill(variance) };
  },
  save: () => writeTensors({ model: "echo state", variance }, [nestedFile("net", net.save())]),
  dispose: () => net.dispose(),
});

/** A net, and how it was chosen. */
interface StableEsn {
  readonly net: Esn;
  readonly note: string;
  /**
   * Of the errors one step ahead on the part held back: the readout's own are too small where it has about as
   * many weights as there are steps.
   */
  readonly variance: number;
}

/**
 * The choice with the smallest error whose readout, fitted to all of the series z, runs freely. Throws
 * NumericError where there is none.
 */
async function stableEsn(z: Float64Array, setting: EsnSetting): Promise<StableEsn> {
  for (const choice of await choices(z, setting)) {
    const net = await esn(choice.spec);
    await disposedOnFailure(net, () => net.fit(pairs(z)));
    if (await isStable(net, z, choice, setting.seed))
      return { net, note: choice.note, variance: choice.error };
    net.dispose();
  }
  throw new NumericError("no readout of the echo state network stays near the series when it runs freely");
}

/** An echo state network. */
export const echoState: ForecastModel = {
  takesInputs: false,
  atLeast: () => 40,
  async fit({ z }, setting) {
    const { net, ...chosen } = await stableEsn(filled(z), setting);
    return fittedEsn(net, { ...chosen, seed: setting.seed }, await inferenceEngine());
  },
  async load(bytes, { seed }) {
    const { spec, tensors } = readTensors(bytes, "forecaster.load");
    const variance = Number(spec.variance);
    if (spec.model !== "echo state" || !(variance >= 0))
      throw new DataError(`forecaster.load: esn of variance ${variance}: not a saved one`);
    const net = await esn.load(openNested("forecaster.load", tensors, "net"));
    return fittedEsn(net, { note: "as saved", variance, seed }, await inferenceEngine());
  },
};
