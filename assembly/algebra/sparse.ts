/** Products with a sparse matrix whose rows all have the same number of entries, in f64: reservoirs. */

/** f64 i of an array. */
@inline
function value(x: usize, i: i32): f64 {
  return load<f64>(x + ((<usize>i) << 3));
}

/**
 * y [B,N] += x [B,M]·Wᵀ for W [N,M] with K entries a row: y[b,j] += Σ_k weight[j,k]·x[b, from[j,k]].
 * from [N,K] 32-bit column numbers, weight [N,K]; ldx, ldy row strides in elements. Entry k goes to partial
 * sum k mod 4.
 */
export function sparseProduct(
  B: i32,
  N: i32,
  K: i32,
  from: usize,
  weight: usize,
  x: usize,
  ldx: i32,
  y: usize,
  ldy: i32,
): void {
  const whole = K & ~3;
  for (let b = 0; b < B; ++b) {
    const row = x + ((<usize>(b * ldx)) << 3);
    const out = y + ((<usize>(b * ldy)) << 3);
    let f = from;
    let w = weight;
    for (let j = 0; j < N; ++j) {
      let s0: f64 = 0;
      let s1: f64 = 0;
      let s2: f64 = 0;
      let s3: f64 = 0;
      let k = 0;
      for (; k < whole; k += 4, f += 16, w += 32) {
        s0 = s0 + load<f64>(w) * value(row, load<i32>(f));
        s1 = s1 + load<f64>(w, 8) * value(row, load<i32>(f, 4));
        s2 = s2 + load<f64>(w, 16) * value(row, load<i32>(f, 8));
        s3 = s3 + load<f64>(w, 24) * value(row, load<i32>(f, 12));
      }
      for (; k < K; ++k, f += 4, w += 8) s0 = s0 + load<f64>(w) * value(row, load<i32>(f));
      const at = out + ((<usize>j) << 3);
      store<f64>(at, load<f64>(at) + (s0 + s1 + (s2 + s3)));
    }
  }
}
