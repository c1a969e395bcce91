/**
 * Small dense f64 vectors and matrices, row-major and unpacked: what closed-form inference makes of them at
 * every time step, where packing would cost more than it saves. Always f64, whatever `Float` is. ld counts
 * elements.
 */

/** Address of element i. */
@inline
export function at64(p: usize, i: i32): usize {
  return p + ((<usize>i) << 3);
}
@inline
export function get64(p: usize, i: i32): f64 {
  return load<f64>(p + ((<usize>i) << 3));
}
@inline
export function put64(p: usize, i: i32, x: f64): void {
  store<f64>(p + ((<usize>i) << 3), x);
}
/** c + a·b. */
@inline
export function plus(c: v128, a: v128, b: v128): v128 {
  return f64x2.add(c, f64x2.mul(a, b));
}

/** out [n] -= Σ_k a[k·step]·B [k, n]: one row of a triangular solve. */
export function subtractRow(n: i32, K: i32, a: usize, step: i32, B: usize, ldb: i32, out: usize): void {
  const aStep = (<usize>step) << 3;
  const bRow = (<usize>ldb) << 3;
  let j = 0;
  for (; j + 8 <= n; j += 8) {
    const c = at64(out, j);
    let p = a;
    let b = at64(B, j);
    let c0 = v128.load(c);
    let c1 = v128.load(c, 16);
    let c2 = v128.load(c, 32);
    let c3 = v128.load(c, 48);
    for (let k = 0; k < K; ++k) {
      const x = v128.load64_splat(p);
      c0 = f64x2.sub(c0, f64x2.mul(x, v128.load(b)));
      c1 = f64x2.sub(c1, f64x2.mul(x, v128.load(b, 16)));
      c2 = f64x2.sub(c2, f64x2.mul(x, v128.load(b, 32)));
      c3 = f64x2.sub(c3, f64x2.mul(x, v128.load(b, 48)));
      p += aStep;
      b += bRow;
    }
    v128.store(c, c0);
    v128.store(c, c1, 16);
    v128.store(c, c2, 32);
    v128.store(c, c3, 48);
  }
  for (; j < n; ++j) {
    let p = a;
    let b = at64(B, j);
    let sum = get64(out, j);
    for (let k = 0; k < K; ++k) {
      sum = sum - load<f64>(p) * load<f64>(b);
      p += aStep;
      b += bRow;
    }
    put64(out, j, sum);
  }
}

/** Σ xᵢ·yᵢ over n elements, in four interleaved partial sums. */
export function dot64(n: i32, x: usize, y: usize): f64 {
  let a = f64x2.splat(0);
  let b = a;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    a = plus(a, v128.load(x), v128.load(y));
    b = plus(b, v128.load(x, 16), v128.load(y, 16));
    x += 32;
    y += 32;
  }
  a = f64x2.add(a, b);
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; i < n; ++i) {
    sum = sum + load<f64>(x) * load<f64>(y);
    x += 8;
    y += 8;
  }
  return sum;
}

/** y [n] += a·x. */
export function axpy64(n: i32, a: f64, x: usize, y: usize): void {
  const s = f64x2.splat(a);
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    v128.store(y, plus(v128.load(y), s, v128.load(x)));
    x += 16;
    y += 16;
  }
  if (i < n) store<f64>(y, load<f64>(y) + a * load<f64>(x));
}

/** out [N,M] = Aᵀ for A [M,N], both without gaps. */
export function transpose(M: i32, N: i32, A: usize, out: usize): void {
  for (let i = 0; i < M; ++i) for (let j = 0; j < N; ++j) put64(out, j * M + i, get64(A, i * N + j));
}

/** A [n,n] = (A + Aᵀ)/2, then += plus [n,n] unless that is 0. */
export function symmetrize(n: i32, A: usize, plus: usize): void {
  for (let i = 0; i < n; ++i) {
    for (let j = 0; j <= i; ++j) {
      let x = 0.5 * (get64(A, i * n + j) + get64(A, j * n + i));
      if (plus) x = x + get64(plus, i * n + j);
      put64(A, i * n + j, x);
      put64(A, j * n + i, x);
    }
  }
}

/** out [n,n] = I - A [n,n]. */
export function identityMinus(n: i32, A: usize, out: usize): void {
  const size = n * n;
  for (let i = 0; i < size; ++i) put64(out, i, -get64(A, i));
  for (let i = 0; i < n; ++i) put64(out, i * n + i, get64(out, i * n + i) + 1);
}

/** Whether no element of x and y [size] differs by more than tolerance times the largest of x. */
export function settled(size: i32, x: usize, y: usize, tolerance: f64): bool {
  let largest: f64 = 0;
  let apart: f64 = 0;
  for (let i = 0; i < size; ++i) {
    const a = get64(x, i);
    largest = max(largest, abs(a));
    apart = max(apart, abs(a - get64(y, i)));
  }
  return apart <= tolerance * largest;
}
