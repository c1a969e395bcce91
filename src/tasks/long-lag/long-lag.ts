/** The eight pathological tasks by the names `unrolled compare` gives them. */
import type { Task } from "../../train/task.ts";
import { addition, multiplication, xor } from "./marked-pairs.ts";
import { memory20, memory5 } from "./memorization.ts";
import { permutation } from "./permutation.ts";
import type { LongLagOptions } from "./scoring.ts";
import { order2, order3 } from "./temporal-order.ts";

/** Tasks that need what was seen T steps before: `longLag.order2({ lag: 100, variant: "hs97" })`. */
export const longLag = {
  /** The sum of the two numbers that are marked. */
  addition,
  /** The product of the two numbers that are marked. */
  multiplication,
  /** The exclusive or of the two bits that are marked. */
  xor,
  /** In which order two symbols stood. */
  order2,
  /** In which order three symbols stood. */
  order3,
  /** The first symbol again at the end, among random ones. */
  permutation,
  /** Five symbols of two kinds, written again at the end. */
  memory5,
  /** Ten symbols of five kinds, written again at the end. */
  memory20,
} as const satisfies Record<string, (options?: LongLagOptions) => Task>;

/** The name of a long-lag task. */
export type LongLagName = keyof typeof longLag;
