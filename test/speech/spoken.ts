/** Speech for tests, made by the product: words in several voices. */
import { synthesizer } from "../../src/speech/index.ts";

/** Voices that differ in pitch, throat and tempo. */
const voices = Array.from({ length: 4 }, (_, i) => ({
  pitch: 95 + 30 * i,
  tract: 0.95 + 0.06 * i,
  tempo: 0.9 + 0.08 * i,
}));

/** Each text, said `times` times by voices in turn. */
export async function spoken(
  texts: readonly string[],
  times: number,
  { seed = 1, noise = 30 } = {},
): Promise<{ samples: Float32Array; text: string; words: readonly { from: number; to: number }[] }[]> {
  const speakers = await Promise.all(voices.map((voice) => synthesizer(voice)));
  return texts.flatMap((text, i) =>
    Array.from({ length: times }, (_, j) => {
      const speaker = speakers[(i + j) % speakers.length];
      const { samples, words } = speaker.say(text, { seed: 1000 * seed + 100 * i + j, noise });
      return { samples, text, words };
    }),
  );
}

/** Samples that fill a range evenly and in no order, the same in every run. */
export const noise = (count: number, level: number): Float32Array =>
  Float32Array.from({ length: count }, (_, t) => (2 * level * ((t * (t + 7919)) % 10007)) / 10007 - level);

/** Probabilities [T·K] of a recording in which there is nothing: all is the last class's at every step. */
export const onlyLast = (T: number, K: number): number[] =>
  Array.from({ length: T * K }, (_, at) => Number(at % K === K - 1));
