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

/** A parameter matrix as duals, each with derivative 1 by itself. */
type Entry = (i: number, j: number) => Dual;

/** Parameters by name, in the order of their derivatives. */
class Parameters {
  readonly count: number;
  readonly #entries = new Map<string, Entry>();
  readonly #shapes = new Map<string, readonly [number, number]>();

  constructor(parameters: readonly NamedMatrix[]) {
    this.count = parameters.reduce((sum, p) => sum + p.data.length, 0);
    let next = 0;
    for (const { name, shape, data } of parameters) {
      const from = next;
      next += data.length;
      this.#shapes.set(name, shape);
      this.#entries.set(name, (i, j) => {
        const k = i * shape[1] + j;
        const d = new Float64Array(this.count);
        d[from + k] = 1;
        return { x: data[k], d };
      });
    }
  }
  entry(name: string): Entry {
    return this.#entries.get(name)!;
  }
  shape(name: string): readonly [number, number] {
    return this.#shapes.get(name)!;
  }
  constant(x: number): Dual {
    return { x, d: new Float64Array(this.count) };
  }
}

/** What one unit sees at one step: products of its rows, and its states. */
interface Unit {
  readonly j: number;
  readonly H: number;
  readonly h: Dual;
  readonly c: Dual | undefined;
  /** Column `column` of x·Wx and h·Wh, and entry `column` of b. */
  input(column: number): Dual;
  state(column: number): Dual;
  bias(column: number): Dual;
  constant(x: number): Dual;
}

/** A unit after the step, and its pre-activations. */
interface UnitStep {
  readonly h: Dual;
  readonly c?: Dual;
  readonly pre: readonly PreActivation[];
}

const withSlopes = (z: readonly Dual[], slopes: readonly number[]): PreActivation[] =>
  z.map(({ d }, k) => ({ d, weight: Math.abs(slopes[k]) }));

/** Gate g of cells whose blocks all receive x·Wx, h·Wh and b. */
const gateOf = ({ j, H, input, state, bias }: Unit, g: number): Dual =>
  add(input(g * H + j), state(g * H + j), bias(g * H + j));

const unitStep: Record<CellName, (u: Unit) => UnitStep> = {
  rnn(u) {
    const a = gateOf(u, 0);
    const h = tanh(a);
    return { h, pre: withSlopes([a], [1 - h.x * h.x]) };
  },
  // gates i f g o
  lstm(u) {
    const zs = [0, 1, 2, 3].map((gate) => gateOf(u, gate));
    const old = u.c!;
    const i = sigmoid(zs[0]);
    const f = sigmoid(zs[1]);
    const g = tanh(zs[2]);
    const o = sigmoid(zs[3]);
    const c = add(mul(f, old), mul(i, g));
    const y = tanh(c);
    const slopes = [
      g.x * i.x * (1 - i.x),
      old.x * f.x * (1 - f.x),
      i.x * (1 - g.x * g.x),
      y.x * o.x * (1 - o.x),
    ];
    return { h: mul(o, y), c, pre: withSlopes(zs, slopes) };
  },
  // blocks n_x r z n_h; reset after the product
  gru({ j, H, h, input, state, bias, constant }) {
    const a = add(input(j), bias(j));
    const zr = add(input(H + j), state(j), bias(H + j));
    const zz = add(input(2 * H + j), state(H + j), bias(2 * H + j));
    const q = add(state(2 * H + j), bias(3 * H + j));
    const r = sigmoid(zr);
    const z = sigmoid(zz);
    const n = tanh(add(a, mul(r, q)));
    const open = add(constant(1), mul(constant(-1), z));
    const slope = open.x * (1 - n.x * n.x);
    const slopes = [slope, slope * q.x * r.x * (1 - r.x), (h.x - n.x) * z.x * (1 - z.x), slope * r.x];
    return { h: add(mul(open, n), mul(z, h)), pre: withSlopes([a, zr, zz, q], slopes) };
  },
};

interface LayerName {
  readonly cell: CellName;
  readonly name: string;
  readonly reverse: boolean;
}

/** The states of one layer at every step; its pre-activations are added to `pre`. */
function layerForward(
  { cell, name, reverse }: LayerName,
  parameters: Parameters,
  input: readonly number[][],
  pre: PreActivation[],
): Dual[][] {
  const H = parameters.shape(`${name}.Wh`)[0];
  const entry = (role: string): Entry => parameters.entry(`${name}.${role}`);
  const constant = (x: number): Dual => parameters.constant(x);
  const product = (role: string, row: readonly Dual[], column: number): Dual =>
    add(constant(0), ...row.map((x, i) => mul(x, entry(role)(i, column))));
  const rows: Dual[][] = [];
  let h = Array.from({ length: H }, (_, j) => entry("state")(0, j));
  let c = cell === "lstm" ? Array.from({ length: H }, (_, j) => entry("state")(0, H + j)) : [];
  for (let step = 0; step < input.length; ++step) {
    const t = reverse ? input.length - 1 - step : step;
    const x = input[t].map(constant);
    const old = h;
    const units = old.map((one, j) =>
      unitStep[cell]({
        j,
        H,
        h: one,
        c: c[j],
        input: (column) => product("Wx", x, column),
        state: (column) => product("Wh", old, column),
        bias: (column) => entry("b")(0, column),
        constant,
      }),
    );
    pre.push(...units.flatMap((unit) => unit.pre));
    h = units.map((unit) => unit.h);
    c = units.flatMap((unit) => (unit.c ? [unit.c] : []));
    rows[t] = h;
  }
  return rows;
}

/** Outputs (one row of duals a step) and pre-activations of [cell → dense] on one sequence. */
export function dualForward(
  layers: readonly LayerName[],
  matrices: readonly NamedMatrix[],
  input: readonly number[][],
): { outputs: Dual[][]; pre: PreActivation[] } {
  const parameters = new Parameters(matrices);
  const pre: PreActivation[] = [];
  const states = layers.map((layer) => layerForward(layer, parameters, input, pre));
  const W = parameters.entry("dense2.W");
  const b = parameters.entry("dense2.b");
  const O = parameters.shape("dense2.W")[1];
  const outputs = input.map((_, t) => {
    const features = states.flatMap((rows) => rows[t]);
    return Array.from({ length: O }, (_, o) => add(b(0, o), ...features.map((x, i) => mul(x, W(i, o)))));
  });
  return { outputs, pre };
}
