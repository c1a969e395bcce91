/** Elementary functions of a few numbers outside the kernels' memory, with the bits that the kernels give. */
import type { Engine } from "./engine.ts";

/** Functions that the kernels know element by element. */
export type Elementary = "mapExp" | "mapLog" | "mapLogistic";

/** f(x) of each value, in the engine's precision; `values` may be a view of kernel memory. */
export function elementwise(
  { kernels, memory }: Pick<Engine, "kernels" | "memory">,
  f: Elementary,
  values: ArrayLike<number>,
): Float64Array {
  const x = Float64Array.from(values);
  const ptr = memory.allocate(Math.max(x.length, 1) * memory.realBytes);
  try {
    memory.reals(ptr, x.length).set(x);
    kernels[f](x.length, ptr, ptr);
    return Float64Array.from(memory.reals(ptr, x.length));
  } finally {
    memory.free(ptr);
  }
}
