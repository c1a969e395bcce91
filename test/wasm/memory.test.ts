import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Arena, Memory } from "../../src/wasm/memory.ts";

const fresh = (): Memory => new Memory(new WebAssembly.Memory({ initial: 1, maximum: 64 }), 100, "float32");

describe("the allocator", () => {
  test("never gives a byte twice, gives aligned blocks, and takes everything back", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.record({ size: fc.integer({ min: 1, max: 9000 }) }), fc.record({ free: fc.nat() })),
          { maxLength: 60 },
        ),
        (script) => {
          const memory = fresh();
          const live: { from: number; size: number }[] = [];
          for (const step of script) {
            if ("size" in step) {
              const from = memory.allocate(step.size);
              expect(from % 64).toBe(0);
              for (const other of live)
                expect(from + step.size <= other.from || other.from + other.size <= from).toBe(true);
              live.push({ from, size: step.size });
            } else if (live.length > 0) memory.free(live.splice(step.free % live.length, 1)[0].from as never);
          }
          for (const { from } of live) memory.free(from as never);
          expect(memory.usage.used).toBe(0);
          const { reserved } = memory.usage;
          memory.allocate(reserved - 128); // one hole again: no fragment was lost
          expect(memory.usage.reserved).toBe(reserved);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("refuses to free what it did not give", () => {
    const memory = fresh();
    const ptr = memory.allocate(10);
    memory.free(ptr);
    expect(() => memory.free(ptr)).toThrow("is not an allocated block");
  });

  test("says so when the engine refuses to grow", () => {
    expect(() => fresh().allocate(65 * 65536)).toThrow(
      /memory: 4.1 MiB more do not fit beside 0.0 MiB in use.*use smaller batches/,
    );
    expect(() => fresh().allocate(2 ** 33)).toThrow(/8192.0 MiB more do not fit beside 0.0 MiB in use/);
  });
});

test("an arena that asks for the same sizes again allocates nothing", () => {
  const memory = fresh();
  const arena = new Arena(memory);
  const use = (): number[] => [100, 3000, 20000, 7].map((n) => arena.reals(n));
  use();
  arena.reset();
  use();
  const { used } = memory.usage;
  const first = (arena.reset(), use());
  for (let i = 0; i < 5; ++i) {
    arena.reset();
    expect(use()).toEqual(first);
    expect(memory.usage.used).toBe(used);
  }
  arena.dispose();
  expect(memory.usage.used).toBe(0);
});
