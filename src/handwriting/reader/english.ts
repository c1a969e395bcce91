/**
 * The language that is shipped: what the writers of UNIPEN's training part were asked to write, each text
 * once (UNIPEN data set of on-line handwriting, train_r01_v07, International Unipen Foundation; CC BY 4.0).
 */
import { readAddress } from "../model-bytes.ts";

/**
 * 13,939 English words, names, numbers and lines of text, a line each, as `language` of a reader:
 * `reader.read(strokes, { language: await englishTexts() })`. 230 kB, fetched when asked for; a reader counts
 * them in a second, once. Rejects with DataError where the file beside this module cannot be had.
 */
export async function englishTexts(): Promise<string> {
  const bytes = await readAddress("englishTexts", new URL("./english.txt", import.meta.url));
  return new TextDecoder().decode(bytes);
}
