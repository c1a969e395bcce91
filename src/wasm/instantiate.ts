/** From code to an engine: what was compiled is checked and gets its memory. */
import { DataError } from "./errors.ts";
import type { Kernels } from "./kernels.ts";
import { Memory, type Precision } from "./memory.ts";

/** A loaded kernel module. */
export interface Engine {
  /** Of all reals that its kernels read and write. */
  readonly precision: Precision;
  /** The compiled code, from which workers make kernels of their own. */
  readonly module: WebAssembly.Module;
  /** The exports of the module, typed. */
  readonly kernels: Kernels;
  /** The one memory that its kernels work on. */
  readonly memory: Memory;
}

/** An engine of compiled code. Throws DataError where it has no kernels, or those of the other precision. */
export function engineOf(
  precision: Precision,
  { module, instance }: WebAssembly.WebAssemblyInstantiatedSource,
): Engine {
  const kernels = instance.exports as unknown as Kernels;
  const base = kernels.heapBase;
  if (base === undefined || typeof kernels.fill !== "function")
    throw new DataError(
      `init: the ${precision} module has no kernels, want unrolled/wasm/${precision}.wasm of this version`,
    );
  const memory = new Memory(kernels.memory, typeof base === "number" ? base : Number(base.value), precision);
  const probe = memory.allocate(8);
  kernels.fill(1, 1, probe);
  const bits = memory.ints(probe, 1)[0];
  memory.free(probe);
  if ((bits === 0) !== (precision === "float64"))
    throw new DataError(
      `init: the module given for ${precision} computes in the other precision, want ` +
        `unrolled/wasm/${precision}.wasm`,
    );
  return { precision, module, kernels, memory };
}

/** The bytes of a base64 text. */
export function decode(base64: string): Uint8Array<ArrayBuffer> {
  const { Buffer: Quick } = globalThis as {
    Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
  };
  if (Quick) return Quick.from(base64, "base64"); // Node's atob takes 10 ms for what this does in one
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}
