/** The float64 kernels of layers and losses that few nets use, for programs that import `unrolled/core`. */
import { packed } from "../wasm/binary/optional64.ts";
import { unpack } from "../wasm/unpack.ts";

/** The bytes of the kernels: `await init({ wasm: { float64: float64(), optional64: optional64() } })`. */
export const optional64 = (): Uint8Array<ArrayBuffer> => unpack(packed);
