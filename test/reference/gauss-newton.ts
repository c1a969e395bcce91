/**
 * The Gauss-Newton matrix of small recurrent nets, whole, from exact derivatives: dual numbers carry the
 * derivative by every parameter through a plain forward pass. Returned are Jacobians of the outputs and of
 * every pre-activation, with the slope of the state by it.
 */

/** A number and its derivatives by all parameters. */
interface Dual {
  readonly x: number;
  readonly d: Float64Array;
}

const lift =
  (f: (x: number) => number, slope: (y: number) => number) =>
  (a: Dual): Dual => {
    const y = f(a.x);
    const s = slope(y);
    return { x: y, d: a.d.map((v) => s * v) };
  };
const tanh = lift(Math.tanh, (y) => 1 - y * y);
const sigmoid = lift(
  (x) => 1 / (1 + Math.exp(-x)),
  (y) => y * (1 - y),
);
const add = (...terms: Dual[]): Dual => ({
  x: terms.reduce((s, t) => s + t.x, 0),
  d: terms[0].d.map((_, i) => terms.reduce((s, t) => s + t.d[i], 0)),
});
const mul = (a: Dual, b: Dual): Dual => ({ x: a.x * b.x, d: a.d.map((v, i) => v * b.x + a.x * b.d[i]) });

export interface NamedMatrix {
  readonly name: string;
  readonly shape: readonly [number, number];
  readonly data: ArrayLike<number>;
}
/** A pre-activation: derivatives by all parameters, and |∂state/∂pre| in the step's own kernel. */
export interface PreActivation {
  readonly d: Float64Array;
  readonly weight: number;
}
export type CellName = "rnn" | "lstm" | "gru";

/** Outputs (one row of duals a step) and pre-activations of [cell → dense] on one sequence. */
export function dualForward(
  layers: readonly { cell: CellName; name: string; reverse: boolean }[],
  parameters: readonly NamedMatrix[],
  input: readonly number[][],
): { outputs: Dual[][]; pre: PreActivation[] } {
  const P = parameters.reduce((sum, p) => sum + p.data.length, 0);
  const pre: PreActivation[] = [];
  let at = 0;
  const table = new Map(
    parameters.map((p) => {
      const from = at;
      at += p.data.length;
      return [
        p.name,
        (i: number, j: number): Dual => {
          const k = i * p.shape[1] + j;
          const d = new Float64Array(P);
          d[from + k] = 1;
          return { x: p.data[k], d };
        },
      ] as const;
    }),
  );
  const constant = (x: number): Dual => ({ x, d: new Float64Array(P) });
  const shape = (name: string): readonly [number, number] => parameters.find((p) => p.name === name)!.shape;
  const states = layers.map(({ cell, name, reverse }) => {
    const H = shape(`${name}.Wh`)[0];
    const p = (role: string) => table.get(`${name}.${role}`)!;
    const order = input.map((_, t) => (reverse ? input.length - 1 - t : t));
    const rows: Dual[][] = [];
    let h = Array.from({ length: H }, (_, j) => p("state")(0, j));
    let c = cell === "lstm" ? Array.from({ length: H }, (_, j) => p("state")(0, H + j)) : [];
    const product = (role: string, row: readonly Dual[], column: number): Dual =>
      add(constant(0), ...row.map((x, i) => mul(x, p(role)(i, column))));
    for (const t of order) {
      const x = input[t].map(constant);
      const next: Dual[] = [];
      const nextC: Dual[] = [];
      for (let j = 0; j < H; ++j) {
        const z = (g: number): Dual =>
          add(product("Wx", x, g * H + j), product("Wh", h, g * H + j), p("b")(0, g * H + j));
        if (cell === "rnn") {
          const a = z(0);
          const y = tanh(a);
          pre.push({ d: a.d, weight: 1 - y.x * y.x });
          next.push(y);
        } else if (cell === "lstm") {
          // gates i f g o
          const zs = [z(0), z(1), z(2), z(3)] as const;
          const i = sigmoid(zs[0]);
          const f = sigmoid(zs[1]);
          const g = tanh(zs[2]);
          const o = sigmoid(zs[3]);
          const now = add(mul(f, c[j]), mul(i, g));
          const u = tanh(now);
          const slopes = [
            g.x * i.x * (1 - i.x),
            c[j].x * f.x * (1 - f.x),
            i.x * (1 - g.x * g.x),
            u.x * o.x * (1 - o.x),
          ];
          zs.forEach((a, k) => pre.push({ d: a.d, weight: Math.abs(slopes[k]) }));
          nextC.push(now);
          next.push(mul(o, u));
        } else {
          // blocks n_x r z n_h; reset after the product
          const a = add(product("Wx", x, j), p("b")(0, j));
          const zr = add(product("Wx", x, H + j), product("Wh", h, j), p("b")(0, H + j));
          const zz = add(product("Wx", x, 2 * H + j), product("Wh", h, H + j), p("b")(0, 2 * H + j));
          const q = add(product("Wh", h, 2 * H + j), p("b")(0, 3 * H + j));
          const r = sigmoid(zr);
          const z = sigmoid(zz);
          const n = tanh(add(a, mul(r, q)));
          const open = add(constant(1), mul(constant(-1), z));
          const slope = open.x * (1 - n.x * n.x);
          const slopes = [
            slope,
            slope * q.x * r.x * (1 - r.x),
            (h[j].x - n.x) * z.x * (1 - z.x),
            slope * r.x,
          ];
          [a, zr, zz, q].forEach((b, k) => pre.push({ d: b.d, weight: Math.abs(slopes[k]) }));
          next.push(add(mul(open, n), mul(z, h[j])));
        }
      }
      h = next;
      if (cell === "lstm") c = nextC;
      rows[t] = h;
    }
    return rows;
  });
  const W = table.get("dense2.W")!;
  const b = table.get("dense2.b")!;
  const O = shape("dense2.W")[1];
  const outputs = input.map((_, t) => {
    const features = states.flatMap((rows) => rows[t]);
    return Array.from({ length: O }, (_, o) => add(b(0, o), ...features.map((x, i) => mul(x, W(i, o)))));
  });
  return { outputs, pre };
}
