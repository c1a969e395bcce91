/**
 * Steps of a filter with one output, and of the pass backward for its score, in f64: rank-one updates, and a
 * transition in place.
 *
 * Most rows of the A of a structural model hand a state on as it is. Such a state keeps its place in memory
 * and only its name changes; the R rows that compute take the places of states that end. `places` [n] i32
 * says where each state stands in vectors, and in rows and columns of matrices. The nonzero entries of the
 * one row of C are `c` [m], of the states `which` [m] i32.
 */
import { product } from "../algebra/product";
import { at64, axpy64, dot64, get64, put64 } from "../algebra/small";

@inline
function int(p: usize, i: i32): i32 {
  return load<i32>(p + ((<usize>i) << 2));
}
@inline
function putInt(p: usize, i: i32, x: i32): void {
  store<i32>(p + ((<usize>i) << 2), x);
}

/** out [n] += a·x + b·y. */
@inline
function addTwo(n: i32, a: f64, x: usize, b: f64, y: usize, out: usize): void {
  const s = f64x2.splat(a);
  const t = f64x2.splat(b);
  let i = 0;
  for (; i + 2 <= n; i += 2, x += 16, y += 16, out += 16) {
    const sum = f64x2.add(f64x2.mul(s, v128.load(x)), f64x2.mul(t, v128.load(y)));
    v128.store(out, f64x2.add(v128.load(out), sum));
  }
  if (i < n) store<f64>(out, load<f64>(out) + (a * load<f64>(x) + b * load<f64>(y)));
}

/** to [n] = P [n,n]·Cᵀ; gives C·to. */
export function scalarProject(
  n: i32,
  m: i32,
  c: usize,
  which: usize,
  places: usize,
  P: usize,
  to: usize,
): f64 {
  memory.fill(to, 0, (<usize>n) << 3);
  for (let k = 0; k < m; ++k) axpy64(n, get64(c, k), at64(P, int(places, int(which, k)) * n), to);
  let sum: f64 = 0;
  for (let k = 0; k < m; ++k) sum += get64(c, k) * get64(to, int(places, int(which, k)));
  return sum;
}

/** gain [n] = PC·inverse, x [n] += gain·error, P [n,n] -= inverse·PC·PCᵀ, which stays symmetric. */
export function scalarUpdate(
  n: i32,
  inverse: f64,
  error: f64,
  PC: usize,
  x: usize,
  P: usize,
  gain: usize,
): void {
  const root = Math.sqrt(inverse);
  for (let i = 0; i < n; ++i) put64(gain, i, get64(PC, i) * root);
  for (let i = 0; i < n; ++i) axpy64(n, -get64(gain, i), gain, at64(P, i * n));
  for (let i = 0; i < n; ++i) put64(gain, i, get64(PC, i) * inverse);
  axpy64(n, error, gain, x);
}

/** The rows [R,n] of states that compute, by places. */
function placeRows(n: i32, R: i32, places: usize, rows: usize, to: usize): void {
  for (let r = 0; r < R; ++r)
    for (let j = 0; j < n; ++j) put64(to, r * n + int(places, j), get64(rows, r * n + j));
}

/** The i-th of the states that compute: where it stands. */
@inline
function taken(n: i32, tables: usize, places: usize, r: i32): i32 {
  return int(places, int(tables, n + r));
}

/**
 * x [n] ← A·x and P ← A·P·Aᵀ for `count` symmetric P [n,n] back to back. tables: whose place each state takes
 * [n], the states that compute [R], and room for n, i32; rows [R,n] those of A that compute, by states; work
 * [R·(2n + 1)].
 */
export function scalarForward(
  n: i32,
  R: i32,
  tables: usize,
  places: usize,
  rows: usize,
  x: usize,
  count: i32,
  P: usize,
  work: usize,
): void {
  const left = work;
  const right = at64(left, R * n);
  const values = at64(right, R * n);
  const spare = tables + ((<usize>(n + R)) << 2);
  placeRows(n, R, places, rows, left);
  for (let i = 0; i < n; ++i) putInt(spare, i, int(places, int(tables, i)));
  memory.copy(places, spare, (<usize>n) << 2);
  for (let r = 0; r < R; ++r) put64(values, r, dot64(n, at64(left, r * n), x));
  for (let r = 0; r < R; ++r) put64(x, taken(n, tables, places, r), get64(values, r));
  for (let k = 0; R > 0 && k < count; ++k, P = at64(P, n * n)) {
    product(R, n, n, left, n, P, n, right, n);
    for (let r = 0; r < R; ++r) {
      const at = taken(n, tables, places, r);
      for (let i = 0; i < n; ++i) {
        const value = get64(right, r * n + i);
        put64(P, at * n + i, value);
        put64(P, i * n + at, value);
      }
    }
    for (let r = 0; r < R; ++r)
      for (let q = 0; q <= r; ++q) {
        const a = taken(n, tables, places, r);
        const b = taken(n, tables, places, q);
        const sum = dot64(n, at64(left, q * n), at64(right, r * n));
        put64(P, a * n + b, sum);
        put64(P, b * n + a, sum);
      }
  }
}

/**
 * x [n] ← Aᵀ·x and N ← Aᵀ·N·A of a symmetric N [n,n]; tables, places and rows as in scalarForward, work
 * [R·(2n + R)].
 *
 * N less the rows and columns that compute, plus Σ a·mᵀ + m·aᵀ gives Aᵀ·N·A, with a the rows of A and m
 * these of N, less the corner where they meet and plus half of it times the rows of A.
 */
export function scalarBackward(
  n: i32,
  R: i32,
  tables: usize,
  places: usize,
  rows: usize,
  x: usize,
  N: usize,
  work: usize,
): void {
  const left = work;
  const right = at64(left, R * n);
  const corner = at64(right, R * n);
  const spare = tables + ((<usize>(n + R)) << 2);
  for (let r = 0; r < R; ++r)
    for (let q = 0; q < R; ++q) {
      const at = taken(n, tables, places, r) * n + taken(n, tables, places, q);
      put64(corner, r * R + q, get64(N, at));
      put64(N, at, 0);
    }
  for (let r = 0; r < R; ++r) {
    const at = taken(n, tables, places, r);
    memory.copy(at64(right, r * n), at64(N, at * n), (<usize>n) << 3);
  }
  for (let r = 0; r < R; ++r) {
    const at = taken(n, tables, places, r);
    for (let i = 0; i < n; ++i) {
      put64(N, at * n + i, 0);
      put64(N, i * n + at, 0);
    }
  }
  for (let i = 0; i < n; ++i) putInt(spare, int(tables, i), int(places, i));
  // the places before this step, once those after it are no more asked for
  const values = left;
  for (let r = 0; r < R; ++r) {
    const at = taken(n, tables, places, r);
    put64(values, r, get64(x, at));
    put64(x, at, 0);
  }
  memory.copy(places, spare, (<usize>n) << 2);
  addRows(n, R, places, rows, values, x);
  placeRows(n, R, places, rows, left);
  for (let r = 0; r < R; ++r)
    for (let q = 0; q < R; ++q)
      axpy64(n, 0.5 * get64(corner, r * R + q), at64(left, q * n), at64(right, r * n));
  for (let r = 0; r < R; ++r) {
    const a = at64(left, r * n);
    const m = at64(right, r * n);
    for (let i = 0; i < n; ++i) addTwo(n, get64(a, i), m, get64(m, i), a, at64(N, i * n));
  }
}

/** x [n] += Σ_r values_r · row r, by places. */
function addRows(n: i32, R: i32, places: usize, rows: usize, values: usize, x: usize): void {
  for (let r = 0; r < R; ++r)
    for (let j = 0; j < n; ++j) {
      const at = int(places, j);
      put64(x, at, get64(x, at) + get64(values, r) * get64(rows, r * n + j));
    }
}

/** states [n] += ½·(weight·r² - N_ii), by states. */
export function scalarStates(n: i32, weight: f64, places: usize, r: usize, N: usize, states: usize): void {
  for (let i = 0; i < n; ++i) {
    const at = int(places, i);
    const x = get64(r, at);
    put64(states, i, get64(states, i) + 0.5 * (weight * x * x - get64(N, at * n + at)));
  }
}

/**
 * Back over a value with its gain [n], its error/F and 1/F: r [n] ← r + Cᵀ·u and
 * N ← N - Cᵀ·(N·K)ᵀ - (N·K)·C + Cᵀ·D·C with u = error - Kᵀ·r and D = precision + Kᵀ·N·K. Gives
 * ½·(weight·u² - D). NK [n] is room.
 */
export function scalarScore(
  n: i32,
  m: i32,
  c: usize,
  which: usize,
  places: usize,
  weight: f64,
  error: f64,
  precision: f64,
  gain: usize,
  r: usize,
  N: usize,
  NK: usize,
): f64 {
  product(1, n, n, gain, n, N, n, NK, n);
  const u = error - dot64(n, gain, r);
  const D = precision + dot64(n, gain, NK);
  for (let k = 0; k < m; ++k) {
    const at = int(places, int(which, k));
    const value = get64(c, k);
    put64(r, at, get64(r, at) + value * u);
    axpy64(n, -value, NK, at64(N, at * n));
    for (let j = 0; j < n; ++j) put64(N, j * n + at, get64(N, j * n + at) - value * get64(NK, j));
    for (let l = 0; l < m; ++l) {
      const to = at * n + int(places, int(which, l));
      put64(N, to, get64(N, to) + value * (D * get64(c, l)));
    }
  }
  return 0.5 * (weight * u * u - D);
}
