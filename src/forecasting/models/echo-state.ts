/**
 * An echo state network. Leak and ridge are chosen on the last fifth of what may be seen, among readouts
 * whose free run stays near the series: a readout with large weights predicts one step well and leaves for
 * 10^38 when it is fed its own predictions.
 */
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { readTensors, writeTensors } from "../../formats/safetensors.ts";
import { esn, type Esn } from "../../models/esn/esn.ts";
import type { EsnSpec } from "../../models/esn/spec.ts";
import { Pace } from "../../train/pace.ts";
import { DataError, NumericError } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { nestedFile, openNested } from "../nested-file.ts";
import { filled } from "../gaps.ts";
import { recent, spreadOf } from "./simulated.ts";
import type { FitSetting, FittedModel, ForecastModel } from "./model.ts";

const LEAKS = [1, 0.3];
const RIDGES = [1e-4, 1e-2, 1, 10];
/** Share of the series that a choice is fitted on. */
const FITTED = 0.8;
/** Steps of a free run, and how far from 0 it may go, in ranges of the series. */
const FREE_STEPS = 2000;
const FREE_RANGES = 3;

interface Choice {
  readonly spec: EsnSpec;
  readonly note: string;
  /** Mean square of the errors one step ahead on the part that was not fitted. */
  readonly error: number;
}

/** A net that is fed one value a step and gives the next. */
interface ValueStream {
  step(x: number): ArrayLike<number>;
}

const pairs = (z: Float64Array): [{ input: Float64Array; target: Float64Array }] => [
  { input: z.slice(0, -1), target: z.slice(1) },
];

function warmUp(run: ValueStream, past: Float64Array): number {
  let next = 0;
  for (const v of recent(past)) next = run.step(v)[0];
  return next;
}

/** Whether a net that is fed its own predictions and noise stays near the series that it was fitted to. */
function runsFreely(run: ValueStream, z: Float64Array, noise: () => number): boolean {
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
  return {
    input: 1,
    output: 1,
    units: Math.max(20, Math.min(300, Math.floor(T / 3))),
    leak,
    ridge,
    inputScale: 0.5,
    biasScale: 0.2,
    spectralRadius: 0.9,
    washout: Math.min(50, Math.floor((FITTED * T) / 5)),
    seed,
  };
}

/** All choices, the best first. */
async function choices(z: Float64Array, { seed, signal }: FitSetting): Promise<Choice[]> {
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
        const predicted = net.predict([z.slice(0, -1)])[0];
        let squares = 0;
        for (let t = cut; t < z.length; ++t) squares += (predicted[t - 1] - z[t]) * (predicted[t - 1] - z[t]);
        const error = squares / (z.length - cut);
        found.push({ spec, error, note: `${spec.units} units, leak ${leak}, ridge ${ridge}` });
      } finally {
        net.dispose();
      }
    }
  return found.sort((a, b) => a.error - b.error);
}

/** `variance`: of the errors one step ahead. */
const fittedEsn = (
  net: Esn,
  { note, variance }: { note: string; variance: number },
  { seed, signal }: FitSetting,
): FittedModel => ({
  note,
  async forecast({ z }, steps) {
    const past = filled(z);
    const random = new Random(await inferenceEngine(), seed, streams.futures);
    const sd = Math.sqrt(variance);
    const run = net.stream();
    try {
      return await spreadOf(
        steps,
        () => {
          run.reset();
          let next = warmUp(run, past);
          return Float64Array.from({ length: steps }, () => {
            const value = next + sd * random.normal();
            next = run.step(value)[0];
            return value;
          });
        },
        signal,
      );
    } finally {
      run.dispose();
    }
  },
  save: () => writeTensors({ model: "echo state", variance }, [nestedFile("net", net.save())]),
  dispose: () => net.dispose(),
});

/** An echo state network. */
export const echoState: ForecastModel = {
  takesInputs: false,
  atLeast: () => 40,
  async fit({ z }, setting) {
    const whole = filled(z);
    for (const choice of await choices(whole, setting)) {
      const net = await esn(choice.spec);
      await net.fit(pairs(whole));
      // the readout's own errors are too small where it has about as many weights as there are steps: those
      // of the held part are honest
      if (await isStable(net, whole, choice, setting.seed))
        return fittedEsn(net, { note: choice.note, variance: choice.error }, setting);
      net.dispose();
    }
    throw new NumericError("esn: no readout stays near the series when it runs freely");
  },
  async load(bytes, setting) {
    const { spec, tensors } = readTensors(bytes, "forecaster.load");
    const variance = Number(spec.variance);
    if (spec.model !== "echo state" || !(variance >= 0))
      throw new DataError(`forecaster.load: esn of variance ${variance}: not a saved one`);
    const net = await esn.load(openNested("forecaster.load", tensors, "net"));
    return fittedEsn(net, { note: "as saved", variance }, setting);
  },
};
