/** The strict float64 kernels, for programs that import `unrolled/core` and carry these alone. */
import { packed } from "../wasm/binary/float64.ts";
import { unpack } from "../wasm/unpack.ts";

/** The bytes of the kernels: `await init({ wasm: { float64: float64() } })`. */
export const float64 = (): Uint8Array<ArrayBuffer> => unpack(packed);
