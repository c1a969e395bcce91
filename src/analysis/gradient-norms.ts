/**
 * How the gradient fades or grows on its way back through time (Bengio et al. 1994; Pascanu et al. 2013): the
 * norm of ∂loss/∂h at each lag behind a sequence's last step, in every recurrent layer.
 */
import { DataError } from "../wasm/errors.ts";
import type { DataItem } from "../data/item.ts";
import { internals } from "../models/network/internals.ts";
import type { Network } from "../models/network/network.ts";

/** Norms of one recurrent layer. */
export interface LayerGradientNorms {
  /** The layer's, as its parameters begin: "lstm1". */
  readonly name: string;
  /**
   * norms[k]: root mean square over sequences of ‖∂loss/∂h‖ at k steps before a sequence's last; loss is the
   * summed loss of one sequence.
   */
  readonly norms: Float64Array;
}

/** Gradient norms by lag for every recurrent layer. The longest sequence sets the number of lags. */
export function gradientNorms(net: Network, items: readonly DataItem[]): LayerGradientNorms[] {
  const { built, inspect } = internals(net);
  if (built.recurrent.length === 0) throw new DataError("gradientNorms: the net has no recurrent layer");
  return inspect(items, (tape, { packing, total }) =>
    built.recurrent.map(({ node, name }) => {
      const { columns: H } = tape.shape(node);
      const d = net.engine.memory.reals(tape.adjoint(node), packing.rows * H);
      const squares = new Float64Array(packing.steps);
      const counts = new Float64Array(packing.steps);
      for (let b = 0; b < packing.sequences; ++b) {
        for (let lag = 0; lag < packing.lengths[b]; ++lag) {
          const from = (packing.offsetAt[packing.lengths[b] - 1 - lag] + b) * H;
          for (let j = 0; j < H; ++j) squares[lag] += d[from + j] * d[from + j];
          ++counts[lag];
        }
      }
      return { name, norms: squares.map((sum, lag) => total * Math.sqrt(sum / counts[lag])) };
    }),
  );
}

/**
 * The slope of log norm against lag between two lags, by least squares: nats a step, below 0 where gradients
 * vanish.
 */
export function fittedRate(lags: ArrayLike<number>, logNorms: ArrayLike<number>): number {
  const n = lags.length;
  let mx = 0;
  let my = 0;
  let xy = 0;
  let xx = 0;
  for (let i = 0; i < n; ++i) {
    mx += lags[i] / n;
    my += logNorms[i] / n;
  }
  for (let i = 0; i < n; ++i) {
    xy += (lags[i] - mx) * (logNorms[i] - my);
    xx += (lags[i] - mx) * (lags[i] - mx);
  }
  return xy / xx;
}
