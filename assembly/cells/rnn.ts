/** The simple recurrent cell (Elman 1990): h = f(z). */
import { LANES, at, flush, get, put } from "../vector";
import { LOGISTIC, RELU, TANH, activation, derivative } from "../activations";

// @ts-ignore: decorator
@inline
function span(kind: i32, n: i32, pre: usize, h: usize, partials: usize): void {
  for (let i = 0; i < n; i += LANES) {
    const y = activation(kind, get(at(pre, i), n - i));
    put(at(h, i), n - i, flush(y));
    if (partials) put(at(partials, i), n - i, flush(derivative(kind, y)));
  }
}

/**
 * One step: h = f(z), kind as in activate.
 *
 * pre       [B,H]  z
 * h         [B,H]  overwritten, flushed
 * partials  [B,H]  ∂h/∂z, overwritten; 0 for none
 */
export function rnnStep(kind: i32, B: i32, H: i32, pre: usize, h: usize, partials: usize): void {
  const n = B * H;
  if (kind == TANH) span(TANH, n, pre, h, partials);
  else if (kind == LOGISTIC) span(LOGISTIC, n, pre, h, partials);
  else if (kind == RELU) span(RELU, n, pre, h, partials);
  else span(0, n, pre, h, partials);
}
