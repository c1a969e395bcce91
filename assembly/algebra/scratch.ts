/**
 * Buffers for the activations of up to CHUNK units of a row: cells and losses work in passes over it, so that
 * the elementary functions run in their own loops (maps.ts) whatever surrounds them. It belongs to the
 * memory: kernels of one memory run one at a time.
 */
import { SIZE } from "../vector";

/** Units taken at once: 6 planes of f64 stay below a fifth of a 32 KiB L1 cache. */
@inline export const CHUNK: i32 = 128;

const planes = memory.data(6 * 128 * 8, 64);

/** Plane i, 0 to 5: CHUNK reals; planes are adjacent. */
@inline
export function plane(i: i32): usize {
  return planes + <usize>i * CHUNK * SIZE;
}
