/**
 * Kernels that a program brings along: what `init({ wasm })` takes, how its code is read, and the error when
 * it cannot be. What has to be fetched first is for fetched-source.ts.
 */
import { DataError, knownOptions, OptionError, show } from "./errors.ts";
import { compile, type Compiled } from "./instantiate.ts";
import { precisions, type Precision } from "./memory.ts";
import { optionalOf, type ModuleName } from "./module-name.ts";
import type { Response, URL, WasmModule } from "./platform.ts";

/** A kernel module of one's own: the bytes, the compiled module, a response of fetch, or where to get it. */
export type WasmSource = ArrayBuffer | ArrayBufferView<ArrayBuffer> | WasmModule | Response | URL;
/** What can be compiled, or is. */
export type Code = ArrayBuffer | ArrayBufferView<ArrayBuffer> | WasmModule;
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

/** What a source may be, for errors. */
export const kinds = "want bytes, a WebAssembly.Module, a Response or a URL";
/** Is it bytes or a module? No type guard: to TypeScript every object is a WebAssembly.Module. */
export const isCode = (value: unknown): boolean =>
  value instanceof WebAssembly.Module || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
/** Is it an answer of fetch? */
export const isResponse = (value: unknown): value is Response =>
  typeof Response !== "undefined" && value instanceof Response;
/** Is it any source? */
export const isSource = (value: unknown): boolean =>
  isCode(value) || value instanceof URL || isResponse(value);
/** Is it the promise of a source? */
export const isPromise = (value: unknown): value is PromiseLike<WasmSource> =>
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
export function nameOf(source: WasmSource): string {
  if (source instanceof URL) return source.href;
  if (isResponse(source)) {
    const type = source.headers.get("content-type");
    return `${source.url || "the response"}${type === null ? "" : ` (${type})`}`;
  }
  return "byteLength" in source ? `the ${source.byteLength} bytes` : "the module";
}

/** Makes `body` name what it could not read, keeping the error it met as the cause. */
export async function saying<T>(
  what: string,
  module: ModuleName,
  body: () => T | PromiseLike<T>,
): Promise<T> {
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

/** The module of code. */
export const toModule = async (code: Code): Promise<WasmModule> =>
  code instanceof WebAssembly.Module ? code : WebAssembly.compile(code);

/** What `make` makes of code at hand, which is not fetched. */
const made = <T>(name: ModuleName, code: Code, make: (code: Code) => Promise<T>): Promise<T> =>
  saying(`${nameOf(code)} cannot be compiled to kernels`, name, () => make(code));

const compileGiven = async (name: ModuleName, given: Awaitable): Promise<Compiled> =>
  isCode(given)
    ? made(name, given, (code) => compile(code))
    : (await import("./fetched-source.ts")).fetchKernels(name, given);

const moduleOf = async (name: ModuleName, given: Awaitable): Promise<WasmModule> =>
  isCode(given)
    ? made(name, given, toModule)
    : (await import("./fetched-source.ts")).fetchModule(name, given);
