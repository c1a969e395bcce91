/**
 * Kernels that `init({ wasm })` has to wait for: promises, addresses and responses, which are compiled while
 * they arrive. Loaded when `init` is given one.
 */
import { instantiate } from "@assemblyscript/loader";
import { DataError, OptionError, show } from "./errors.ts";
import { compile, type Compiled } from "./instantiate.ts";
import type { ModuleName } from "./module-name.ts";
import type { Response, URL, WasmModule } from "./platform.ts";
import {
  isCode,
  isPromise,
  isResponse,
  isSource,
  kinds,
  nameOf,
  saying,
  toModule,
  type Awaitable,
  type Code,
} from "./wasm-source.ts";

/** Kernels of a source: the instance's exports are the bare ones, the loader's own `exports` wrap them. */
export const fetchKernels = (name: ModuleName, given: Awaitable): Promise<Compiled> =>
  withCode(name, given, async (code) =>
    isCode(code) ? compile(code) : instantiate(code as globalThis.Response, {}),
  );

/** The module of a source, for kernels that import a memory. */
export const fetchModule = (name: ModuleName, given: Awaitable): Promise<WasmModule> =>
  withCode(name, given, async (code) =>
    isCode(code) ? toModule(code) : WebAssembly.compileStreaming(code as globalThis.Response),
  );

const { process: host } = globalThis as {
  process?: {
    getBuiltinModule?(name: "node:fs/promises"): { readFile(path: URL): Promise<Uint8Array<ArrayBuffer>> };
  };
};

/**
 * Calls `make` with the code behind a source or, typed application/wasm, the response to compile while
 * it arrives. DataError where the source cannot be reached, answers an error, or is no module.
 */
async function withCode<T>(
  module: ModuleName,
  given: Awaitable,
  make: (code: Code | Response) => T | PromiseLike<T>,
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
  return saying(`${name} cannot be compiled to kernels`, module, () => make(code));
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
