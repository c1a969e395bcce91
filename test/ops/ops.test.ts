import { describe, expect, test } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import type { Op } from "../../src/graph/op.ts";
import { activation } from "../../src/ops/activation.ts";
import { add, multiply, multiplyRow, scaled, slice } from "../../src/ops/arithmetic.ts";
import { concat } from "../../src/ops/concat.ts";
import { delayTaps } from "../../src/ops/delay-taps.ts";
import { dropout } from "../../src/ops/dropout.ts";
import { embedding } from "../../src/ops/embedding.ts";
import { initialState } from "../../src/ops/initial-state.ts";
import { linear } from "../../src/ops/linear.ts";
import { bench, type Build } from "../laws/bench.ts";
import { excess } from "../close.ts";
import { inputLaws, opLaws } from "../laws/op.laws.ts";

const dense = (g: Graph, x: number, rows: number, columns: number, name: string): number =>
  g.apply(linear(), x, g.parameter(`${name}.W`, rows, columns), g.parameter(`${name}.b`, 1, columns));
/** A node that depends on parameters, of the width of the input. */
const varied = (g: Graph, width: number): number => dense(g, g.input("x", width), width, width, "front");

const builds: Record<string, Build> = {
  "linear on data": (g) => dense(g, g.input("x", 3), 3, 5, "d"),
  "linear on a variable": (g) => dense(g, varied(g, 3), 3, 4, "d"),
  "linear without bias": (g) => g.apply(linear({ bias: false }), varied(g, 3), g.parameter("W", 3, 9)),
  "linear on symbols": (g) => dense(g, g.input("x", 1, { symbols: 6 }), 6, 4, "d"),
  tanh: (g) => g.apply(activation("tanh"), varied(g, 5)),
  logistic: (g) => g.apply(activation("logistic"), varied(g, 3)),
  "delay taps": (g) => g.apply(delayTaps(3), varied(g, 2)),
  concat: (g) => g.apply(concat, dense(g, g.input("x", 3), 3, 2, "a"), dense(g, 0, 3, 3, "b")),
  "concat with data": (g) => {
    const x = g.input("x", 3);
    return g.apply(concat, x, dense(g, x, 3, 2, "a"));
  },
  add: (g) => g.apply(add, varied(g, 3), dense(g, 0, 3, 3, "b")),
  multiply: (g) => g.apply(multiply, varied(g, 3), dense(g, 0, 3, 3, "b")),
  "multiply by one row": (g) => g.apply(multiplyRow(1), varied(g, 3), g.parameter("w", 2, 3)),
  scaled: (g) => g.apply(scaled(-0.7), varied(g, 3)),
  slice: (g) => g.apply(slice(1, 3), varied(g, 5)),
  "embedding of two symbols": (g) =>
    g.apply(embedding, g.input("x", 2, { symbols: 5 }), g.parameter("table", 5, 3)),
  "embedding, then taps": (g) =>
    g.apply(delayTaps(2), g.apply(embedding, g.input("x", 1, { symbols: 5 }), g.parameter("table", 5, 3))),
  "learned initial state": (g) =>
    g.apply(initialState({ columns: 4 }), g.input("x", 2), g.parameter("s", 1, 4)),
  "initial state partly from data": (g) =>
    g.apply(
      initialState({ columns: 4, given: [2, 0] }),
      g.input("x", 2),
      g.parameter("s", 1, 4),
      g.input("i", 2, { per: "sequence" }),
    ),
};

for (const [name, build] of Object.entries(builds)) opLaws(name, build);
opLaws("dropout in training", (g) => g.apply(dropout(0.4), varied(g, 6)), {
  mode: { training: true, seed: 5, draw: 3 },
});
opLaws("dropout at rest", (g) => g.apply(dropout(0.4), varied(g, 6)));
opLaws("relu", (g) => g.apply(activation("relu"), varied(g, 5)), { seed: 3 });
inputLaws("linear", builds["linear on data"]);
inputLaws("delay taps", (g) => g.apply(delayTaps(3), dense(g, g.input("x", 2), 2, 2, "d")));
inputLaws("initial state from data", builds["initial state partly from data"], 2);

describe("the laws themselves", () => {
  const wrong = (part: "jvp" | "vjp"): Op => {
    const right = activation("tanh");
    return {
      ...right,
      [part](f: Parameters<Op["vjp"]>[0]) {
        right[part](f);
        if (part === "jvp") f.k.scale(f.shape.rows * f.shape.columns, 1.001, f.ry);
        else f.k.scale(f.shape.rows * f.shape.columns, 1.001, f.dx[0]);
      },
    };
  };
  test("an op whose tangent is a thousandth too large is caught by differences", async () => {
    const b = await bench((g) => g.apply(wrong("jvp"), varied(g, 3)));
    const theta = b.theta();
    const v = b.normals(b.P);
    const h = 1e-5;
    b.forward();
    const Jv = b.jvp(v);
    b.setTheta(theta.map((x, i) => x + h * v[i]));
    const plus = b.forward();
    b.setTheta(theta.map((x, i) => x - h * v[i]));
    const minus = b.forward();
    expect(
      excess(
        Jv,
        plus.map((y, i) => (y - minus[i]) / (2 * h)),
        { abs: 1e-8, rel: 1e-8 },
      ),
    ).toBeGreaterThan(0);
    b.dispose();
  });
  test("an op whose adjoint is a thousandth too large breaks the adjoint identity", async () => {
    const b = await bench((g) => g.apply(wrong("vjp"), varied(g, 3)));
    const u = b.normals(b.size);
    const v = b.normals(b.P);
    b.forward();
    const left = u.reduce((sum, x, i) => sum + x * b.jvp(v)[i], 0);
    const right = b.vjp(u).reduce((sum, x, i) => sum + x * v[i], 0);
    expect(Math.abs(left - right)).toBeGreaterThan(1e-6);
    b.dispose();
  });
});

describe("shapes that do not fit", () => {
  test("linear names both shapes", () => {
    const g = new Graph();
    expect(() => g.apply(linear(), g.input("x", 3), g.parameter("W", 4, 2), g.parameter("b", 1, 2))).toThrow(
      "linear: W is [4,2], want [I,O] = [3,O]",
    );
  });
  test("several symbols a step need an embedding", () => {
    const g = new Graph();
    expect(() =>
      g.apply(linear(), g.input("x", 2, { symbols: 4 }), g.parameter("W", 4, 2), g.parameter("b", 1, 2)),
    ).toThrow("embedding");
  });
});
