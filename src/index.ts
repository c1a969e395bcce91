/** The public names of unrolled, with the kernels on board. */
import "./wasm/built-in.ts";

export * from "./core.ts";
