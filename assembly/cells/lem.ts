/** Long expressive memory (Rusch et al. 2022): an ordinary differential equation with learned step sizes. */
import { LANES, add, at, flush, get, mul, put, splat, sub } from "../vector";
import { logisticLanes, tanhLanes } from "../elementary/lanes";
import { logisticSlope, tanhSlope } from "./slopes";

/**
 * One of the two states of a step: a = dt·σ(z_a), s = (1-a)⊙s₀ + a⊙tanh(z_s).
 *
 * size, toward      gate blocks of z_a and z_s, below 4
 * pre       [B,4H]
 * s0, s     [B,H]       state before and after; s is overwritten, flushed
 * partials  [B,3H], ldp ∂s/∂z_a ∂s/∂z_s ∂s/∂s₀, overwritten; 0 for none
 */
export function lemStep(
  B: i32,
  H: i32,
  dt: f64,
  size: i32,
  toward: i32,
  pre: usize,
  s0: usize,
  s: usize,
  partials: usize,
  ldp: i32,
): void {
  const longest = splat(dt);
  const next = at(0, H);
  for (; B > 0; --B, pre += 4 * next, s0 += next, s += next) {
    for (let j = 0; j < H; j += LANES) {
      const n = H - j;
      const gate = logisticLanes(get(at(pre, size * H + j), n));
      const goal = tanhLanes(get(at(pre, toward * H + j), n));
      const old = get(at(s0, j), n);
      const a = mul(longest, gate);
      const keep = sub(splat(1), a);
      put(at(s, j), n, flush(add(mul(keep, old), mul(a, goal))));
      if (!partials) continue;
      const p = at(partials, j);
      put(p, n, flush(mul(mul(longest, logisticSlope(gate)), sub(goal, old))));
      put(p + next, n, flush(mul(a, tanhSlope(goal))));
      put(p + 2 * next, n, flush(keep));
    }
    if (partials) partials = at(partials, ldp);
  }
}
