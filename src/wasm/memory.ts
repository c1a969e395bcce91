/**
 * One kernel memory: a first-fit allocator of aligned blocks, arenas over it, and short-lived typed views.
 */
import { MemoryError } from "./errors.ts";
import { released, releaseWhenForgotten, type Holding } from "./forgotten.ts";
import type { Ptr } from "./kernels.ts";
import type { WasmMemory } from "./platform.ts";

const ALIGNMENT = 64; // a cache line; also keeps every v128 access aligned
const PAGE = 65536; // a WebAssembly page
const LIMIT = 0xffff0000; // 4 GiB less one page: the reach of a 32-bit address

/** Reals of one precision. */
export type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
export const precisions = ["float32", "float64"] as const;
/** How full a memory is, in bytes. */
export interface MemoryUsage {
  /** Allocated now. */
  used: number;
  /** The largest `used` there ever was. */
  peak: number;
  /** The size of the memory. */
  reserved: number;
}

/** Of the reals in an engine, a net and its files. */
export type Precision = (typeof precisions)[number];

/** Bytes as an error names them. */
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const round = (bytes: number): number => Math.ceil(Math.max(bytes, 1) / ALIGNMENT) * ALIGNMENT;

let moving = false;

/**
 * For tests: from now on every allocation detaches all views taken before it, as growth does, and blocks are
 * filled with NaN when they are given out and when they come back. Whoever keeps a view across an allocation,
 * or reads what nobody wrote, is found by any test that runs so.
 */
export function moveAtEveryAllocation(): void {
  moving = true;
}

/** The linear memory of one engine. Views come fresh at each call: growth detaches older ones. */
export class Memory {
  /** Bytes of one real: 4 or 8. */
  readonly realBytes: number;
  readonly #memory: WasmMemory;
  readonly #sizes = new Map<number, number>();
  readonly #held = new Map<string, { bytes: number; holders: number }>();
  #free: { from: number; size: number }[];
  #used = 0;
  #peak = 0;
  #buffer: ArrayBuffer | undefined;
  #reals!: Floats;
  #ints!: Int32Array<ArrayBuffer>;

  constructor(memory: WasmMemory, heapBase: number, precision: Precision) {
    this.realBytes = precision === "float32" ? 4 : 8;
    this.#memory = memory;
    const from = round(heapBase);
    this.#free = [{ from, size: memory.buffer.byteLength - from }];
  }

  /** How full it is. */
  get usage(): MemoryUsage {
    return { used: this.#used, peak: this.#peak, reserved: this.#memory.buffer.byteLength };
  }

  /**
   * A block of at least `bytes` bytes, 64-byte aligned, contents undefined. Throws MemoryError where there is
   * none left, and everything is as it was before.
   */
  allocate(bytes: number): Ptr {
    const size = round(bytes);
    let at = this.#free.findIndex((hole) => hole.size >= size);
    if (at < 0) at = this.#grow(size);
    const hole = this.#free[at];
    const from = hole.from;
    if (hole.size === size) this.#free.splice(at, 1);
    else {
      hole.from += size;
      hole.size -= size;
    }
    this.#sizes.set(from, size);
    this.#used += size;
    if (this.#used > this.#peak) this.#peak = this.#used;
    if (moving) this.#move(from, size);
    return from as Ptr;
  }

  /**
   * Throws MemoryError where `bytes` more do not fit beside what is in use, `given` bytes of which would be
   * given back. what: whose they would be.
   */
  require(bytes: number, given: number, what: string): void {
    if (this.#used - given + bytes > LIMIT) throw this.#full(bytes, what);
  }

  /** Gives a block back. A pointer that `allocate` did not give is an error. */
  free(ptr: Ptr): void {
    const size = this.#sizes.get(ptr);
    if (size === undefined) throw new Error(`memory: free(${ptr}) is not an allocated block`);
    this.#sizes.delete(ptr);
    this.#used -= size;
    if (moving) this.#move(ptr, size);
    this.#release(ptr, size);
  }

  /** A view of n reals at ptr, good until the next allocation. */
  reals(ptr: Ptr, n: number): Floats {
    this.#refresh();
    const from = ptr / this.realBytes;
    return this.#reals.subarray(from, from + n);
  }

  /** A view of n 32-bit integers at ptr, good until the next allocation. */
  ints(ptr: Ptr, n: number): Int32Array<ArrayBuffer> {
    this.#refresh();
    return this.#ints.subarray(ptr / 4, ptr / 4 + n);
  }

  /** All of the memory as 32-bit integers, good until the next allocation. */
  get words(): Int32Array<ArrayBuffer> {
    this.#refresh();
    return this.#ints;
  }

  /** The address `count` reals behind ptr. */
  at(ptr: Ptr, count: number): Ptr {
    return (ptr + count * this.realBytes) as Ptr;
  }

  #move(from: number, size: number): void {
    this.#memory.grow(0); // detaches the buffer, as every growth does
    new Uint8Array(this.#memory.buffer, from, size).fill(0xff);
  }

  #refresh(): void {
    const buffer = this.#memory.buffer;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#reals = this.realBytes === 4 ? new Float32Array(buffer) : new Float64Array(buffer);
    this.#ints = new Int32Array(buffer);
  }

  /** Counts what an owner holds, for the message of a full memory. A negative number gives back. */
  count(owner: string, bytes: number, holders: number): void {
    const held = this.#held.get(owner) ?? { bytes: 0, holders: 0 };
    this.#held.set(owner, { bytes: held.bytes + bytes, holders: held.holders + holders });
  }

  /** Makes the memory larger by a hole of at least `size` bytes; returns the hole's place in the list. */
  #grow(size: number): number {
    const end = this.#memory.buffer.byteLength;
    if (!(end + size <= LIMIT)) throw this.#full(size);
    const wanted = Math.min(Math.max(size, Math.min(end, 64 << 20)), LIMIT - end);
    if (!this.#tryToGrow(wanted) && !this.#tryToGrow(size)) throw this.#full(size);
    this.#release(end, this.#memory.buffer.byteLength - end);
    return this.#free.length - 1;
  }

  #tryToGrow(bytes: number): boolean {
    try {
      this.#memory.grow(Math.ceil(bytes / PAGE));
      return true;
    } catch {
      return false;
    }
  }

  #full(size: number, what = "more"): MemoryError {
    const holders = [...this.#held]
      .filter(([, { bytes }]) => bytes > 0)
      .sort((a, b) => b[1].bytes - a[1].bytes)
      .map(([owner, held]) => `${owner} ${mebibytes(held.bytes)} in ${held.holders}`);
    return new MemoryError(
      `memory: ${mebibytes(size)} ${what} do not fit beside ${mebibytes(this.#used)} in use of 4096 MiB ` +
        `(${holders.join(", ") || "nothing named"}); dispose of models, or use smaller ` +
        'batches, shard, truncate, or memory: "sqrt" in a training',
    );
  }

  #release(from: number, size: number): void {
    let at = this.#free.findIndex((hole) => hole.from > from);
    if (at < 0) at = this.#free.length;
    this.#free.splice(at, 0, { from, size });
    const join = (i: number): void => {
      const left = this.#free[i];
      const right = this.#free[i + 1];
      if (!left || !right || left.from + left.size !== right.from) return;
      left.size += right.size;
      this.#free.splice(i + 1, 1);
    };
    join(at);
    join(at - 1);
  }
}

/** The blocks of an arena, which outlive it until they are given back. */
class Blocks implements Holding {
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #list: { from: Ptr; size: number }[] = [];
  /** Bytes of all blocks. */
  total = 0;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#owner = owner;
  }

  get count(): number {
    return this.#list.length;
  }

  get last(): { from: Ptr; size: number } | undefined {
    return this.#list[this.#list.length - 1];
  }

  add(size: number): { from: Ptr; size: number } {
    const block = { from: this.#memory.allocate(size), size: round(size) };
    this.#memory.count(this.#owner, block.size, this.count > 0 ? 0 : 1);
    this.#list.push(block);
    this.total += block.size;
    return block;
  }

  release(): void {
    for (const block of this.#list) this.#memory.free(block.from);
    this.#memory.count(this.#owner, -this.total, this.count > 0 ? -1 : 0);
    this.#list.length = this.total = 0;
  }
}

/**
 * Buffers that live and die together: bump allocation over a few blocks, all taken back by `reset` or
 * `dispose`, or when nothing refers to the arena any more: whoever keeps a pointer into it keeps the arena.
 */
export class Arena {
  readonly memory: Memory;
  readonly #blocks: Blocks;
  #used = 0;

  /** `owner` is what the message of a full memory calls the holder of these buffers. */
  constructor(memory: Memory, owner = "other buffers") {
    this.memory = memory;
    this.#blocks = new Blocks(memory, owner);
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return this.#blocks.total;
  }

  /** n reals, contents undefined. */
  reals(n: number): Ptr {
    return this.#take(n * this.memory.realBytes);
  }
  /** n 32-bit integers, contents undefined. */
  ints(n: number): Ptr {
    return this.#take(n * 4);
  }

  /** Forgets all buffers and keeps the memory: the next ones of the same sizes allocate nothing. */
  reset(): void {
    const { count, total } = this.#blocks;
    if (count > 1) {
      this.dispose();
      this.#add(total);
    }
    this.#used = 0;
  }

  /** Gives all memory back. */
  dispose(): void {
    if (this.#blocks.count > 0) released(this.#blocks);
    this.#blocks.release();
    this.#used = 0;
  }

  #take(bytes: number): Ptr {
    const size = round(bytes);
    let block = this.#blocks.last;
    if (!block || this.#used + size > block.size) {
      block = this.#add(Math.max(size, Math.min(this.#blocks.total, 16 << 20), 4096));
      this.#used = 0;
    }
    const ptr = (block.from + this.#used) as Ptr;
    this.#used += size;
    return ptr;
  }

  #add(size: number): { from: Ptr; size: number } {
    const block = this.#blocks.add(size);
    if (this.#blocks.count === 1) releaseWhenForgotten(this, this.#blocks);
    return block;
  }
}
