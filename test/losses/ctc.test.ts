/** The CTC loss in a net: gradient by differences, curvature, and targets that cannot be. */
import { expect, test } from "vitest";
import { packing } from "../../src/graph/packing.ts";
import { ctc } from "../../src/losses/optional/ctc.ts";
import { engine } from "../../src/wasm/engine.ts";
import { loadOptionalKernels } from "../../src/wasm/optional-kernels.ts";
import { Arena } from "../../src/wasm/memory.ts";

const f64 = await engine("float64");
await loadOptionalKernels(f64);
const { kernels: k, memory } = f64;
const arena = new Arena(memory);

/** Two sequences, of 4 and 2 steps, three classes; labels as given. */
function site(
  labels: [number[], number[]],
  weights = [1, 1],
): Parameters<ReturnType<typeof ctc>["value"]>[0] {
  const packed = packing([4, 2]);
  const z = arena.reals(18);
  const target = arena.ints(8);
  const targetOffsets = arena.ints(3);
  const weight = arena.reals(2);
  memory.reals(z, 18).forEach((_, i, all) => {
    all[i] = ((i * 7) % 11) / 4 - 1;
  });
  memory.ints(target, 8).set(labels.flat());
  memory.ints(targetOffsets, 3).set([0, labels[0].length, labels[0].length + labels[1].length]);
  memory.reals(weight, 2).set(weights);
  const bare = { k, memory, packing: packed, rows: 6, columns: 3, z, target, targetOffsets, weight };
  return { ...bare, kept: arena.reals(ctc().keptSize(bare)) };
}

test(
  "a target without an alignment is an error that says how many steps it needs, or infinite loss, " +
    "as the option says",
  () => {
    const s = site([
      [0, 1],
      [1, 1],
    ]);
    expect(() => ctc().value(s)).toThrow("ctc: 2 labels need 3 output steps, got 2");
    expect(ctc({ impossible: "infinite" }).value(s)).toBe(Infinity);
    expect(ctc().value(site([[0, 1], [1]]))).toBeGreaterThan(0);
    expect(() => ctc().value(site([[0, 2], [1]]))).toThrow("label 1 of a target is 2, the blank");
    expect(() => ctc({ impossible: "never" as "error" })).toThrow("want one of error, infinite");
  },
);

test("a sequence counts as much as its weight, in value, gradient and curvature", () => {
  const loss = ctc();
  const of = (weights: number[]): number[] => {
    const s = site([[0, 1], [1]], weights);
    const out = arena.reals(18);
    const rz = arena.reals(18);
    memory.reals(rz, 18).forEach((_, i, all) => {
      all[i] = (i % 5) - 2;
    });
    k.fill(18, 0, out);
    const value = loss.value(s);
    loss.gradient(s, 0.5, out);
    loss.curvature!(s, 0.5, rz, out);
    return [value, ...memory.reals(out, 18)];
  };
  const both = of([3, 0.25]);
  const first = of([1, 0]);
  const second = of([0, 1]);
  both.forEach((v, i) => expect(v).toBeCloseTo(3 * first[i] + 0.25 * second[i], 12));
});

test("the curvature is positive semi-definite and kills what adds the same to all classes of a step", () => {
  const s = site([[0, 1], [1]]);
  const loss = ctc();
  const rz = arena.reals(18);
  const out = arena.reals(18);
  loss.value(s);
  for (let trial = 0; trial < 20; ++trial) {
    memory.reals(rz, 18).forEach((_, i, all) => {
      all[i] = ((i * (trial + 3)) % 13) - 6;
    });
    k.fill(18, 0, out);
    loss.curvature!(s, 1, rz, out);
    expect(k.dot(18, rz, out)).toBeGreaterThanOrEqual(0);
  }
  memory.reals(rz, 18).forEach((_, i, all) => {
    all[i] = Math.floor(i / 3);
  });
  k.fill(18, 0, out);
  loss.curvature!(s, 1, rz, out);
  for (const v of memory.reals(out, 18)) expect(Math.abs(v)).toBeLessThan(1e-14);
});
