/** The eight pathological tasks by the names `unrolled compare` gives them. */
import type { Task } from "../../train/task.ts";
import { addition, multiplication, xor } from "./marked-pairs.ts";
import { memory20, memory5 } from "./memorization.ts";
import { permutation } from "./permutation.ts";
import type { LongLagOptions } from "./scoring.ts";
import { order2, order3 } from "./temporal-order.ts";

/** Tasks that need what was seen T steps before: `longLag.order2({ lag: 100, variant: "hs97" })`. */
export const longLag = {
  addition,
  multiplication,
  xor,
  order2,
  order3,
  permutation,
  memory5,
  memory20,
} as const satisfies Record<string, (options?: LongLagOptions) => Task>;

/** The name of a long-lag task. */
export type LongLagName = keyof typeof longLag;
