/**
 * Readers on files that were changed at random: bytes replaced, cut out, repeated, the file cut off. A reader
 * either reads or throws an error of this library, and does either soon.
 */
import { DataError, MemoryError, NumericError, OptionError, ShapeError } from "../../src/wasm/errors.ts";

/** Numbers below n, by xorshift (Marsaglia 2003). */
export function chance(seed: number): (n: number) => number {
  let x = (seed * 2654435761) >>> 0 || 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return Math.floor(((x >>> 0) / 2 ** 32) * n);
  };
}

/** Bytes with one to four changes. */
export function mutated(file: Uint8Array, below: (n: number) => number): Uint8Array<ArrayBuffer> {
  let bytes = Array.from(file);
  for (let changes = 1 + below(4); changes > 0; --changes) {
    const at = below(bytes.length + 1);
    switch (below(6)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes.splice(at, 1 + below(8));
        break;
      case 2:
        bytes.splice(at, 0, ...bytes.slice(at, at + 1 + below(16)));
        break;
      case 3:
        bytes.splice(at, 1, [0, 1, 127, 128, 255][below(5)]);
        break;
      default:
        bytes.splice(at, 1, below(256));
    }
  }
  return Uint8Array.from(bytes);
}

const ours = [DataError, MemoryError, OptionError, ShapeError, NumericError];

/**
 * Reads `count` changed copies of each file. Resolves to the faults: foreign errors, with the seed of the
 * copy. `read` gets the copy.
 */
export async function fuzz(
  files: readonly Uint8Array[],
  count: number,
  read: (bytes: Uint8Array<ArrayBuffer>) => unknown,
): Promise<string[]> {
  const faults: string[] = [];
  for (let seed = 0; seed < count; ++seed) {
    const below = chance(seed + 1);
    const bytes = mutated(files[seed % files.length], below);
    try {
      const made = await read(bytes);
      (made as { dispose?: () => void } | undefined)?.dispose?.();
    } catch (error) {
      if (!ours.some((type) => error instanceof type)) faults.push(`seed ${seed}: ${String(error)}`);
    }
  }
  return faults;
}
