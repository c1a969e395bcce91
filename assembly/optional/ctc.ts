/**
 * Connectionist temporal classification (Graves et al. 2006): -ln of the summed probability of all alignments
 * of a label sequence, by the forward-backward recursion in log space and f64, for packed sequences of
 * unequal length.
 *
 * The states of a sequence of L labels are blank, l₀, blank, l₁, ...
 * blank. Pair i holds the blank before label i and label i; pair L holds the last blank and a cell that is
 * never reached. A v128 of f64 is one pair, so both recursions run over pairs.
 *
 *   α_t(s) = e_t(s) + lse(α_{t-1}(s), α_{t-1}(s-1), α_{t-1}(s-2) if l(s) is a label unlike l(s-2)), e_t(s) =
 *   ln softmax(z_t)[l(s)]
 */
import { exp, log } from "../elementary/elementary";
import { SIZE, at } from "../vector";

/** Below every finite log probability: keeps -∞ - -∞ out of the log of a sum. */
@inline const FLOOR: f64 = -1e300;

/** ln(eᵃ + eᵇ + eᶜ); -∞ where all three are. */
function logSum(a: v128, b: v128, c: v128): v128 {
  const largest = f64x2.pmax(f64x2.pmax(f64x2.pmax(a, b), c), f64x2.splat(FLOOR));
  const sum = f64x2.add(
    f64x2.add(exp<f64>(f64x2.sub(a, largest)), exp<f64>(f64x2.sub(b, largest))),
    exp<f64>(f64x2.sub(c, largest)),
  );
  return f64x2.add(largest, log<f64>(sum));
}

/** Reals k and k+1 of a row of K as f64; past the end, the last one again. */
@inline
function pair(row: usize, k: i32, K: i32): v128 {
  if (k + 1 == K) return f64x2.splat(<f64>load<Float>(at(row, k)));
  return sizeof<Float>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(at(row, k))) : v128.load(at(row, k));
}

/** ln Σ_k exp z_k of a row of K. */
function logSumRow(K: i32, z: usize): f64 {
  let largest = f64x2.splat(-Infinity);
  for (let k = 0; k < K; k += 2) largest = f64x2.pmax(largest, pair(z, k, K));
  const top = max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
  const shift = f64x2.splat(top);
  let sum = f64x2.splat(0);
  for (let k = 0; k + 1 < K; k += 2) sum = f64x2.add(sum, exp<f64>(f64x2.sub(pair(z, k, K), shift)));
  if (K & 1) sum = f64x2.add(sum, f64x2.replace_lane(exp<f64>(f64x2.sub(pair(z, K - 1, K), shift)), 1, 0));
  return (
    top +
    f64x2.extract_lane(log<f64>(f64x2.splat(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))), 0)
  );
}

/** β of pair i at the last step: a labelling may end in the last blank or in the last label. */
@inline
function ending(i: i32, L: i32): v128 {
  const nothing = f64x2.splat(-Infinity);
  if (i == L) return f64x2.replace_lane(nothing, 0, 0);
  return i == L - 1 ? f64x2.replace_lane(nothing, 1, 0) : nothing;
}

/** β of a pair from q of the next step: its own cell, the next, and the one after where that is allowed. */
@inline
function backward(q: usize, skip: usize): v128 {
  return logSum(v128.load(q), v128.load(q, 8), f64x2.add(v128.load(q, 16), v128.load(skip, 16)));
}

/** n f64 set to v. */
function fill64(n: i32, v: f64, p: usize): void {
  for (const end = p + ((<usize>n) << 3); p < end; p += 8) store<f64>(p, v);
}

/** e [L+1 pairs] of one step: ln probabilities of the blank and of each label. */
function emissions(L: i32, blank: i32, labels: usize, z: usize, norm: f64, e: usize): void {
  const rest = <f64>load<Float>(at(z, blank)) - norm;
  for (let i = 0; i < L; ++i, e += 16) {
    store<f64>(e, rest);
    store<f64>(e + 8, <f64>load<Float>(at(z, load<i32>(labels + ((<usize>i) << 2)))) - norm);
  }
  store<f64>(e, rest);
  store<f64>(e + 8, -Infinity);
}

// What a sequence keeps from value to gradient, in f64: ln P, the T norms of its softmax, and α [T, 1+L+1
// pairs], a pair of -∞ first. Scratch: four rows of pairs (skip, e, q, the q of the step before) and γ [K].

/** f64 cells of a row of pairs with one more on either end. */
@inline
function cells(L: i32): i32 {
  return 2 * L + 4;
}

/** Row of z or dz of sequence b at step t. */
@inline
function rowOf(z: usize, K: i32, offsetAt: usize, t: i32, b: i32): usize {
  return at(z, (load<i32>(offsetAt + ((<usize>t) << 2)) + b) * K);
}

/** Reals that one sequence of T steps and L labels keeps from `ctcValue` to `ctcGradient`. */
export function ctcKept(T: i32, L: i32): i32 {
  return (1 + T + T * cells(L)) * (8 / <i32>SIZE);
}

/** Reals of scratch for sequences of at most L labels among K classes. */
export function ctcScratch(L: i32, K: i32): i32 {
  return (4 * cells(L) + K + 1) * (8 / <i32>SIZE);
}

/** skip [L+2 pairs]: 0 where label i may follow label i-1 without a blank, else -∞; the blank lanes never. */
function skips(L: i32, labels: usize, skip: usize): void {
  fill64(cells(L), -Infinity, skip);
  for (let i = 1; i < L; ++i) {
    if (load<i32>(labels + ((<usize>i) << 2)) != load<i32>(labels + ((<usize>(i - 1)) << 2)))
      store<f64>(skip + ((<usize>i) << 4) + 8, 0);
  }
}

/**
 * Σ_b w_b·-ln P(labels of b | softmax of its rows), nats; ∞ where a sequence of weight above 0 has no
 * alignment.
 *
 * offsetAt [T+1], lengths [B]  the packing: row of sequence b at step t is offsetAt[t] + b
 * labels, labelAt [B+1] class numbers of sequence b are labels[labelAt[b]..labelAt[b+1]), none the blank
 * z [N,K]  logits              weight [B]  w
 * kept                         Σ_b ctcKept(T_b, L_b) reals, overwritten, for `ctcGradient`
 * scratch                      ctcScratch(longest L, K) reals
 */
export function ctcValue(
  B: i32,
  K: i32,
  blank: i32,
  offsetAt: usize,
  lengths: usize,
  labels: usize,
  labelAt: usize,
  z: usize,
  weight: usize,
  kept: usize,
  scratch: usize,
): f64 {
  let sum: f64 = 0;
  for (let b = 0; b < B; ++b) {
    const from = load<i32>(labelAt + ((<usize>b) << 2));
    const L = load<i32>(labelAt + ((<usize>b) << 2) + 4) - from;
    const T = load<i32>(lengths + ((<usize>b) << 2));
    const l = labels + ((<usize>from) << 2);
    const width = (<usize>cells(L)) << 3;
    const norms = kept + 8;
    const alpha = norms + ((<usize>T) << 3);
    const skip = scratch;
    const e = skip + width;
    skips(L, l, skip);
    // pairs that the start reaches and that reach the end: L - T + t ≤ i ≤ t
    for (let t = 0; t < T; ++t) {
      const row = rowOf(z, K, offsetAt, t, b);
      const now = alpha + <usize>t * width + 16;
      const old = now - width;
      const norm = logSumRow(K, row);
      store<f64>(norms + ((<usize>t) << 3), norm);
      emissions(L, blank, l, row, norm, e);
      fill64(cells(L), -Infinity, now - 16);
      if (t == 0) {
        v128.store(now, v128.load(e));
        continue;
      }
      for (let i = max(0, L - T + t), last = min(L, t); i <= last; ++i) {
        const o = (<usize>i) << 4;
        const jump = f64x2.add(v128.load(old + o - 16), v128.load(skip + o));
        v128.store(
          now + o,
          f64x2.add(v128.load(e + o), logSum(v128.load(old + o), v128.load(old + o - 8), jump)),
        );
      }
    }
    // the last blank; the last label stands before it
    const end = alpha + <usize>(T - 1) * width + 16 + ((<usize>L) << 4);
    const logP = f64x2.extract_lane(
      logSum(f64x2.splat(load<f64>(end)), f64x2.splat(load<f64>(end - 8)), f64x2.splat(-Infinity)),
      0,
    );
    store<f64>(kept, logP);
    kept = alpha + <usize>T * width;
    const w = <f64>load<Float>(at(weight, b));
    if (w != 0) sum -= w * logP;
  }
  return sum;
}

/**
 * dz [N,K] += scale·w_b·(p - γ), with γ the posterior of each class at each step; a sequence without an
 * alignment adds nothing. The other buffers as `ctcValue` left them.
 *
 *   γ = exp(α + β - ln P)      β_t(s) = lse(q(s), q(s+1), q(s+2) if allowed)      q = e_{t+1} + β_{t+1}
 */
export function ctcGradient(
  B: i32,
  K: i32,
  blank: i32,
  offsetAt: usize,
  lengths: usize,
  labels: usize,
  labelAt: usize,
  z: usize,
  weight: usize,
  kept: usize,
  scratch: usize,
  scale: f64,
  dz: usize,
): void {
  for (let b = 0; b < B; ++b) {
    const from = load<i32>(labelAt + ((<usize>b) << 2));
    const L = load<i32>(labelAt + ((<usize>b) << 2) + 4) - from;
    const T = load<i32>(lengths + ((<usize>b) << 2));
    const l = labels + ((<usize>from) << 2);
    const width = (<usize>cells(L)) << 3;
    const norms = kept + 8;
    const alpha = norms + ((<usize>T) << 3);
    const logP = load<f64>(kept);
    const factor = scale * <f64>load<Float>(at(weight, b));
    kept = alpha + <usize>T * width;
    if (factor == 0 || logP == -Infinity) continue;
    const skip = scratch;
    const e = skip + width;
    const gamma = e + 3 * width;
    let q = e + width;
    let next = q + width;
    skips(L, l, skip);
    fill64(2 * cells(L), -Infinity, q); // and next, which lies behind it
    fill64(K + 1, 0, gamma);
    for (let t = T - 1; t >= 0; --t) {
      const row = rowOf(z, K, offsetAt, t, b);
      const now = alpha + <usize>t * width + 16;
      const norm = load<f64>(norms + ((<usize>t) << 3));
      emissions(L, blank, l, row, norm, e);
      let rest: f64 = 0;
      for (let i = max(0, L - T + t), last = min(L, t); i <= last; ++i) {
        const o = (<usize>i) << 4;
        const beta = t == T - 1 ? ending(i, L) : backward(next + o, skip + o);
        v128.store(q + o, f64x2.add(v128.load(e + o), beta));
        const posterior = exp<f64>(f64x2.sub(f64x2.add(v128.load(now + o), beta), f64x2.splat(logP)));
        rest += f64x2.extract_lane(posterior, 0);
        if (i == L) continue;
        const cell = gamma + ((<usize>load<i32>(l + ((<usize>i) << 2))) << 3);
        store<f64>(cell, load<f64>(cell) + f64x2.extract_lane(posterior, 1));
      }
      store<f64>(gamma + ((<usize>blank) << 3), rest);
      addGradient(K, row, norm, gamma, factor, rowOf(dz, K, offsetAt, t, b));
      const spare = next;
      next = q;
      q = spare;
      fill64(cells(L), -Infinity, q); // the band moves by a pair a step: what leaves it reads as -∞ again
    }
  }
}

/** dz += scale·(exp(z - norm) - γ) over a row of K; γ is cleared. */
function addGradient(K: i32, z: usize, norm: f64, gamma: usize, scale: f64, dz: usize): void {
  const shift = f64x2.splat(norm);
  const factor = f64x2.splat(scale);
  for (let k = 0; k < K; k += 2) {
    const g = gamma + ((<usize>k) << 3);
    const d = f64x2.mul(factor, f64x2.sub(exp<f64>(f64x2.sub(pair(z, k, K), shift)), v128.load(g)));
    v128.store(g, f64x2.splat(0));
    store<Float>(at(dz, k), load<Float>(at(dz, k)) + <Float>f64x2.extract_lane(d, 0));
    if (k + 1 < K) store<Float>(at(dz, k + 1), load<Float>(at(dz, k + 1)) + <Float>f64x2.extract_lane(d, 1));
  }
}
