/** Packages that only some need, and that are loaded when they are needed. */
import { OptionError } from "./errors.ts";

/**
 * What a package exports. `what` is done by it, in words; `module` imports it, by a name that is not literal
 * where bundles for pages must not follow it. Rejects with OptionError where the package is missing.
 */
export async function optionalPackage<T>(
  who: string,
  what: string,
  name: string,
  module: () => Promise<unknown>,
): Promise<T> {
  try {
    const loaded = (await module()) as { default?: T };
    return loaded.default ?? (loaded as T); // what bundlers make of CommonJS
  } catch (error) {
    throw new OptionError(`${who}: ${what} by the package "${name}", which is not installed: npm i ${name}`, {
      cause: error,
    });
  }
}
