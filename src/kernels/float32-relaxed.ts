/** The relaxed float32 kernels, for programs that import `unrolled/core` and carry these alone. */
import { packed } from "../wasm/binary/float32relaxed.ts";
import { unpack } from "../wasm/unpack.ts";

/** The bytes of the kernels: `await init({ wasm: { float32: float32Relaxed() } })`. */
export const float32Relaxed = (): Uint8Array<ArrayBuffer> => unpack(packed);
