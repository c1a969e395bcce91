/** Numbers as SVG and CSS write lists of them: commas and spaces are not needed where a sign or dot tells. */

/** A number of SVG, as a regular expression. */
export const NUMBER = "[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?";

/** A number with its unit, "" where it has none. */
export interface Quantity {
  readonly value: number;
  readonly unit: string;
}

const QUANTITY = new RegExp(`(?:\\s*,)?\\s*(${NUMBER})(px|deg|grad|rad|turn)?`, "y");

/** The quantities of a list; undefined where it is none, or a unit is not one of lengths or angles. */
export function quantities(text: string): Quantity[] | undefined {
  const all: Quantity[] = [];
  const trimmed = text.trim();
  QUANTITY.lastIndex = 0;
  while (QUANTITY.lastIndex < trimmed.length) {
    const match = QUANTITY.exec(trimmed);
    if (!match) return undefined;
    all.push({ value: Number(match[1]), unit: match[2] ?? "" });
  }
  return all;
}

/** The lengths of a list, in units of the drawing; undefined where it is none. */
export function lengths(text: string): number[] | undefined {
  const all = quantities(text);
  return all?.every(({ unit }) => unit === "" || unit === "px") ? all.map(({ value }) => value) : undefined;
}
