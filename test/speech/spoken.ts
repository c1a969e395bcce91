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
