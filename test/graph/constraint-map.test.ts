import { describe, expect, test } from "vitest";
import { ConstraintMap, type Constraint } from "../../src/graph/constraint-map.ts";
import { packing, longestFirst } from "../../src/graph/packing.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Arena } from "../../src/wasm/memory.ts";
import { Random } from "../../src/wasm/random.ts";
import { close } from "../close.ts";
import { dot } from "../laws/bench.ts";

const P = 12;
const constraints: Constraint[] = [
  { fix: [3] },
  {
    tie: [
      [0, 5],
      [1, 6, 7],
    ],
  },
  {
    linear: [8, 9, 10, 11],
    A: [
      [1, 2, -1, 0],
      [0, 1, 1, 3],
    ],
    b: [0.5, -2],
  },
];

async function bench() {
  const e = await engine("float64");
  const map = new ConstraintMap(e, P, constraints);
  const arena = new Arena(e.memory);
  const random = new Random(e, 9);
  const normals = (n: number): number[] => Array.from({ length: n }, () => random.normal());
  const through = (
    method: "expand" | "pushForward" | "pullBack" | "project",
    x: number[],
    n: number,
    start?: number[],
  ): number[] => {
    const from = arena.reals(x.length);
    const to = arena.reals(n);
    e.memory.reals(from, x.length).set(x);
    if (start) e.memory.reals(to, n).set(start);
    map[method](from, to, from);
    return Array.from(e.memory.reals(to, n));
  };
  return { map, normals, through };
}

describe("linear constraints as a map from free to full parameters", () => {
  test("free parameters are those that remain", async () => {
    expect((await bench()).map.size).toBe(12 - 1 - 3 - 2);
  });

  test("every expanded point satisfies them", async () => {
    const { map, normals, through } = await bench();
    const start = normals(P);
    const theta = through("expand", normals(map.size), P, start);
    expect(theta[3]).toBe(start[3]);
    expect([theta[0], theta[1], theta[1]]).toEqual([theta[5], theta[6], theta[7]]);
    close([theta[8] + 2 * theta[9] - theta[10], theta[9] + theta[10] + 3 * theta[11]], [0.5, -2], {
      abs: 1e-14,
    });
  });

  test("⟨g, M·v⟩ = ⟨Mᵀ·g, v⟩", async () => {
    const { map, normals, through } = await bench();
    const v = normals(map.size);
    const g = normals(P);
    close(dot(through("pullBack", g, map.size), v), dot(g, through("pushForward", v, P)), { rel: 1e-14 });
  });

  test("restricting an expanded point gives the free point back", async () => {
    const { map, normals, through } = await bench();
    const phi = normals(map.size);
    close(through("project", through("expand", phi, P, normals(P)), map.size), phi, { abs: 1e-14 });
  });

  test("restriction goes to the nearest point: the rest is orthogonal to all directions", async () => {
    const { map, normals, through } = await bench();
    const theta = normals(P);
    const near = through("expand", through("project", theta, map.size), P, theta);
    const gap = theta.map((x, i) => x - near[i]);
    for (let j = 0; j < map.size; ++j)
      close(
        dot(
          gap,
          through(
            "pushForward",
            Array.from({ length: map.size }, (_, i) => (i === j ? 1 : 0)),
            P,
          ),
        ),
        0,
        { abs: 1e-14 },
      );
  });

  test("contradictions are refused by name", async () => {
    const e = await engine("float64");
    expect(() => new ConstraintMap(e, 4, [{ fix: [0] }, { linear: [0, 1], A: [[1, 1]], b: [0] }])).toThrow(
      "parameter 0 is also fixed",
    );
    expect(
      () =>
        new ConstraintMap(e, 4, [
          { linear: [0, 1], A: [[1, 1]], b: [0] },
          { linear: [1, 2], A: [[1, 1]], b: [0] },
        ]),
    ).toThrow("parameter 1 is already in constraint 0");
    expect(() => new ConstraintMap(e, 4, [{ linear: [0, 1], A: [[1, 1, 1]], b: [0] }])).toThrow("want [k,2]");
  });
});

describe("packing", () => {
  test("counts the sequences alive at every step", () => {
    const p = packing([4, 2, 2, 1]);
    expect([...p.rowsAt]).toEqual([4, 3, 1, 1]);
    expect([...p.offsetAt]).toEqual([0, 4, 7, 8, 9]);
    expect([p.rows, p.steps, p.sequences]).toEqual([9, 4, 4]);
  });
  test("refuses what is not sorted or empty", () => {
    expect(() => packing([1, 2])).toThrow("length 2 follows 1, want longest first");
    expect(() => packing([2, 0])).toThrow("a sequence has no steps");
    expect(() => packing([])).toThrow("no sequences");
  });
  test("sorting is stable", () => expect([...longestFirst([2, 3, 2, 3, 1])]).toEqual([1, 3, 0, 2, 4]));
});
