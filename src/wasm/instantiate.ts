/** From code to an engine: what was compiled is checked and gets its memory. */
import { DataError } from "./errors.ts";
import type { Kernels } from "./kernels.ts";
import { Memory, type Precision } from "./memory.ts";
import type { WasmInstance, WasmMemory, WasmModule } from "./platform.ts";

/** A loaded kernel module. */
export interface Engine {
  /** Of all reals that its kernels read and write. */
  readonly precision: Precision;
  /** The compiled code, from which workers make kernels of their own. */
  readonly module: WasmModule;
  /** The exports of the module, typed. */
  readonly kernels: Kernels;
  /** The one memory that its kernels work on. */
  readonly memory: Memory;
  /** The code of the kernels that few nets use (optional-kernels.ts), for nets that ask for them. */
  readonly optional: () => Promise<WasmModule>;
}

/** Code, and the instance that was made of it. */
export interface Compiled {
  /** The code. */
  readonly module: WasmModule;
  /** Its exports are the kernels. */
  readonly instance: WasmInstance;
}

/** Kernels made of bytes or of a module; those of optional-kernels.ts import the memory of an engine. */
export async function compile(
  code: ArrayBuffer | ArrayBufferView<ArrayBuffer> | WasmModule,
  imports: { env?: { memory: WasmMemory } } = {},
): Promise<Compiled> {
  if (!(code instanceof WebAssembly.Module)) return WebAssembly.instantiate(code, imports);
  return { module: code, instance: await WebAssembly.instantiate(code, imports) };
}

/** An engine of compiled code. Throws DataError where it has no kernels, or those of the other precision. */
export function engineOf(
  precision: Precision,
  compiled: Compiled,
  optional: () => Promise<WasmModule>,
): Engine {
  const { module, instance } = compiled;
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
