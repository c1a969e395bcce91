/** The tasks by name. */
import { addition } from "./addition.ts";
import { text } from "./text.ts";

/** Sources of sequences with a rule that says which predictions are wrong. */
export const tasks = { addition, text };
