/** The relaxed float64 kernels, for programs that import `unrolled/core` and carry these alone. */
import { packed } from "../wasm/binary/float64relaxed.ts";
import { unpack } from "../wasm/unpack.ts";

/** The bytes of the kernels: `await init({ wasm: { float64: float64Relaxed() } })`. */
export const float64Relaxed = (): Uint8Array<ArrayBuffer> => unpack(packed);
