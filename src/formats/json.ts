/**
 * JSON from strangers: bounded in depth and in the number of its values before it is parsed, since a value of
 * two
 * characters, such as [], takes 40 bytes of memory.
 */

/** Deepest nesting, of arrays and objects. */
const MAX_DEPTH = 100;
/** Values that any text may hold; beyond them one for every so many characters. */
const FREE_VALUES = 200_000;
const CHARACTERS_PER_VALUE = 10;

/** What is wrong with a text's size in values; undefined where nothing is. Linear in the text. */
function excess(text: string): string | undefined {
  let depth = 0;
  let values = 0;
  let quoted = false;
  for (let at = 0; at < text.length; ++at) {
    const c = text[at];
    if (quoted) {
      if (c === "\\") ++at;
      else quoted = c !== '"';
      continue;
    }
    quoted = c === '"';
    if (c === "[" || c === "{") {
      ++depth;
      ++values;
    } else if (c === "]" || c === "}") --depth;
    else if (c === ",") ++values;
    if (depth > MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH}`;
  }
  const limit = FREE_VALUES + text.length / CHARACTERS_PER_VALUE;
  return values > limit ? `it holds ${values} values in ${text.length} characters` : undefined;
}

/** The value that a text says; throws what `fail` makes of the fault where it is no JSON, or too large. */
export function parseJson(text: string, fail: (fault: string) => Error): unknown {
  const tooMuch = excess(text);
  if (tooMuch !== undefined) throw fail(tooMuch);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail(error instanceof Error ? error.message : "it is no JSON");
  }
}

/**
 * The object that a text says; throws what `fail` makes of the fault where it is no JSON, too large, or no
 * object.
 */
export function parseObject(text: string, fail: (fault: string) => Error): Record<string, unknown> {
  const value = parseJson(text, fail);
  if (!isObject(value)) throw fail("it is not an object");
  return value;
}

/** Whether a value is an object with named members: neither null nor an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
