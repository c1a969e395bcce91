/** The tasks by name. */
import { addition } from "./addition.ts";
import { text } from "./text.ts";

/** Sources of sequences with a rule that says which predictions are wrong. */
export const tasks = {
  /** Binary addition, digit by digit; default 12 digits at most. */
  addition,
  /** The next character of a text, read in parallel places. */
  text,
};
