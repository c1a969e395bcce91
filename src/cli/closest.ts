/** What somebody may have meant who wrote a word that is not there. */
import { editDistance } from "../inference/edit-distance.ts";

/** ", did you mean …?" with the nearest of the choices, or nothing where none is near. */
export function didYouMean(word: string, choices: readonly string[]): string {
  const far = Math.max(1, Math.floor(word.length / 3));
  const [nearest] = choices
    .map((choice) => ({ choice, off: editDistance(word, choice, { swaps: true }) }))
    .filter(({ off }) => off <= far)
    .sort((a, b) => a.off - b.off);
  return nearest ? `, did you mean ${nearest.choice}?` : "";
}
