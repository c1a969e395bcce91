/** Numbers as SVG and CSS write lists of them: commas and spaces are not needed where a sign or dot tells. */

/** A number of SVG, as a regular expression. */
export const NUMBER = "[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?";

/** A number with its unit, "" where it has none. */
export interface Quantity {
  readonly value: number;
  readonly unit: string;
}

const QUANTITY = new RegExp(`(?:\\s*,)?\\s*(${NUMBER})(px|deg|grad|rad|turn)?`, "y");

/** The quantities of a list, one by one; undefined where what comes is none, and no more behind it. */
export function* quantities(text: string): Generator<Quantity | undefined, void, void> {
  const trimmed = text.trim();
  for (let at = 0; at < trimmed.length;) {
    QUANTITY.lastIndex = at;
    const match = QUANTITY.exec(trimmed);
    yield match ? { value: Number(match[1]), unit: match[2] ?? "" } : undefined;
    if (!match) return;
    at = QUANTITY.lastIndex;
  }
}

/** A quantity as a length in units of the drawing; undefined where it is none. */
export const lengthIn = (quantity: Quantity | undefined): number | undefined =>
  quantity?.unit === "" || quantity?.unit === "px" ? quantity.value : undefined;

/** What `take` makes of a list of at most so many quantities; undefined where it is none, or longer. */
export function listOf<T>(
  text: string,
  most: number,
  take: (quantity: Quantity | undefined) => T | undefined,
): T[] | undefined {
  const all: T[] = [];
  for (const quantity of quantities(text)) {
    const value = take(quantity);
    if (value === undefined || all.push(value) > most) return undefined;
  }
  return all;
}
