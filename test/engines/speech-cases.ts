/** The front end of speech: a recording whole, in pieces of odd lengths, and at another rate. */
import { frontEnd } from "../../src/speech/index.ts";
import { bits, sha256, type Hashes } from "./hash.ts";
import { wave } from "./wave.ts";

const SAMPLES = 9000;

/** Features of both ways have one hash: pieces have the bits of the whole. */
export async function speechCases(): Promise<Hashes> {
  const samples = Float32Array.from(wave(SAMPLES / 2, 0.21), (x) => x / 8);
  const out: Hashes = {};
  for (const [name, options] of [
    ["log", { rate: 8000, cepstra: 13, deltas: 2, normalize: "running", dither: 1e-4 }],
    ["pcen", { rate: 16_000, bands: 40, energy: "pcen", fft: 400, window: "hamming" }],
  ] as const) {
    const hear = await frontEnd(options);
    const stream = hear.stream({ rate: 11_025 });
    const rows: Float32Array<ArrayBuffer>[] = [];
    for (let at = 0, n = 1; at < samples.length; at += n, n = (7 * n) % 1009) {
      rows.push(stream.push(samples.subarray(at, at + n)));
    }
    rows.push(stream.end());
    out[`front end, ${name}, whole`] = await sha256([hear.features(samples, { rate: 11_025 })]);
    out[`front end, ${name}, in pieces`] = await sha256(bits(rows));
    stream.dispose();
    hear.dispose();
  }
  return out;
}
