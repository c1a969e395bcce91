/**
 * Sound from controls: pulses of the vocal cords through resonances one behind the other, noise through one
 * of its own (Klatt 1980). Exponentials and cosines are the kernels', so the samples are the same everywhere.
 */
import { elementwise } from "../../wasm/elementwise.ts";
import type { SpeechEngine } from "../engine.ts";
import { TICK, type Moment } from "./tracks.ts";

const PI = 3.141592653589793;
/** Bandwidths of the resonances, and of the noise's, hertz. */
const WIDTHS = [60, 90, 150] as const;
const HISS_WIDTH = 1200;
/** Resonances are kept below this share of the rate. */
const HIGHEST = 0.45;
/** Share of a period in which the cords are open. */
const OPEN = 0.6;

/** y_t = gain·x_t + b·y_{t-1} + c·y_{t-2}: one resonance. */
class Resonance {
  #y1 = 0;
  #y2 = 0;

  step(x: number, b: number, c: number): number {
    const y = (1 - b - c) * x + b * this.#y1 + c * this.#y2;
    this.#y2 = this.#y1;
    this.#y1 = y;
    return y;
  }
}

/** b and c of resonances at these frequencies and of these widths. */
function coefficients(
  engine: SpeechEngine,
  rate: number,
  frequencies: readonly number[],
  widths: readonly number[],
): { b: Float64Array; c: Float64Array } {
  const r = elementwise(
    engine,
    "mapExp",
    widths.map((width) => (-PI * width) / rate),
  );
  const cosines = elementwise(
    engine,
    "mapCos",
    frequencies.map((f) => (2 * PI * Math.min(f, HIGHEST * rate)) / rate),
  );
  return { b: r.map((radius, i) => 2 * radius * cosines[i]), c: r.map((radius) => -radius * radius) };
}

/** Air through the cords at a phase of their period, 0 to 1: opens slowly, shuts fast (Rosenberg 1971). */
function pulse(phase: number): number {
  if (phase >= OPEN) return 0;
  const x = phase / OPEN;
  return 6.75 * x * x * (1 - x);
}

/** Samples of the controls. `noise`: as many standard normals as there are samples. */
export function rendered(
  engine: SpeechEngine,
  moments: readonly Moment[],
  rate: number,
  noise: Float64Array,
): Float64Array {
  const columns = WIDTHS.length + 1;
  const frequencies = moments.flatMap(({ formants, hiss }) => [...formants, hiss]);
  const widths = moments.flatMap(() => [...WIDTHS, HISS_WIDTH]);
  const { b, c } = coefficients(engine, rate, frequencies, widths);
  const chain = WIDTHS.map(() => new Resonance());
  const hissing = new Resonance();
  const out = new Float64Array(noise.length);
  let phase = 0;
  let airBefore = 0;
  for (let t = 0; t < out.length; ++t) {
    const m = Math.min(moments.length - 1, Math.floor(t / (TICK * rate)));
    const { voice, noise: breath, pitch } = moments[m];
    phase += pitch / rate;
    if (phase >= 1) phase -= 1;
    const air = voice * pulse(phase);
    let x = air - airBefore; // the lips pass on the change of the flow
    airBefore = air;
    chain.forEach((resonance, j) => {
      x = resonance.step(x, b[m * columns + j], c[m * columns + j]);
    });
    const at = m * columns + WIDTHS.length;
    out[t] = x + 0.25 * breath * hissing.step(noise[t], b[at], c[at]);
  }
  return out;
}
