/**
 * recurrent-js 1.7: its graph of matrices in doubles, a batch as columns, gates one by one as its own LSTM
 * has them.
 */
import { createRequire } from "node:module";
import { measure } from "./measure.js";
import { rate } from "./arrays.js";

const { Graph, Mat } = createRequire(import.meta.url)("recurrent-js");

/** The matrix [rows, columns] whose entry (r, c) is data[at(r, c)]. */
function matrix(rows, columns, data, at) {
  const m = new Mat(rows, columns);
  for (let r = 0; r < rows; ++r) for (let c = 0; c < columns; ++c) m.w[r * columns + c] = data[at(r, c)];
  return m;
}

/** The weights as recurrent-js holds them, a gate at a time; `all` is what a step updates. */
function parameters({ I, H, O, cell }, arrays) {
  const G = cell === "lstm" ? 4 : 1;
  const gates = Array.from({ length: G }, (_, k) => ({
    Wx: matrix(H, I, arrays.Wx, (r, c) => c * G * H + k * H + r),
    Wh: matrix(H, H, arrays.Wh, (r, c) => c * G * H + k * H + r),
    b: matrix(H, 1, arrays.b, (r) => k * H + r),
  }));
  const Wo = matrix(O, H, arrays.Wo, (r, c) => c * O + r);
  const bo = matrix(O, 1, arrays.bo, (r) => r);
  return { gates, Wo, bo, all: [Wo, bo, ...gates.flatMap(({ Wx, Wh, b }) => [Wx, Wh, b])] };
}

/** The step of the cell: (h, c, x, graph) → [h, c]. */
function stepOf(cell, gates, ones) {
  const gate = (g, { Wx, Wh, b }, h, x) => g.add(g.add(g.mul(Wx, x), g.mul(Wh, h)), g.mul(b, ones));
  if (cell !== "lstm") {
    const squash = cell === "tanh" ? "tanh" : "sig";
    return (h, c, x, g) => [g[squash](gate(g, gates[0], h, x)), c];
  }
  return (h, c, x, g) => {
    const [i, f, n, o] = gates.map((of) => gate(g, of, h, x));
    const now = g.add(g.eltmul(g.sig(f), c), g.eltmul(g.sig(i), g.tanh(n)));
    return [g.eltmul(g.sig(o), g.tanh(now)), now];
  };
}

/** One step after another, the state kept. */
function streaming({ T, B, H }, x, state) {
  let at = 0;
  let h = new Mat(H, B);
  let c = new Mat(H, B);
  return {
    step() {
      const g = new Graph();
      g.memorizeOperationSequence(false);
      [h, c] = state(h, c, x[at++ % T], g);
      return h.w.reduce((sum, v) => sum + v, 0) / H;
    },
  };
}

/** Value and derivative of the loss at one output. */
const losses = {
  squared: (z, d) => [(z - d) ** 2 / 2, z - d],
  bernoulli: (z, d) => [
    Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - z * d,
    1 / (1 + Math.exp(-z)) - d,
  ],
};

/** Steps of training by backpropagation through the T steps; `output` makes y of h. */
function training({ T, B, H, O, when, loss }, arrays, x, weights, { state, output }) {
  const steps = when === "last" ? [T - 1] : Array.from({ length: T }, (_, t) => t);
  const count = steps.length * B * O;
  const target = steps.map((_, k) => matrix(O, B, arrays.target, (r, c) => (k * B + c) * O + r));
  return {
    step() {
      const g = new Graph();
      g.memorizeOperationSequence(true);
      let h = new Mat(H, B);
      let c = new Mat(H, B);
      let sum = 0;
      const outputs = [];
      for (let t = 0; t < T; ++t) {
        [h, c] = state(h, c, x[t], g);
        if (when === "every" || t === T - 1) outputs.push(output(h, g));
      }
      outputs.forEach((y, k) => {
        for (let e = 0; e < y.w.length; ++e) {
          const [value, derivative] = losses[loss](y.w[e], target[k].w[e]);
          sum += value;
          y.dw[e] = derivative / count;
        }
      });
      g.backward();
      for (const p of weights.all) p.update(rate);
      return sum / count;
    },
  };
}

await measure((w, arrays) => {
  const { T, B, I } = w;
  const weights = parameters(w, arrays);
  const x = Array.from({ length: T }, (_, t) => matrix(I, B, arrays.x, (r, c) => (t * B + c) * I + r));
  const ones = matrix(1, B, [1], () => 0);
  const state = stepOf(w.cell, weights.gates, ones);
  if (w.loss === "none") return streaming(w, x, state);
  const output = (h, g) => g.add(g.mul(weights.Wo, h), g.mul(weights.bo, ones));
  return training(w, arrays, x, weights, { state, output });
});
