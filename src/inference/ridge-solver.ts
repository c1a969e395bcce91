/** Which regression solves: a file of its own, since the solvers know their interface. */
import type { InferenceEngine } from "./inference-engine.ts";
import type { RidgeRegression, RidgeSizes, RidgeSolver } from "./ridge.ts";
import { RidgeSums } from "./ridge-sums.ts";
import { RidgeTriangle } from "./ridge-triangle.ts";

/** A regression without rows, in memory of its own. */
export const ridgeRegression = (
  engine: InferenceEngine,
  solver: RidgeSolver,
  sizes: RidgeSizes,
): RidgeRegression => (solver === "qr" ? new RidgeTriangle(engine, sizes) : new RidgeSums(engine, sizes));
