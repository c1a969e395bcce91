/** Texts checked against the characters that a net has learned, before anything is done with them. */
import { DataError } from "../wasm/errors.ts";

/** Throws DataError where a text has characters outside of an alphabet, each named once. */
export function checkCharacters(who: string, text: string, alphabet: string): void {
  const known = new Set(alphabet);
  const missing = [...new Set(text)].filter((c) => !known.has(c));
  if (missing.length > 0)
    throw new DataError(
      `${who}: text has ${JSON.stringify(missing.join(""))}, want characters of ${JSON.stringify(alphabet)}`,
    );
}
