/** Elementary functions of a few numbers outside the kernels' memory, with the bits that the kernels give. */
import type { Ptr } from "./kernels.ts";
import type { Memory } from "./memory.ts";

/** A kernel that maps a function over n reals: y = f(x); x and y may be one buffer. */
type MapKernel = (n: number, x: Ptr, y: Ptr) => void;

/** Kernels, of any module, that map the function F over reals. */
interface Mapping<F extends string> {
  readonly kernels: Readonly<Record<F, MapKernel>>;
  readonly memory: Memory;
}

/**
 * f(x) of each value, in the precision of the kernels; `values` may be a view of their memory. Throws
 * MemoryError where it is full.
 */
export function elementwise<F extends string>(
  { kernels, memory }: Mapping<F>,
  f: F,
  values: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const x = Float64Array.from(values);
  const ptr = memory.allocate(Math.max(x.length, 1) * memory.realBytes);
  try {
    memory.reals(ptr, x.length).set(x);
    kernels[f](x.length, ptr, ptr);
    return new Float64Array(memory.reals(ptr, x.length));
  } finally {
    memory.free(ptr);
  }
}
