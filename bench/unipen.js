/** Pieces of the UNIPEN folder, told apart by what its index says of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The index of the folder: { name, alphabet, items }. */
export const unipenIndex = (folder) => JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));

/**
 * Whether a piece is one line whose ink is no other piece's too. Words of category 6 that are part of a text
 * (`line`) are left out; those with digits and marks (category 7) are kept both times: they are rare.
 */
export const isOwnLine = ({ cat, lines, line }) => lines === undefined && (cat !== 6 || line === undefined);

/** Whether a text has about 30 characters: the lines whose reading is timed. */
export const hasThirty = ({ text }) => text.length >= 28 && text.length <= 32;
