/**
 * y = g ⊙ x̂ + b, each row of x brought to mean 0 and variance 1 (layer normalization, Ba et al. 2016).
 *
 * Inputs: x [N,C], g [1,C], b [1,C]. Output [N,C]. The Jacobian of x̂ is symmetric, so tangents and adjoints
 * take the same product.
 */
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import type { Frame, Op } from "../../graph/op.ts";
import { eachBlockBack } from "../../graph/packing.ts";

type NormalizeFrame = Frame<"hat" | "rate">;

/** out [N,C] = g ⊙ from, overwritten. */
function scaled(f: NormalizeFrame, g: Ptr, from: Ptr, out: Ptr): void {
  const { rows: N, columns: C } = f.shape;
  f.k.fill(N * C, 0, out);
  f.k.mulAddRow(N, C, g, from, C, out, C);
}

/** epsilon is added to the variance. */
export function normalize(epsilon: number): Op {
  return {
    name: "normalize",
    plan: ([x]) => ({
      columns: x.columns,
      packing: x.packing,
      kept: { hat: x.rows * x.columns, rate: x.rows },
    }),
    forward(f: NormalizeFrame) {
      const { rows: N, columns: C } = f.shape;
      const { hat, rate } = f.kept;
      optionalKernels(f.k).normalizeRows(N, C, epsilon, f.x[0], hat, rate);
      f.k.setRows(N, C, f.x[2], f.y, C);
      f.k.mulAddRow(N, C, f.x[1], hat, C, f.y, C);
    },
    vjp(f: NormalizeFrame) {
      const { rows: N, columns: C } = f.shape;
      const { hat, rate } = f.kept;
      eachBlockBack(f.shape.packing, (from, rows) => {
        const dy = f.at(f.dy, from * C);
        f.k.sumProducts(rows, C, dy, C, f.at(hat, from * C), C, f.dx[1]);
        f.k.sumRows(rows, C, dy, C, f.dx[2]);
      });
      if (f.dx[0] === NULL) return;
      const u = f.scratch(N * C);
      scaled(f, f.x[1], f.dy, u);
      optionalKernels(f.k).normalizeProduct(N, C, hat, rate, u, f.dx[0]);
    },
    jvp(f: NormalizeFrame) {
      const { rows: N, columns: C } = f.shape;
      const { hat, rate } = f.kept;
      f.k.setRows(N, C, f.rx[2], f.ry, C);
      f.k.mulAddRow(N, C, f.rx[1], hat, C, f.ry, C);
      if (f.rx[0] === NULL) return;
      const r = f.scratch(N * C);
      f.k.fill(N * C, 0, r);
      optionalKernels(f.k).normalizeProduct(N, C, hat, rate, f.rx[0], r);
      f.k.mulAddRow(N, C, f.x[1], r, C, f.ry, C);
    },
  };
}
