/**
 * The kernels on board of `unrolled`: importing this file is all. Each build is a chunk of its own where
 * bundlers split, and loads when a model first asks for it. `unrolled/core` goes without.
 */
import { provide } from "./on-board.ts";

provide({
  float32: () => import("./binary/float32.ts"),
  float32relaxed: () => import("./binary/float32relaxed.ts"),
  float64: () => import("./binary/float64.ts"),
  float64relaxed: () => import("./binary/float64relaxed.ts"),
  optional32: () => import("./binary/optional32.ts"),
  optional64: () => import("./binary/optional64.ts"),
});
