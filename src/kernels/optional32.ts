/** The float32 kernels of layers and losses that few nets use, for programs that import `unrolled/core`. */
import { packed } from "../wasm/binary/optional32.ts";
import { unpack } from "../wasm/unpack.ts";

/** The bytes of the kernels: `await init({ wasm: { float32: float32(), optional32: optional32() } })`. */
export const optional32 = (): Uint8Array<ArrayBuffer> => unpack(packed);
