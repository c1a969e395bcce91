/**
 * recurrent-js 1.7: its graph of matrices in doubles, a batch as columns, gates one by one as its own LSTM
 * has them.
 */
import { createRequire } from "node:module";
import { measure } from "./measure.js";
import { rate, shapes } from "./material.js";

const { Graph, Mat } = createRequire(import.meta.url)("recurrent-js");

/** The matrix [rows, columns] whose entry (r, c) is data[at(r, c)]. */
function matrix(rows, columns, data, at) {
  const m = new Mat(rows, columns);
  for (let r = 0; r < rows; ++r) for (let c = 0; c < columns; ++c) m.w[r * columns + c] = data[at(r, c)];
  return m;
}

await measure((w, arrays) => {
  const { T, B, I, H, O } = w;
  const G = w.cell === "lstm" ? 4 : 1;
  const gates = Array.from({ length: G }, (_, k) => ({
    Wx: matrix(H, I, arrays.Wx, (r, c) => c * G * H + k * H + r),
    Wh: matrix(H, H, arrays.Wh, (r, c) => c * G * H + k * H + r),
    b: matrix(H, 1, arrays.b, (r) => k * H + r),
  }));
  const Wo = matrix(O, H, arrays.Wo, (r, c) => c * O + r);
  const bo = matrix(O, 1, arrays.bo, (r) => r);
  const x = Array.from({ length: T }, (_, t) => matrix(I, B, arrays.x, (r, c) => (t * B + c) * I + r));
  const ones = matrix(1, B, [1], () => 0);
  const parameters = [Wo, bo, ...gates.flatMap(({ Wx, Wh, b }) => [Wx, Wh, b])];
  const state = (h, c, x, g) => {
    const gate = ({ Wx, Wh, b }) => g.add(g.add(g.mul(Wx, x), g.mul(Wh, h)), g.mul(b, ones));
    if (w.cell !== "lstm") return [w.cell === "tanh" ? g.tanh(gate(gates[0])) : g.sig(gate(gates[0])), c];
    const [i, f, n, o] = gates;
    const now = g.add(g.eltmul(g.sig(gate(f)), c), g.eltmul(g.sig(gate(i)), g.tanh(gate(n))));
    return [g.eltmul(g.sig(gate(o)), g.tanh(now)), now];
  };
  let at = 0;
  let oldH = new Mat(H, B);
  let oldC = new Mat(H, B);
  if (w.loss === "none")
    return {
      step() {
        const g = new Graph();
        g.memorizeOperationSequence(false);
        [oldH, oldC] = state(oldH, oldC, x[at++ % T], g);
        return oldH.w.reduce((sum, v) => sum + v, 0) / H;
      },
    };
  const steps = w.when === "last" ? [T - 1] : Array.from({ length: T }, (_, t) => t);
  const count = steps.length * B * O;
  const target = steps.map((_, k) => matrix(O, B, arrays.target, (r, c) => (k * B + c) * O + r));
  return {
    step() {
      const g = new Graph();
      g.memorizeOperationSequence(true);
      let h = new Mat(H, B);
      let c = new Mat(H, B);
      let loss = 0;
      const outputs = [];
      for (let t = 0; t < T; ++t) {
        [h, c] = state(h, c, x[t], g);
        if (w.when === "every" || t === T - 1) outputs.push(g.add(g.mul(Wo, h), g.mul(bo, ones)));
      }
      outputs.forEach((y, k) => {
        for (let e = 0; e < y.w.length; ++e) {
          const z = y.w[e];
          const d = target[k].w[e];
          loss +=
            w.loss === "squared"
              ? (z - d) ** 2 / 2
              : Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - z * d;
          y.dw[e] = (w.loss === "squared" ? z - d : 1 / (1 + Math.exp(-z)) - d) / count;
        }
      });
      g.backward();
      for (const p of parameters) p.update(rate);
      return loss / count;
    },
  };
});
