/** Recordings for the listening tab: from the microphone, so many seconds, or from WAV files. */
import { microphone, readWav } from "unrolled/speech";

/** A recording. */
export interface Recorded {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly rate: number;
}

/** So many seconds from the microphone; `level` hears how loud it is, 0 to 1. */
export async function record(seconds: number, level: (loudness: number) => void): Promise<Recorded> {
  const source = await microphone();
  const total = Math.round(seconds * source.rate);
  const samples = new Float32Array(total);
  let at = 0;
  try {
    for await (const piece of source) {
      const part = piece.subarray(0, total - at);
      samples.set(part, at);
      at += part.length;
      level(part.reduce((max, x) => Math.max(max, Math.abs(x)), 0));
      if (at >= total) break;
    }
  } finally {
    source.stop();
    level(0);
  }
  return { samples: samples.slice(0, at), rate: source.rate };
}

/** The recordings of files. Throws an Error that names the file. */
export async function readFiles(files: Iterable<File>): Promise<Recorded[]> {
  const found: Recorded[] = [];
  for (const file of files) {
    try {
      const { samples, rate } = readWav(new Uint8Array(await file.arrayBuffer()));
      found.push({ samples: Float32Array.from(samples), rate });
    } catch (error) {
      throw new Error(`${file.name}: ${(error as Error).message}`, { cause: error });
    }
  }
  return found;
}
