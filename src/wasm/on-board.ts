/** The kernels that the library carries, as text, where it carries any: `unrolled/core` goes without. */
import { OptionError } from "./errors.ts";
import { giveModule, type ModuleName } from "./module-name.ts";
import { unpack, type Packed } from "./unpack.ts";

/** Every build of every module, by the name of its file. */
export type Builds = Readonly<
  Record<ModuleName | `${"float32" | "float64"}relaxed`, () => Promise<{ packed: Packed }>>
>;

let builds: Builds | undefined;

/** Puts kernels on board, for all engines loaded from now on without `wasm`. */
export function provide(those: Builds): void {
  builds = those;
}

/**
 * What `compile` makes of the bytes of a build. OptionError where none are on board, or where an engine takes
 * no bytes: both need `init({ wasm })`.
 */
export async function onBoard<T>(
  name: ModuleName,
  build: keyof Builds,
  compile: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  if (!builds)
    throw new OptionError(
      `init: no ${name} kernels are on board of "unrolled/core", want init({ wasm: { ${name} } }) with ` +
        `those of "unrolled/kernels/${name}" before the first model, or "unrolled", which has them all`,
    );
  const { packed } = await builds[build]();
  return compileBytes("init", giveModule(name), () => compile(unpack(packed)));
}

/**
 * Compiles bytes that this library carries. OptionError where the JavaScript engine takes no bytes, as
 * Cloudflare's workerd and pages without "wasm-unsafe-eval" do not; `remedy` says how to give a module.
 */
export async function compileBytes<T>(
  who: string,
  remedy: string,
  compile: () => T | PromiseLike<T>,
): Promise<T> {
  try {
    return await compile();
  } catch (error) {
    throw new OptionError(
      `${who}: this JavaScript engine does not compile kernels from bytes (${String(error)}), want ` +
        `${remedy}; in a page, a policy with "wasm-unsafe-eval"`,
      { cause: error },
    );
  }
}
