/**
 * The laws of an op, on any graph that ends in it: J·v by differences, ⟨u, J·v⟩ = ⟨Jᵀu, v⟩, Jᵀ is linear to
 * the bit under scaling by two, and both precisions agree.
 */
import { describe, expect, test } from "vitest";
import { bench, dot, type BenchOptions, type Build } from "./bench.ts";
import { close } from "../close.ts";

/** Central differences with h = 1e-5 leave h²·f‴/6 + rounding/h ≈ 1e-10 + 1e-11 times the scale of f. */
const DIFFERENCES = { abs: 1e-8, rel: 1e-8 };
/** Both sides of the adjoint identity are sums of the same products in another order. */
const ADJOINT = { rel: 1e-11, abs: 1e-11 };
/** f32 rounding, 6e-8, through a few hundred operations. */
const SINGLE = { rel: 2e-5, abs: 2e-5 };
const H = 1e-5;

async function differences(build: Build, options: BenchOptions): Promise<void> {
  const b = await bench(build, options);
  const theta = b.theta();
  const v = b.normals(b.P);
  b.forward();
  const Jv = b.jvp(v);
  const at = (s: number): number[] => {
    b.setTheta(theta.map((x, i) => x + s * v[i]));
    return b.forward();
  };
  const plus = at(H);
  const minus = at(-H);
  close(
    Jv,
    plus.map((y, i) => (y - minus[i]) / (2 * H)),
    DIFFERENCES,
  );
  expect(dot(Jv, Jv)).toBeGreaterThan(1e-12);
  b.dispose();
}

async function adjointIdentity(build: Build, options: BenchOptions): Promise<void> {
  const b = await bench(build, options);
  const u = b.normals(b.size);
  const v = b.normals(b.P);
  b.forward();
  const Jv = b.jvp(v);
  const JTu = b.vjp(u);
  close(dot(JTu, v), dot(u, Jv), { ...ADJOINT, abs: ADJOINT.abs * Math.sqrt(dot(JTu, JTu) * dot(v, v)) });
  b.dispose();
}

async function linearity(build: Build, options: BenchOptions): Promise<void> {
  const b = await bench(build, options);
  const u = b.normals(b.size);
  b.forward();
  const once = b.vjp(u);
  const twice = b.vjp(u.map((x) => 2 * x));
  expect(twice).toEqual(once.map((x) => 2 * x));
  b.dispose();
}

async function precisions(build: Build, options: BenchOptions): Promise<void> {
  const single = await bench(build, { ...options, precision: "float32" });
  const double = await bench(build, options);
  double.setTheta(single.theta());
  for (const [node, ptr] of single.inputs) {
    const { data } = double.graph.node(node);
    const n = single.tape.shape(node).rows * single.tape.shape(node).columns;
    if (!data!.symbols) double.engine.memory.reals(double.inputs.get(node)!, n).set(single.read(ptr, n));
  }
  close(single.forward(), double.forward(), SINGLE);
  const u = single.normals(single.size).map(Math.fround);
  const g = double.vjp(u);
  close(single.vjp(u), g, SINGLE);
  single.dispose();
  double.dispose();
}

async function replay(build: Build, options: BenchOptions): Promise<void> {
  const b = await bench(build, options);
  const u = b.normals(b.size);
  const v = b.normals(b.P);
  const y = b.forward();
  const g = b.vjp(u);
  b.jvp(v);
  b.vjp(b.normals(b.size));
  expect(b.forward()).toEqual(y);
  expect(b.vjp(u)).toEqual(g);
  b.dispose();
}

const laws: [string, (build: Build, options: BenchOptions) => Promise<void>][] = [
  ["J·v agrees with central differences", differences],
  ["⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩", adjointIdentity],
  ["doubling the output adjoints doubles every derivative, to the bit", linearity],
  ["float32 agrees with float64", precisions],
  ["a second pass gives the same bits", replay],
];

export function opLaws(name: string, build: Build, options: BenchOptions = {}): void {
  describe(name, () => {
    test.each(laws)("%s", (_, law) => law(build, options));
  });
}

/**
 * Input adjoints too: the data nodes listed stand for parameters and must obey the same identity by
 * differences.
 */
export function inputLaws(name: string, build: Build, input = 0, options: BenchOptions = {}): void {
  test(`${name}: adjoints at the input agree with differences`, async () => {
    const b = await bench(build, { ...options, inputAdjoints: [input] });
    const u = b.normals(b.size);
    const n = b.tape.shape(input).rows * b.tape.shape(input).columns;
    const x = b.read(b.inputs.get(input)!, n);
    b.forward();
    b.vjp(u);
    const dx = b.read(b.tape.adjoint(input), n);
    const direction = b.normals(n);
    const at = (s: number): number => {
      b.engine.memory.reals(b.inputs.get(input)!, n).set(x.map((value, i) => value + s * direction[i]));
      return dot(u, b.forward());
    };
    close(dot(dx, direction), (at(H) - at(-H)) / (2 * H), DIFFERENCES);
    b.dispose();
  });
}
