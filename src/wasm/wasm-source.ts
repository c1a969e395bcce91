/**
 * Kernels that a program brings along: what `init({ wasm })` takes, how its code is read, and the error when
 * it cannot be. Loaded by `init({ wasm })` alone.
 */
import { instantiate, instantiateSync } from "@assemblyscript/loader";
import { DataError, knownOptions, OptionError, show } from "./errors.ts";
import type { Compiled } from "./instantiate.ts";
import { precisions, type Precision } from "./memory.ts";
import { optionalOf, type ModuleName } from "./module-name.ts";
import type { Response, URL, WasmModule } from "./platform.ts";

/** A kernel module of one's own: the bytes, the compiled module, a response of fetch, or where to get it. */
export type WasmSource = ArrayBuffer | ArrayBufferView<ArrayBuffer> | WasmModule | Response | URL;
/** What can be compiled, or is. */
type Code = ArrayBuffer | ArrayBufferView<ArrayBuffer> | WasmModule;
/** A source, or the promise of one, as `fetch` gives it. */
export type Awaitable = WasmSource | PromiseLike<WasmSource>;
type Sources = Partial<Record<ModuleName, Awaitable>>;

/** What `init({ wasm })` asks for: the precisions to load, and how to compile what has a source. */
export interface Given {
  readonly wanted: readonly Precision[];
  readonly kernels?: Partial<Record<Precision, () => Promise<Compiled>>>;
  readonly optional?: Partial<Record<Precision, () => Promise<WasmModule>>>;
}

const names: readonly ModuleName[] = [...precisions, ...precisions.map(optionalOf)];

const kinds = "want bytes, a WebAssembly.Module, a Response or a URL";
/** Is it bytes or a module? No type guard: to TypeScript every object is a WebAssembly.Module. */
const isCode = (value: unknown): boolean =>
  value instanceof WebAssembly.Module || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
const isResponse = (value: unknown): value is Response =>
  typeof Response !== "undefined" && value instanceof Response;
const isSource = (value: unknown): boolean => isCode(value) || value instanceof URL || isResponse(value);
const isPromise = (value: unknown): value is PromiseLike<WasmSource> =>
  typeof (value as PromiseLike<unknown> | null)?.then === "function";

/**
 * Reads `wasm`. Precisions to load are those asked for, or else those that have a source. OptionError on
 * anything else.
 */
export function readGiven(wasm: unknown, asked: readonly Precision[] | undefined): Given {
  const sources = sourcesOf(wasm, asked?.[0] ?? "float32");
  for (const name of names)
    if (name in sources && !isSource(sources[name]) && !isPromise(sources[name]))
      throw new OptionError(`init: wasm.${name} is ${show(sources[name])}, ${kinds}`);
  const given = precisions.filter((precision) => precision in sources);
  const wanted = asked ?? given;
  for (const precision of given)
    if (!wanted.includes(precision))
      throw new OptionError(
        `init: wasm has ${precision}, want one of the precisions asked ` +
          `for, ${wanted.join(", ") || "none"}; leave precision out to load what wasm has`,
      );
  const compilers = <T>(
    nameOf: (precision: Precision) => ModuleName,
    compile: (name: ModuleName, source: Awaitable) => Promise<T>,
  ): Partial<Record<Precision, () => Promise<T>>> =>
    Object.fromEntries(
      precisions.flatMap((precision) => {
        const source = sources[nameOf(precision)];
        return source === undefined ? [] : [[precision, () => compile(nameOf(precision), source)]];
      }),
    );
  return {
    wanted,
    kernels: compilers((precision) => precision, compileGiven),
    optional: compilers(optionalOf, moduleOf),
  };
}

/** Sources by precision; one alone is that of `first`. */
function sourcesOf(wasm: unknown, first: Precision): Sources {
  if (isSource(wasm) || isPromise(wasm)) return { [first]: wasm };
  const isRecord = wasm !== null && typeof wasm === "object" && !Array.isArray(wasm);
  if (!isRecord || Object.keys(wasm).length === 0)
    throw new OptionError(`init: wasm is ${show(wasm)}, ${kinds}, or an object of them by precision`);
  knownOptions("init: wasm", wasm, names);
  return wasm;
}

/** A source in words, for errors. */
function nameOf(source: WasmSource): string {
  if (source instanceof URL) return source.href;
  if (isResponse(source)) {
    const type = source.headers.get("content-type");
    return `${source.url || "the response"}${type === null ? "" : ` (${type})`}`;
  }
  return "byteLength" in source ? `the ${source.byteLength} bytes` : "the module";
}

/** Makes `body` name what it could not read, keeping the error it met as the cause. */
async function saying<T>(what: string, module: ModuleName, body: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw new DataError(
      `init: ${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}, ` +
        `want unrolled/wasm/${module}.wasm of this version`,
      { cause: error },
    );
  }
}

const { process: host } = globalThis as {
  process?: {
    versions?: { node?: string };
    getBuiltinModule?(name: "node:fs/promises"): { readFile(path: URL): Promise<Uint8Array<ArrayBuffer>> };
  };
};

/** Kernels of a source: the instance's exports are the bare ones, the loader's own `exports` wrap them. */
const compileGiven = (name: ModuleName, given: Awaitable): Promise<Compiled> =>
  withCode(name, given, async (code) =>
    // the loader's asynchronous way asks what a Response is, and Node takes 20 ms to answer that; pages must
    // not compile synchronously
    host?.versions?.node && isCode(code)
      ? instantiateSync(code as BufferSource, {})
      : instantiate(code as BufferSource, {}),
  );

/** The module of a source, for kernels that import a memory. */
const moduleOf = (name: ModuleName, given: Awaitable): Promise<WasmModule> =>
  withCode(name, given, async (code) => {
    if (code instanceof WebAssembly.Module) return code;
    return isCode(code)
      ? WebAssembly.compile(code as BufferSource)
      : WebAssembly.compileStreaming(code as Response);
  });

/**
 * Calls `instantiate` with the code behind a source or, typed application/wasm, the response to compile while
 * it arrives. DataError where the source cannot be reached, answers an error, or is no module.
 */
async function withCode<T>(
  module: ModuleName,
  given: Awaitable,
  instantiate: (code: Code | Response) => T | PromiseLike<T>,
): Promise<T> {
  const source = isPromise(given)
    ? await saying(`wasm.${module} is a promise that failed`, module, () => given)
    : given;
  if (!isSource(source))
    throw new OptionError(`init: wasm.${module} is a promise of ${show(source)}, ${kinds}`);
  const answer =
    source instanceof URL
      ? await saying(`${source.href} cannot be read`, module, () => fetched(source))
      : source;
  const name = nameOf(isResponse(answer) ? answer : source);
  const code = isResponse(answer) ? await bodyOf(answer, name, module) : answer;
  return saying(`${name} cannot be compiled to kernels`, module, () => instantiate(code));
}

/** A response that can be compiled as it arrives, or else its bytes. DataError where it answers an error. */
async function bodyOf(response: Response, name: string, module: ModuleName): Promise<Code | Response> {
  if (!response.ok)
    throw new DataError(
      `init: ${response.url || "the response"} answered ${response.status}, ` +
        `want unrolled/wasm/${module}.wasm`,
    );
  if (response.headers.get("content-type")?.startsWith("application/wasm")) return response;
  return saying(`${name} cannot be read`, module, () => response.arrayBuffer());
}

/** What stands at an address; files are read where there is Node's `process`. */
const fetched = async (address: URL): Promise<Code | Response> =>
  address.protocol === "file:" && host?.getBuiltinModule
    ? host.getBuiltinModule("node:fs/promises").readFile(address)
    : fetch(address);
