/** Loading: one engine a precision, its kernels and its memory, made once and shared by all models. */
import { instantiate } from "@assemblyscript/loader";
import type { Kernels } from "./kernels.ts";
import { Memory, type Precision } from "./memory.ts";

/** A loaded kernel module. */
export interface Engine {
  readonly precision: Precision;
  readonly kernels: Kernels;
  readonly memory: Memory;
}

/** What `init` accepts in place of the embedded kernels of one precision. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | URL;
export interface InitOptions {
  /** Precisions to load now; others load when first used. Default ["float32"]. */
  precision?: Precision | Precision[];
  /** The kernels, where inlined bytes are not allowed: one source for the first precision, or one for each. */
  wasm?: WasmSource | Partial<Record<Precision, WasmSource>>;
}

const engines = new Map<Precision, Promise<Engine>>();

const decode = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

async function embedded(precision: Precision): Promise<BufferSource> {
  const module = precision === "float32" ? await import("./binary/float32.ts") : await import("./binary/float64.ts");
  return decode(module.base64);
}

async function load(precision: Precision, source?: WasmSource): Promise<Engine> {
  const code = source instanceof URL ? fetch(source) : source ?? await embedded(precision);
  const { exports } = await instantiate(code as BufferSource, {});
  const kernels = exports as unknown as Kernels, base = kernels.heapBase;
  return { precision, kernels, memory: new Memory(kernels.memory, typeof base === "number" ? base : Number(base.value), precision) };
}

/** Loads the kernels ahead of first use. Idempotent without `wasm`; with it, replaces engines for models made later. */
export async function init(options: InitOptions = {}): Promise<void> {
  const wanted = [options.precision ?? "float32"].flat();
  const sources = options.wasm;
  const single = sources instanceof URL || sources instanceof WebAssembly.Module || sources instanceof ArrayBuffer
    || ArrayBuffer.isView(sources) || (typeof Response !== "undefined" && sources instanceof Response);
  for (const precision of wanted) {
    const source = single ? (precision === wanted[0] ? sources as WasmSource : undefined)
      : (sources as Partial<Record<Precision, WasmSource>> | undefined)?.[precision];
    if (source !== undefined || !engines.has(precision)) engines.set(precision, load(precision, source));
  }
  await Promise.all(wanted.map((precision) => engines.get(precision)));
}

/** The engine of one precision, loaded at the first call. */
export function engine(precision: Precision): Promise<Engine> {
  let loaded = engines.get(precision);
  if (!loaded) engines.set(precision, loaded = load(precision));
  return loaded;
}
