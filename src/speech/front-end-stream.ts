/** One recording on its way through a front end: what has to be remembered between two pieces of it. */
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { Deltas } from "./deltas.ts";
import type { SpeechEngine } from "./engine.ts";
import type { FrontEndSpec } from "./options.ts";
import { BLOCK, type Plan } from "./plan.ts";
import { joined, Resampler } from "./resampler.ts";
import { readSamples, type Samples } from "./samples.ts";

/** Energies below it count as it: 1e-10 of full scale. */
const FLOOR = 1e-10;
/** Smoothing, gain, bias and root of per-channel energy normalization (Wang et al. 2017, table 1). */
const PCEN = { s: 0.025, alpha: 0.98, delta: 2, r: 0.5 } as const;
/** Seconds that a running normalization looks back. */
const RUNNING = 3;

/** Features of a recording that comes in pieces. The bits are those of `features` on the whole. */
export class FrontEndStream {
  readonly #engine: SpeechEngine;
  readonly #spec: FrontEndSpec;
  readonly #plan: Plan;
  readonly #arena: Arena;
  readonly #resampler: Resampler | undefined;
  readonly #deltas: readonly Deltas[];
  readonly #F: number;
  /** [bands] of per-channel normalization; [F] each of running normalization. */
  readonly #smooth: Ptr;
  readonly #mean: Ptr;
  readonly #variance: Ptr;
  /** Samples not yet behind all their frames. */
  #pending = new Float64Array(0);
  #before = 0;
  #sample = 0;
  #frames = 0;
  #rows = 0;

  /** Use `frontEnd.stream()`. */
  constructor(engine: SpeechEngine, spec: FrontEndSpec, plan: Plan, rate: number) {
    const C = spec.cepstra || spec.bands;
    this.#engine = engine;
    this.#spec = spec;
    this.#plan = plan;
    this.#resampler = rate === spec.rate ? undefined : new Resampler(engine, rate, spec.rate);
    this.#deltas = Array.from({ length: spec.deltas }, (_, i) => new Deltas(C * (i + 1), C * i, C));
    this.#F = C * (1 + spec.deltas);
    this.#arena = new Arena(engine.memory);
    this.#smooth = this.#arena.reals(spec.bands);
    this.#mean = this.#arena.reals(this.#F);
    this.#variance = this.#arena.reals(this.#F);
    this.#clear();
  }

  /**
   * Rows [t,F] that are complete with these samples, row-major; often none. Throws DataError on bad samples.
   */
  push(samples: Samples): Float32Array<ArrayBuffer> {
    this.#plan.check("frontEnd.stream.push");
    return Float32Array.from(this.rows(readSamples("frontEnd.stream.push", samples)));
  }

  /** Rows still owed at the end of the recording. The next `push` begins another one. */
  end(): Float32Array<ArrayBuffer> {
    this.#plan.check("frontEnd.stream.end");
    return Float32Array.from(this.rest());
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#resampler?.dispose();
    this.#arena.dispose();
  }

  /** `push` in doubles. */
  rows(samples: Float64Array): Float64Array {
    return this.#take(this.#resampler ? this.#resampler.push(samples) : samples);
  }

  /** `end` in doubles. */
  rest(): Float64Array {
    const first = this.#resampler ? this.#take(this.#resampler.end()) : new Float64Array(0);
    let owed: Float64Array[] = [];
    this.#deltas.forEach((stage) => {
      owed = [...owed.flatMap((row) => stage.push(row)), ...stage.end()];
    });
    const out = joined([first, this.#normalized(joined(owed))]);
    this.#clear();
    return out;
  }

  #clear(): void {
    const { memory } = this.#engine;
    this.#pending = new Float64Array(0);
    this.#before = 0;
    this.#sample = 0;
    this.#frames = 0;
    this.#rows = 0;
    memory.reals(this.#smooth, this.#spec.bands).fill(0);
    memory.reals(this.#mean, this.#F).fill(0);
    memory.reals(this.#variance, this.#F).fill(0);
  }

  #take(samples: Float64Array): Float64Array {
    const { width, hop } = this.#spec;
    this.#pending = joined([this.#pending, this.#emphasized(this.#dithered(samples))]);
    const out: Float64Array[] = [];
    let from = 0;
    while (this.#pending.length - from >= width) {
      const T = Math.min(BLOCK, Math.floor((this.#pending.length - from - width) / hop) + 1);
      out.push(...this.#block(from, T));
      from += T * hop;
    }
    this.#pending = this.#pending.slice(from);
    return this.#normalized(joined(out));
  }

  /** Noise of a sample is a function of the seed and the sample's place. */
  #dithered(samples: Float64Array): Float64Array {
    const { dither, seed } = this.#spec;
    if (dither === 0) return samples;
    const { kernels, memory } = this.#engine;
    const out = samples.slice();
    const [key0, key1] = Random.key(seed);
    for (let from = 0; from < out.length;) {
      const odd = this.#sample % 2; // two normals a block of random bits
      const n = Math.min(this.#spec.fft - odd, out.length - from); // what fits into the frame's buffer
      kernels.randomNormal(n + odd, key0, key1, streams.dither, (this.#sample - odd) / 2, this.#plan.frame);
      const noise = memory.reals(this.#plan.frame, n + odd);
      for (let i = 0; i < n; ++i) out[from + i] += dither * noise[odd + i];
      this.#sample += n;
      from += n;
    }
    return out;
  }

  #emphasized(samples: Float64Array): Float64Array {
    const { preEmphasis } = this.#spec;
    if (preEmphasis === 0 || samples.length === 0) return samples;
    const out = new Float64Array(samples.length);
    let before = this.#before;
    for (let i = 0; i < out.length; ++i) {
      out[i] = samples[i] - preEmphasis * before;
      before = samples[i];
    }
    this.#before = before;
    return out;
  }

  /** Rows of the T frames from a pending sample on, with their differences as far as they are known. */
  #block(from: number, T: number): Float64Array[] {
    const { kernels: k, memory } = this.#engine;
    const { width, hop, fft, bands, energy, cepstra } = this.#spec;
    const { samples, window, roots, frame, work, spectra, energies, first, count, weights, basis } =
      this.#plan;
    const n = (T - 1) * hop + width;
    memory.reals(samples, n).set(this.#pending.subarray(from, from + n));
    k.frameSpectra(T, hop, width, fft, samples, window, roots, frame, work, spectra);
    k.bandEnergies(T, fft / 2 + 1, bands, first, count, weights, spectra, energies);
    if (energy === "log") k.logFloor(T * bands, FLOOR, energies, energies);
    if (energy === "pcen") {
      const { s, alpha, delta, r } = PCEN;
      k.channelNormalization(T, bands, Number(this.#frames > 0), s, alpha, delta, r, this.#smooth, energies);
    }
    this.#frames += T;
    if (cepstra > 0) k.project(T, bands, cepstra, energies, basis, this.#plan.cepstra);
    const C = cepstra || bands;
    const values = memory.reals(cepstra > 0 ? this.#plan.cepstra : energies, T * C);
    let rows = Array.from({ length: T }, (_, t) => values.slice(t * C, (t + 1) * C) as Float64Array);
    for (const stage of this.#deltas) rows = rows.flatMap((row) => stage.push(row));
    return rows;
  }

  #normalized(rows: Float64Array): Float64Array {
    if (this.#spec.normalize !== "running" || rows.length === 0) return rows;
    const { kernels, memory } = this.#engine;
    const F = this.#F;
    const window = Math.round((RUNNING * this.#spec.rate) / this.#spec.hop);
    const arena = new Arena(memory);
    try {
      const x = arena.reals(rows.length);
      memory.reals(x, rows.length).set(rows);
      kernels.runningNormalization(rows.length / F, F, this.#rows, window, this.#mean, this.#variance, x);
      this.#rows += rows.length / F;
      return memory.reals(x, rows.length).slice() as Float64Array;
    } finally {
      arena.dispose();
    }
  }
}
