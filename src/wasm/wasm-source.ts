/**
 * Where kernels come from: what `init({ wasm })` takes, how its code is read, and the error when it cannot
 * be.
 */
import { DataError, knownOptions, OptionError, show } from "./errors.ts";
import { precisions, type Precision } from "./memory.ts";

/** A kernel module of one's own: the bytes, the compiled module, a response of fetch, or where to get it. */
export type WasmSource = ArrayBuffer | ArrayBufferView<ArrayBuffer> | WebAssembly.Module | Response | URL;
/** What can be compiled, or is. */
export type Code = ArrayBuffer | ArrayBufferView<ArrayBuffer> | WebAssembly.Module;
/** A source, or the promise of one, as `fetch` gives it. */
export type Awaitable = WasmSource | PromiseLike<WasmSource>;
/** The source of each precision that has one. */
export type Sources = Partial<Record<Precision, Awaitable>>;

const kinds = "want bytes, a WebAssembly.Module, a Response or a URL";
/** Is it bytes or a module? No type guard: to TypeScript every object is a WebAssembly.Module. */
export const isCode = (value: unknown): boolean =>
  value instanceof WebAssembly.Module || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
const isResponse = (value: unknown): value is Response =>
  typeof Response !== "undefined" && value instanceof Response;
const isSource = (value: unknown): boolean => isCode(value) || value instanceof URL || isResponse(value);
const isPromise = (value: unknown): value is PromiseLike<WasmSource> =>
  typeof (value as PromiseLike<unknown> | null)?.then === "function";

/**
 * The sources of `init`, and the precisions to load: those asked for, or else those that have a source.
 * OptionError on anything else.
 */
export function readSources(
  wasm: unknown,
  asked: readonly Precision[] | undefined,
): { sources: Sources; wanted: readonly Precision[] } {
  if (wasm === undefined) return { sources: {}, wanted: asked ?? ["float32"] };
  const sources = sourcesOf(wasm, asked?.[0] ?? "float32");
  const given = precisions.filter((precision) => precision in sources);
  const wanted = asked ?? given;
  for (const precision of given) {
    const source = sources[precision];
    if (!isSource(source) && !isPromise(source))
      throw new OptionError(`init: wasm.${precision} is ${show(source)}, ${kinds}`);
    if (!wanted.includes(precision))
      throw new OptionError(
        `init: wasm has ${precision}, want one of the precisions asked ` +
          `for, ${wanted.join(", ") || "none"}; leave precision out to load what wasm has`,
      );
  }
  return { sources, wanted };
}

/** Sources by precision; one alone is that of `first`. */
function sourcesOf(wasm: unknown, first: Precision): Sources {
  if (isSource(wasm) || isPromise(wasm)) return { [first]: wasm };
  const isRecord = wasm !== null && typeof wasm === "object" && !Array.isArray(wasm);
  if (!isRecord || Object.keys(wasm).length === 0)
    throw new OptionError(`init: wasm is ${show(wasm)}, ${kinds}, or an object of them by precision`);
  knownOptions("init: wasm", wasm, precisions);
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
async function saying<T>(what: string, precision: Precision, body: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw new DataError(
      `init: ${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}, ` +
        `want unrolled/wasm/${precision}.wasm of this version`,
      { cause: error },
    );
  }
}

/**
 * Calls `instantiate` with the code behind a source or, typed application/wasm, the response to compile while
 * it arrives. DataError where the source cannot be reached, answers an error, or is no module.
 */
export async function withCode<T>(
  precision: Precision,
  given: Awaitable,
  instantiate: (code: Code | Response) => T | PromiseLike<T>,
): Promise<T> {
  const source = isPromise(given)
    ? await saying(`wasm.${precision} is a promise that failed`, precision, () => given)
    : given;
  if (!isSource(source))
    throw new OptionError(`init: wasm.${precision} is a promise of ${show(source)}, ${kinds}`);
  const answer =
    source instanceof URL
      ? await saying(`${source.href} cannot be read`, precision, () => fetched(source))
      : source;
  const name = nameOf(isResponse(answer) ? answer : source);
  const code = isResponse(answer) ? await bodyOf(answer, name, precision) : answer;
  return saying(`${name} cannot be compiled to kernels`, precision, () => instantiate(code));
}

/** A response that can be compiled as it arrives, or else its bytes. DataError where it answers an error. */
async function bodyOf(response: Response, name: string, precision: Precision): Promise<Code | Response> {
  if (!response.ok)
    throw new DataError(
      `init: ${response.url || "the response"} answered ${response.status}, ` +
        `want unrolled/wasm/${precision}.wasm`,
    );
  if (response.headers.get("content-type")?.startsWith("application/wasm")) return response;
  return saying(`${name} cannot be read`, precision, () => response.arrayBuffer());
}

/** What stands at an address; files are read where there is Node's `process`. */
async function fetched(address: URL): Promise<Code | Response> {
  const host = (
    globalThis as {
      process?: {
        getBuiltinModule?(name: "node:fs/promises"): {
          readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>;
        };
      };
    }
  ).process;
  return address.protocol === "file:" && host?.getBuiltinModule
    ? host.getBuiltinModule("node:fs/promises").readFile(address)
    : fetch(address);
}
