/** What a net with optional layers or losses asks for one after another, asked for at once. */
import { engine, optionalModule } from "../../wasm/engine.ts";
import type { Precision } from "../../wasm/memory.ts";
import { loadOptionalKernels } from "../../wasm/optional-kernels.ts";
import { fetchKinds } from "./kinds.ts";

/**
 * Loads the kernels of a precision, its optional kernels and the optional kinds, each fetched while the
 * others are. Throws what loading them one by one would.
 */
export async function fetchAhead(precision: Precision): Promise<void> {
  // what is wrong with it is for loadOptionalKernels to say
  const fetched = optionalModule(precision).catch(() => undefined);
  const kernels = engine(precision).then(async (loaded) => {
    await fetched;
    await loadOptionalKernels(loaded);
  });
  await Promise.all([kernels, fetchKinds()]);
}
