// The programs that nets are compared with, from a package of their own, and the comparison.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("peers/package.json", import.meta.url));

/** A module of test/exchange/peers. */
export const peer = async (name) => {
  const module = await import(pathToFileURL(require.resolve(name)).href);
  return module.default?.InferenceSession ? module.default : module;
};

/** Largest difference of two vectors; ∞ where their lengths differ. */
export const largest = (got, want) =>
  got.length === want.length
    ? Array.from(want).reduce((largest, v, i) => Math.max(largest, Math.abs(v - Number(got[i]))), 0)
    : Infinity;
