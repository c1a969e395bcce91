/**
 * What vector instructions an engine has: modules of one function, i8x16.splat of zero and f32x4.relaxed_madd
 * of three such, are valid where the instructions exist.
 */
import { DataError } from "./errors.ts";

const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10];
const splat = [65, 0, 253, 15];
const simdProbe = /* @__PURE__ */ Uint8Array.from([...header, 8, 1, 6, 0, ...splat, 11]);
const relaxedProbe = /* @__PURE__ */ Uint8Array.from([
  ...header,
  19,
  1,
  17,
  0,
  ...splat,
  ...splat,
  ...splat,
  253,
  133,
  2,
  11,
]);

/** Throws DataError where this engine lacks the SIMD of WebAssembly. */
export function requireSimd(who: string): void {
  if (WebAssembly.validate(simdProbe)) return;
  throw new DataError(
    `${who}: this JavaScript engine has no WebAssembly SIMD, want Node 20, Chromium 91, Firefox 89, ` +
      "Safari 16.4 or later",
  );
}
/** Whether it has relaxed SIMD too: Node 22, Chromium 114, Firefox 145. */
export const hasRelaxed = (): boolean => WebAssembly.validate(relaxedProbe);
