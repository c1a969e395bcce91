/** Way 1 on a long-lag task. */
import { showWay } from "./one-way.ts";

/** LSTM on temporal order, 100 steps. */
export const run = showWay("lstm", "order2", 100, 120);
