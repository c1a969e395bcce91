/** unrolled itself, from the built package; `--backend` simd, relaxed or revectorize. */
import * as unrolled from "../../dist/index.js";
import { backend, measure } from "./measure.js";
import { unrolledStep } from "./unrolled-step.js";

await measure(async (w, arrays) => {
  await unrolled.init({
    variant: backend === "relaxed" ? "relaxed" : "simd",
    revectorize: backend === "revectorize",
  });
  return unrolledStep(unrolled, w, arrays);
});
