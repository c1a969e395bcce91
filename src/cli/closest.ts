/** What somebody may have meant who wrote a word that is not there. */
import { meant } from "../wasm/edits.ts";

/** ", did you mean …?" with the nearest of the choices, or nothing where none is near. */
export function didYouMean(word: string, choices: readonly string[]): string {
  const name = meant(word, choices);
  return name === undefined ? "" : `, did you mean ${name}?`;
}
