/** The names of kernel modules, which are those of their files. */
import type { Precision } from "./memory.ts";

/** The kernels of a precision, or those of that precision that few nets use (optional-kernels.ts). */
export type ModuleName = Precision | "optional32" | "optional64";

/** The name of a precision's optional kernels. */
export const optionalOf = (precision: Precision): "optional32" | "optional64" =>
  precision === "float32" ? "optional32" : "optional64";

/** How to give kernels as a module. */
export const giveModule = (name: ModuleName): string =>
  `init({ wasm: { ${name}: module } }) before the first model, with the module that an import of ` +
  `unrolled/wasm/${name}.wasm gives`;
