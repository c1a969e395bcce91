/** How benches sum up what they measured. */

/** The value in the middle; of an even count the higher of two. Undefined of none. */
export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** NaN of none. */
export const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;

/** "12.34%" of .1234. */
export const percent = (share, digits = 2) => `${(100 * share).toFixed(digits)}%`;
