/** Options on the command lines of the benches. */

/** For parseArgs: an option with a default. */
export const text = (value) => ({ type: "string", default: value });

/** The value of an option; where there is none, the bench says what it wants and ends with code 2. */
export function needed(bench, values, option, want) {
  if (values[option]) return values[option];
  console.error(`${bench}: --${option} is missing, want ${want}`);
  process.exit(2);
}
