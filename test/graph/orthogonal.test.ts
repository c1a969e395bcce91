/** Orthogonal matrices as a constraint: they are, their derivatives are, and a training keeps them. */
import { describe, expect, test } from "vitest";
import {
  adam,
  bidirectional,
  dense,
  hessianFree,
  keepOrthogonal,
  lstm,
  network,
  orthogonal,
  rnn,
} from "../../src/index.ts";
import { ConstraintMap } from "../../src/graph/constraint-map.ts";
import { OrthogonalGroup } from "../../src/graph/orthogonal.ts";
import { readTensors } from "../../src/formats/read-safetensors.ts";
import { Arena } from "../../src/wasm/memory.ts";
import { Random } from "../../src/wasm/random.ts";
import { close } from "../close.ts";
import { dot } from "../laws/bench.ts";
import { engine } from "../../src/wasm/engine.ts";

const n = 6;
const P = n * n + 2; // two free ones beside the matrix

async function bench() {
  const e = await engine("float64");
  const map = new ConstraintMap(
    e,
    P,
    [{ orthogonal: Array.from({ length: n * n }, (_, i) => i + 1) }],
    (members, from) => new OrthogonalGroup(members, from),
  );
  const arena = new Arena(e.memory);
  const random = new Random(e, 4);
  const normals = (count: number): number[] => Array.from({ length: count }, () => random.normal());
  const [a, b, at] = [P, P, P].map((size) => arena.reals(size));
  const through = (
    method: "expand" | "pushForward" | "pullBack" | "project",
    x: readonly number[],
    size: number,
    theta: readonly number[] = normals(P),
  ): number[] => {
    e.memory.reals(a, x.length).set(x);
    e.memory.reals(at, P).set(theta);
    map[method](a, b, at);
    return Array.from(e.memory.reals(b, size));
  };
  return { map, normals, through };
}

/** max |WᵀW - I| of a matrix [size,size]. */
function defect(W: ArrayLike<number>, size: number): number {
  let worst = 0;
  for (let i = 0; i < size; ++i)
    for (let j = 0; j < size; ++j) {
      let sum = i === j ? -1 : 0;
      for (let r = 0; r < size; ++r) sum += W[size * r + i] * W[size * r + j];
      worst = Math.max(worst, Math.abs(sum));
    }
  return worst;
}

describe("an orthogonal matrix as a function of n(n-1)/2 numbers", () => {
  test("every point is orthogonal, and gives its numbers back", async () => {
    const { map, normals, through } = await bench();
    expect(map.size).toBe(2 + (n * (n - 1)) / 2);
    const phi = normals(map.size).map((x) => 0.4 * x); // no angle beyond half a turn
    const theta = through("expand", phi, P);
    expect(defect(theta.slice(1, -1), n)).toBeLessThan(1e-14);
    close(through("project", theta, map.size), phi, { abs: 1e-12 });
  });

  test("any matrix goes to the nearest one, of either determinant; a singular one is refused", async () => {
    const { map, normals, through } = await bench();
    for (let tries = 0; tries < 6; ++tries) {
      const given = normals(P);
      const near = through("expand", through("project", given, map.size), P).slice(1, -1);
      expect(defect(near, n)).toBeLessThan(1e-13);
      // at the nearest one, what is left is W times a symmetric matrix
      const rest = Array.from({ length: n * n }, (_, place) => {
        const [i, j] = [Math.floor(place / n), place % n];
        return dot(
          Array.from({ length: n }, (_, r) => near[n * r + i]),
          Array.from({ length: n }, (_, r) => given[1 + n * r + j]),
        );
      });
      close(
        rest,
        rest.map((_, place) => rest[n * (place % n) + Math.floor(place / n)]),
        { abs: 1e-12 },
      );
    }
    const flat = Array.from({ length: P }, (_, i) => (i % n === 0 ? 1 : 2));
    expect(() => through("project", flat, map.size)).toThrow("singular");
  });

  test("directions are differences, and gradients their adjoint, wherever one stands", async () => {
    const { map, normals, through } = await bench();
    for (const size of [0.1, 0.5, 1.5]) {
      const phi = normals(map.size).map((x) => size * x);
      const theta = through("expand", phi, P);
      const v = normals(map.size);
      const g = normals(P);
      const moved = through("pushForward", v, P, theta);
      const pulled = through("pullBack", g, map.size, theta);
      const h = 1e-5;
      const [plus, minus] = [h, -h].map((by) =>
        through(
          "expand",
          phi.map((x, i) => x + by * v[i]),
          P,
        ),
      );
      close(
        moved,
        plus.map((x, i) => (x - minus[i]) / (2 * h)),
        { abs: 1e-8 },
      );
      close(dot(pulled, v), dot(g, moved), { rel: 1e-9 });
    }
  });
});

const items = Array.from({ length: 4 }, (_, i) => ({
  input: Float32Array.from({ length: 12 }, (_, t) => ((5 * t + 3 * i) % 7) / 3 - 1),
  target: Float32Array.from({ length: 12 }, (_, t) => ((3 * t + i) % 5) / 2 - 1),
}));
const spec = {
  input: 1,
  layers: [rnn(8), dense(1)],
  loss: "squared" as const,
  seed: 3,
  constraints: [keepOrthogonal("rnn1.Wh")],
};
const recurrent = (net: Awaited<ReturnType<typeof network>>): Float32Array =>
  net.parameters.find(({ name }) => name === "rnn1.Wh")!.data as Float32Array;

test("a training keeps a recurrent matrix orthogonal, and a saved net goes on from it", async () => {
  for (const optimizer of [adam({ rate: 0.02 }), hessianFree()]) {
    const net = await network(spec);
    const before = recurrent(net);
    const { history } = await net.fit(items, { optimizer, steps: 8 });
    expect(defect(recurrent(net), 8)).toBeLessThan(1e-6); // float32
    expect(Math.max(...recurrent(net).map((x, i) => Math.abs(x - before[i])))).toBeGreaterThan(0.01);
    expect(history.at(-1)!.loss).toBeLessThan(history[0].loss);
    const again = await network.load(net.save());
    expect(recurrent(again)).toEqual(recurrent(net));
    net.dispose();
    again.dispose();
  }
});

test("only square parameters can be orthogonal", async () => {
  await expect(network({ ...spec, constraints: [keepOrthogonal("rnn1.Wx")] })).rejects.toThrow(
    '"rnn1.Wx" is [1,8], want a square matrix',
  );
  const wide = { ...spec, layers: [lstm(8), dense(1)], constraints: [keepOrthogonal("lstm1.Wh")] };
  await expect(network(wide)).rejects.toThrow("[8,32], want a square matrix");
});

/** The largest angle by which exp(A) of a file turns, in half turns: ‖A‖₂ / π by powers of AᵀA, or less. */
function halfTurns(file: Uint8Array, size: number): number {
  const free = readTensors(file, "test").tensors.get("training.free")!.data;
  let next = free.length - (size * (size - 1)) / 2;
  const A = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < size; ++i)
    for (let j = i + 1; j < size; ++j) {
      A[i][j] = free[next++];
      A[j][i] = -A[i][j];
    }
  let x = Array.from({ length: size }, (_, i) => 1 + (i % 3));
  let angle = 0;
  for (let power = 0; power < 200; ++power) {
    const moved = A.map((row) => dot(Array.from(row), x));
    angle = Math.sqrt(dot(moved, moved));
    x = moved.map((y) => y / angle);
  }
  return angle / Math.PI;
}

test("a training that a file interrupts has the bits of a whole one, past half turns too", async () => {
  for (const { rate, from, to } of [
    { rate: 0.005, from: 0.9, to: 1 },
    { rate: 0.6, from: 1.5, to: 3 },
  ]) {
    const options = { optimizer: adam({ rate }), batch: 4 };
    const whole = await network(spec);
    await whole.fit(items, { ...options, steps: 12 });
    const first = await network(spec);
    await first.fit(items, { ...options, steps: 7 });
    const file = first.save();
    expect(halfTurns(file, 8)).toBeGreaterThan(from);
    expect(halfTurns(file, 8)).toBeLessThan(to);
    const second = await network.load(file);
    expect(recurrent(second)).toEqual(recurrent(first));
    await second.fit(items, { ...options, optimizer: adam({ rate }), steps: 5 });
    expect(recurrent(second)).toEqual(recurrent(whole));
    for (const net of [whole, first, second]) net.dispose();
  }
});

test("a net with an orthogonal matrix answers a stream as it answers whole sequences", async () => {
  const net = await network(spec);
  await net.fit(items, { optimizer: adam({ rate: 0.02 }), steps: 3 });
  const stream = net.stream();
  const streamed = Array.from(items[0].input, (x) => stream.step([x])[0]);
  expect(streamed).toEqual(Array.from(net.predict(items[0].input)));
  net.dispose();
});

test("rnn's option is the constraint, from an orthogonal start, within other layers too", async () => {
  const option = { ...spec, layers: [rnn(8, { orthogonal: true }), dense(1)], constraints: [] };
  const start = rnn(8, { init: { recurrent: orthogonal() } });
  const constraint = { ...spec, layers: [start, dense(1)] };
  const nets = [await network(option), await network(constraint)];
  const [asked, same] = nets;
  expect(defect(recurrent(asked), 8)).toBeLessThan(1e-6);
  for (const net of nets) await net.fit(items, { optimizer: adam({ rate: 0.02 }), batch: 4, steps: 3 });
  expect(recurrent(asked)).toEqual(recurrent(same));
  const again = await network.load(asked.save());
  for (const net of [...nets, again])
    await net.fit(items, { optimizer: adam({ rate: 0.02 }), batch: 4, steps: 3 });
  expect(recurrent(again)).toEqual(recurrent(same));
  expect(again.summary()).toMatchObject({ weights: 97, free: 97 - 64 + 28 });
  expect(String(again.summary())).toContain(", 61 numbers free");
  const both = await network({
    ...spec,
    layers: [bidirectional(rnn(4, { orthogonal: true })), dense(1)],
    constraints: [],
  });
  expect(both.summary()).toMatchObject({ free: both.size - 2 * (16 - 6) });
  for (const net of [...nets, again, both]) net.dispose();
  await expect(network({ ...option, constraints: spec.constraints })).rejects.toThrow("already in");
  expect(() => rnn(8, { orthogonal: 1 as unknown as boolean })).toThrow("rnn: orthogonal is 1, want true or");
  expect(rnn(8)).not.toHaveProperty("orthogonal"); // files of other nets stay as they were
});
