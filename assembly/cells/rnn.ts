/** The simple recurrent cell (Elman 1990): h = f(z). */
import { LANES, flush, get, put } from "../vector";
import { LOGISTIC, RELU, TANH, activate, derivative } from "../elementary/activations";

/** h = flush(y) for y [n] in h, and the partials of a constant kind. */
@inline
function finish(kind: i32, n: i32, h: usize, partials: usize): void {
  for (; n > 0; n -= LANES, h += 16, partials += 16) {
    const y = get(h, n);
    put(h, n, flush(y));
    put(partials, n, flush(derivative(kind, y)));
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
  activate(kind, n, pre, h);
  if (!partials) {
    for (let i = n; i > 0; i -= LANES, h += 16) put(h, i, flush(get(h, i)));
  } else if (kind == TANH) finish(TANH, n, h, partials);
  else if (kind == LOGISTIC) finish(LOGISTIC, n, h, partials);
  else if (kind == RELU) finish(RELU, n, h, partials);
  else finish(0, n, h, partials);
}
