/** Loading: one engine a precision, its kernels and its memory, made once and shared by all models. */
import { instantiate, instantiateSync } from "@assemblyscript/loader";
import { DataError, knownOptions, oneOf, OptionError } from "./errors.ts";
import type { Kernels } from "./kernels.ts";
import { Memory, type Precision } from "./memory.ts";

/** A loaded kernel module. */
export interface Engine {
  readonly precision: Precision;
  readonly kernels: Kernels;
  readonly memory: Memory;
}

/** `simd`: IEEE operations in a fixed order, the same bits everywhere. `relaxed`: fused multiply-add; faster, bits may differ. */
export type Variant = "simd" | "relaxed";
/** A kernel module of one's own: the bytes, the compiled module, a response of fetch, or where to get it. */
export type WasmSource = ArrayBuffer | ArrayBufferView<ArrayBuffer> | WebAssembly.Module | Response | URL;

/** What `init` accepts. */
export interface InitOptions {
  /** Precisions to load now; others load when first used. Default "float32". */
  precision?: Precision | Precision[];
  /** The build of the kernels, for all engines loaded from now on. Default "simd"; "relaxed" throws where the engine lacks it. */
  variant?: Variant;
  /** Asks V8 to join adjacent vectors into 256 bits, with the same bits. Node 24 and later on x64; elsewhere nothing changes. */
  revectorize?: boolean;
  /** The kernels, where inlined bytes are not allowed: one source for the first precision, or one for each. */
  wasm?: WasmSource | Partial<Record<Precision, WasmSource>>;
}

/** What is in use: the variant of engines to come, V8's 256-bit flag, and the engines that are loaded. */
export interface EngineInfo {
  variant: Variant;
  revectorize: boolean;
  engines: {
    precision: Precision;
    /** "given" for kernels that came through `init({ wasm })`. */
    source: Variant | "given";
    /** Bytes allocated now, the most there ever were, and the size of the memory. */
    memory: { used: number; peak: number; reserved: number };
  }[];
}

const precisions = ["float32", "float64"] as const;
const variants = ["simd", "relaxed"] as const;
const binaries: Record<Precision, Record<Variant, () => Promise<{ base64: string }>>> = {
  float32: { simd: () => import("./binary/float32.ts"), relaxed: () => import("./binary/float32relaxed.ts") },
  float64: { simd: () => import("./binary/float64.ts"), relaxed: () => import("./binary/float64relaxed.ts") },
};

const loading = new Map<Precision, Promise<Engine>>();
const loaded = new Map<Precision, { engine: Engine; source: Variant | "given" }>();
let variant: Variant = "simd";
let revectorized = false;

/** Loads the kernels ahead of first use. Without `wasm` or a new variant idempotent; with them, engines for models made later. */
export async function init(options: InitOptions = {}): Promise<void> {
  knownOptions("init", options, ["precision", "variant", "revectorize", "wasm"]);
  const wanted = [options.precision ?? "float32"].flat().map((name) => oneOf("init", "precision", name, precisions));
  const asked = oneOf("init", "variant", options.variant ?? variant, variants);
  const sources = sourcesOf(options.wasm, wanted[0] ?? "float32");
  if (asked === "relaxed" && !WebAssembly.validate(relaxedProbe)) {
    throw new OptionError('init: variant is "relaxed", want a JavaScript engine with relaxed SIMD (Node 22, Chromium 114, Firefox 145); "simd" works here');
  }
  if (options.revectorize) revectorized = setV8Flag() || revectorized;
  if (asked !== variant) {
    variant = asked;
    for (const [precision, { source }] of loaded) if (source !== "given") loading.delete(precision);
  }
  await Promise.all(wanted.map((precision) => sources[precision] ? start(precision, sources[precision]) : engine(precision)));
}

/** The engine of one precision, loaded at the first call. */
export function engine(precision: Precision): Promise<Engine> {
  return loading.get(precision) ?? start(precision);
}

/** What is in use. */
export function engineInfo(): EngineInfo {
  return {
    variant, revectorize: revectorized,
    engines: [...loaded.values()].map(({ engine, source }) => ({ precision: engine.precision, source, memory: engine.memory.usage })),
  };
}

/** Begins to load an engine and makes it the one for models to come; a load that fails leaves the way free for another. */
function start(precision: Precision, source?: WasmSource): Promise<Engine> {
  const previous = loading.get(precision), build = source ? "given" : variant;
  const promise = load(precision, source).then((engine) => {
    if (loading.get(precision) === promise) loaded.set(precision, { engine, source: build });
    return engine;
  }, (error: unknown) => {
    if (loading.get(precision) === promise) {
      if (previous) loading.set(precision, previous); else loading.delete(precision);
    }
    throw error;
  });
  loading.set(precision, promise);
  return promise;
}

async function load(precision: Precision, source?: WasmSource): Promise<Engine> {
  if (!WebAssembly.validate(simdProbe)) throw new DataError("init: this JavaScript engine has no WebAssembly SIMD, want Node 20, Chromium 91, Firefox 89, Safari 16.4 or later");
  const code = source ? await read(source) : decode((await binaries[precision][variant]()).base64);
  // The loader's own `exports` wrap every function; the instance's are the bare kernels. Its asynchronous way asks what a Response is,
  // and Node takes 20 ms to answer that; pages must not compile synchronously.
  const { instance } = host?.versions?.node && isCode(code) ? instantiateSync(code as Code, {}) : await instantiate(code, {});
  const kernels = instance.exports as unknown as Kernels, base = kernels.heapBase;
  if (base === undefined || typeof kernels.fill !== "function") throw new DataError(`init: the ${precision} module has no kernels, want unrolled/wasm/${precision}.wasm of this version`);
  const memory = new Memory(kernels.memory, typeof base === "number" ? base : Number(base.value), precision);
  const probe = memory.allocate(8);
  kernels.fill(1, 1, probe);
  const bits = memory.ints(probe, 1)[0];
  memory.free(probe);
  if ((bits === 0) !== (precision === "float64")) throw new DataError(`init: the module given for ${precision} computes in the other precision, want unrolled/wasm/${precision}.wasm`);
  return { precision, kernels, memory };
}

type Code = ArrayBuffer | ArrayBufferView<ArrayBuffer> | WebAssembly.Module;
const isCode = (code: unknown): boolean =>
  code instanceof WebAssembly.Module || code instanceof ArrayBuffer || ArrayBuffer.isView(code);

function sourcesOf(wasm: InitOptions["wasm"], first: Precision): Partial<Record<Precision, WasmSource>> {
  if (wasm === undefined) return {};
  const single = wasm instanceof URL || isCode(wasm) || (typeof Response !== "undefined" && wasm instanceof Response);
  if (single) return { [first]: wasm as WasmSource };
  knownOptions("init: wasm", wasm as object, precisions);
  return wasm as Partial<Record<Precision, WasmSource>>;
}

async function read(source: WasmSource): Promise<Code | Response> {
  if (source instanceof URL && source.protocol === "file:" && host?.getBuiltinModule) {
    return host.getBuiltinModule("node:fs/promises").readFile(source);
  }
  if (isCode(source)) return source as Code;
  const answer = source instanceof URL ? await fetch(source) : source as Response;
  if (!answer.ok) throw new DataError(`init: ${answer.url || "the response"} answered ${answer.status}, want a .wasm file`);
  return answer.headers.get("content-type")?.startsWith("application/wasm") ? answer : answer.arrayBuffer();
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const { Buffer: Quick } = globalThis as { Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> } };
  if (Quick) return Quick.from(base64, "base64"); // Node's atob takes 10 ms for what this does in one
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** What is used of Node's `process`, reached without an import so that pages and bundlers never see `node:`. */
interface Host {
  arch: string;
  versions: Record<string, string | undefined>;
  getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flag: string): void };
  getBuiltinModule?(name: "node:fs/promises"): { readFile(path: URL): Promise<Uint8Array<ArrayBuffer>> };
}
const host = (globalThis as { process?: Host }).process;

/** Sets V8's flag for 256-bit vectors, where the identity test has held it to the same bits: Node 24 and later on x64. */
function setV8Flag(): boolean {
  const versions = host?.versions;
  if (!versions?.node || versions.bun || versions.deno || parseInt(versions.node) < 24 || host!.arch !== "x64") return false;
  host!.getBuiltinModule!("node:v8").setFlagsFromString("--experimental-wasm-revectorize");
  return true;
}

// Modules of one function, i8x16.splat of zero and f32x4.relaxed_madd of three such: valid where the instructions exist.
const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10], splat = [65, 0, 253, 15];
const simdProbe = Uint8Array.from([...header, 8, 1, 6, 0, ...splat, 11]);
const relaxedProbe = Uint8Array.from([...header, 19, 1, 17, 0, ...splat, ...splat, ...splat, 253, 133, 2, 11]);
