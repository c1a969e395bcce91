/**
 * Saved nets that only answer, on the strict float32 kernels: the entry `unrolled/float32` for pages that
 * play a net. It holds those kernels alone that answer, and nothing that trains; the same bits as
 * `network.load` of the main entry.
 */
import { OptionError } from "../wasm/errors.ts";
import { compile, engineOf, type Engine } from "../wasm/instantiate.ts";
import { giveModule, type ModuleName } from "../wasm/module-name.ts";
import { compileBytes } from "../wasm/on-board.ts";
import { requireSimd } from "../wasm/simd.ts";
import { unpack, type Packed } from "../wasm/unpack.ts";
import { packed } from "../wasm/binary/float32forward.ts";
import { loadSaved, type SavedNet } from "../models/network/saved-net.ts";

export { DataError, DisposedError, MemoryError, OptionError, ShapeError } from "../wasm/errors.ts";
export type { Engine } from "../wasm/instantiate.ts";
export type { SavedNet } from "../models/network/saved-net.ts";
export type { Stream } from "../models/network/stream.ts";

let loading: Promise<Engine> | undefined;

/** What `compile` makes of bytes on board. OptionError where an engine takes no bytes. */
function onBoard<T>(
  name: ModuleName,
  packed: Packed,
  compile: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  const remedy = `network.load of "unrolled/core", and ${giveModule(name)}`;
  return compileBytes("load", remedy, () => compile(unpack(packed)));
}

async function start(): Promise<Engine> {
  requireSimd("load");
  const compiled = await onBoard("float32", packed, (bytes) => compile(bytes));
  return engineOf("float32", compiled, async () => {
    const { packed } = await import("../wasm/binary/optional32.ts");
    return onBoard("optional32", packed, (bytes) => WebAssembly.compile(bytes));
  });
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
