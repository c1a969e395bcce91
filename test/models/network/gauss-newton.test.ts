/** Gauss-Newton products of a net by differences of what it predicts. */
import { describe, expect, test } from "vitest";
import { bidirectional, dense, gru, lstm, rnn, type Layer } from "../../../src/index.ts";
import { close } from "../../close.ts";
import { build, items, values } from "./builders.ts";

describe("Gauss-Newton", () => {
  test.each<[string, Layer[], "squared" | "bernoulli" | "softmax"]>([
    ["rnn, squared", [rnn(3), dense(2)], "squared"],
    ["lstm, bernoulli", [lstm(2), dense(2)], "bernoulli"],
    ["gru, softmax", [gru(2), dense(3)], "softmax"],
    ["both directions, softmax", [bidirectional(lstm(2)), dense(3)], "softmax"],
  ])("%s: the product is Jᵀ·H·J of the explicit Jacobian", async (_, layers, loss) => {
    const O = (layers[layers.length - 1] as { units: number }).units;
    const net = await build({ layers, loss, precision: "float64" });
    const lengths = [3, 2];
    const inputs = items(lengths).map((item) => item.input as number[]);
    const steps = 5;
    const data = inputs.map((input) => ({
      input,
      target: Array.from({ length: (input.length / 2) * (loss === "softmax" ? 1 : O) }, (_, i) => i % 2),
    }));
    const P = net.size;
    const theta = values(net);
    const h = 1e-5;
    const set = (x: number[]): void => {
      let at = 0;
      for (const p of net.parameters) {
        p.set(x.slice(at, at + p.data.length));
        at += p.data.length;
      }
    };
    const logits = {
      squared: (y: number): number => y,
      bernoulli: (y: number): number => Math.log(y / (1 - y)),
      softmax: (y: number): number => Math.log(y),
    }[loss];
    const outputs = (x: number[]): number[] => {
      set(x);
      return net.predict(inputs).flatMap((y) => Array.from(y, logits));
    };
    // For softmax the logits are known up to a constant a row, which diag(p) - p·pᵀ ignores.
    const J = theta.map((_, p) => {
      const plus = outputs(theta.map((x, i) => (i === p ? x + h : x)));
      const minus = outputs(theta.map((x, i) => (i === p ? x - h : x)));
      return plus.map((y, i) => (y - minus[i]) / (2 * h));
    });
    const y = (set(theta), net.predict(inputs).flatMap((y) => Array.from(y)));
    const v = theta.map((_, i) => Math.cos(3 * i));
    const Jv = y.map((_, i) => J.reduce((sum, column, p) => sum + column[i] * v[p], 0));
    const HJv = Jv.map((r, i) => {
      if (loss === "squared") return r;
      if (loss === "bernoulli") return y[i] * (1 - y[i]) * r;
      const from = Math.floor(i / O) * O;
      const p = y.slice(from, from + O);
      const mean = p.reduce((sum, q, j) => sum + q * Jv[from + j], 0);
      return y[i] * (r - mean);
    });
    const want = J.map((column) => column.reduce((sum, x, i) => sum + x * HJv[i], 0) / steps);
    close(net.gaussNewtonProduct(data, v), want, { rel: 1e-8, abs: 1e-9 });
    expect(P).toBe(theta.length);
  });
});
