/**
 * From sound pressures to features, the first stage of every recognizer: frames, power spectra, mel bands,
 * logarithms (Davis & Mermelstein 1980), or per-channel energy normalization. Doubles throughout; a recording
 * in pieces gives the bits of the whole one.
 */
import { OptionError, ShapeError, knownOptions } from "../wasm/errors.ts";
import { speechEngine, type SpeechEngine } from "./engine.ts";
import { readFrontEndOptions, sampleRate, type FrontEndOptions, type FrontEndSpec } from "./options.ts";
import { FrontEndStream } from "./front-end-stream.ts";
import { Plan } from "./plan.ts";
import { joined } from "./resampler.ts";
import { readSamples, type Samples } from "./samples.ts";

/** The rate of samples that are not at the front end's own. */
export interface RateOption {
  /** Samples a second; default: the front end's rate. Other rates are resampled. */
  readonly rate?: number;
}

/** Turns samples into features. */
export class FrontEnd {
  /** The options, complete; `width`, `hop` and `fft` in samples. */
  readonly spec: FrontEndSpec;
  readonly #engine: SpeechEngine;
  readonly #plan: Plan;

  /** Use `frontEnd(options)`. */
  constructor(engine: SpeechEngine, spec: FrontEndSpec) {
    this.spec = spec;
    this.#engine = engine;
    this.#plan = new Plan(engine, spec);
  }

  /** Features a frame: F. */
  get columns(): number {
    const { cepstra, bands, deltas } = this.spec;
    return (cepstra || bands) * (1 + deltas);
  }

  /** Frames a second. */
  get frameRate(): number {
    return this.spec.rate / this.spec.hop;
  }

  /**
   * Features [T,F] of one recording, row-major, T = ⌊(n - width)/hop⌋ + 1 for n samples at the front end's
   * rate. Throws ShapeError where the samples are fewer than a frame, DataError where one is not finite.
   */
  features(samples: Samples, options: RateOption = {}): Float32Array<ArrayBuffer> {
    const who = "frontEnd.features";
    knownOptions(who, options, ["rate"]);
    const x = readSamples(who, samples);
    const stream = this.#stream(who, options);
    try {
      const rows = joined([stream.rows(x), stream.rest()]);
      const F = this.columns;
      if (rows.length === 0)
        throw new ShapeError(
          `${who}: ${x.length} samples are shorter than a frame of ${this.spec.width} ` +
            `at ${this.spec.rate} Hz`,
        );
      if (this.spec.normalize === "recording") standardizeColumns(rows, F);
      if (this.spec.normalize === "level") levelBands(rows, F, this.spec.bands);
      return Float32Array.from(rows);
    } finally {
      stream.dispose();
    }
  }

  /** A piece at a time: `push(samples)` gives the rows that are complete, `end()` those still owed. */
  stream(options: RateOption = {}): FrontEndStream {
    const who = "frontEnd.stream";
    knownOptions(who, options, ["rate"]);
    const { normalize } = this.spec;
    if (normalize === "recording" || normalize === "level")
      throw new OptionError(
        `${who}: normalize is "${normalize}", which needs all of it; want "running" or "none"`,
      );
    return this.#stream(who, options);
  }

  /** Gives the memory back; streams keep theirs until they are disposed. */
  dispose(): void {
    this.#plan.dispose();
  }

  #stream(who: string, { rate = this.spec.rate }: RateOption): FrontEndStream {
    this.#plan.check(who);
    return new FrontEndStream(this.#engine, this.spec, this.#plan, sampleRate(who, rate));
  }
}

/** Each column of rows [T,F] to mean 0 and variance 1, in place; a constant column becomes 0. */
function standardizeColumns(rows: Float64Array, F: number): void {
  const T = rows.length / F;
  for (let f = 0; f < F; ++f) {
    // beside the first value, so that a constant column is exactly 0
    const column = Float64Array.from({ length: T }, (_, t) => rows[t * F + f] - rows[f]);
    const mean = column.reduce((sum, v) => sum + v, 0) / T;
    const deviation = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / T);
    column.forEach((v, t) => {
      rows[t * F + f] = deviation > 0 ? (v - mean) / deviation : 0;
    });
  }
}

/** Nats below the loudest frame at which bands end: what is softer is noise or silence. */
const DEPTH = 8;

/** The first `bands` columns of rows [T,F] relative to the mean of the loudest frame, in place. */
function levelBands(rows: Float64Array, F: number, bands: number): void {
  let loudest = -Infinity;
  for (let from = 0; from < rows.length; from += F) {
    let sum = 0;
    for (let f = 0; f < bands; ++f) sum += rows[from + f];
    loudest = Math.max(loudest, sum / bands);
  }
  for (let from = 0; from < rows.length; from += F)
    for (let f = from; f < from + bands; ++f) rows[f] = Math.max(rows[f] - loudest, -DEPTH);
}

/** Makes a front end: `const hear = await frontEnd({ rate: 16000, bands: 40 })`. Throws OptionError. */
export async function frontEnd(options: FrontEndOptions): Promise<FrontEnd> {
  const spec = readFrontEndOptions(options);
  return new FrontEnd(await speechEngine(), spec);
}
