/**
 * Saved nets that only answer, on the strict float32 kernels: the entry `unrolled/float32` for pages that
 * play a net. It holds one build of the kernels, and nothing that trains; the same bits as `network.load` of
 * the main entry.
 */
import { OptionError } from "../wasm/errors.ts";
import { decode, engineOf, type Engine } from "../wasm/instantiate.ts";
import { requireSimd } from "../wasm/simd.ts";
import { base64 } from "../wasm/binary/float32.ts";
import { loadSaved, type SavedNet } from "../models/network/saved-net.ts";

export { DataError, DisposedError, MemoryError, OptionError, ShapeError } from "../wasm/errors.ts";
export type { Engine } from "../wasm/instantiate.ts";
export type { SavedNet } from "../models/network/saved-net.ts";
export type { Stream } from "../models/network/stream.ts";

let loading: Promise<Engine> | undefined;

async function start(): Promise<Engine> {
  requireSimd("load");
  return engineOf("float32", await WebAssembly.instantiate(decode(base64), {}));
}

/**
 * A net from the bytes of `save`: `predict`, `stream`, `dispose`. Throws DataError on other files,
 * OptionError on a net of float64.
 */
export function load(bytes: Uint8Array | ArrayBuffer): Promise<SavedNet> {
  return loadSaved("load", bytes, (precision) => {
    if (precision !== "float32")
      throw new OptionError(
        `load: the net computes in ${precision}, want float32; load it with network.load of "unrolled"`,
      );
    return (loading ??= start());
  });
}
