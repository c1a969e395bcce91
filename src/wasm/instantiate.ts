/** From code to an engine: what was compiled is checked and gets its memory. */
import { instantiate, instantiateSync } from "@assemblyscript/loader";
import { DataError } from "./errors.ts";
import type { Kernels } from "./kernels.ts";
import { Memory, type Precision } from "./memory.ts";
import { isCode, type Code } from "./wasm-source.ts";

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
  /** The code of the kernels that few nets use (optional-kernels.ts), for nets that ask for them. */
  readonly optional: () => Promise<WebAssembly.Module>;
}

/**
 * Kernels made of bytes, of a module, or of a response while it arrives; those of optional-kernels.ts
 * import the memory of an engine. The instance's exports are the bare kernels: the loader's own `exports`
 * wrap every function.
 */
export async function compile(
  code: Code | Response,
  imports: { env?: { memory: WebAssembly.Memory } } = {},
): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  // the loader's asynchronous way asks what a Response is, and Node takes 20 ms to answer that; pages must
  // not compile synchronously
  const { process: host } = globalThis as { process?: { versions?: { node?: string } } };
  return host?.versions?.node && isCode(code) ? instantiateSync(code, imports) : instantiate(code, imports);
}

/** An engine of compiled code. Throws DataError where it has no kernels, or those of the other precision. */
export function engineOf(
  precision: Precision,
  { module, instance }: WebAssembly.WebAssemblyInstantiatedSource,
  optional: () => Promise<WebAssembly.Module>,
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
  return { precision, module, kernels, memory, optional };
}
