/**
 * Orthogonal matrices as functions of free numbers (Lezcano-Casado, Martínez-Rubio 2019):
 *
 *   W = exp(A)·D    A = -Aᵀ, its n(n-1)/2 numbers above the diagonal are φ; D = diag(1, …, 1, ±1)
 *
 * exp by its series of A/2ˢ and s squarings; its derivative L(A, E) is that of the same steps, and the
 * adjoint of E → L(A, E) is G → L(A, Gᵀ)ᵀ. Back from a matrix by its polar factor, square roots, and the
 * series of artanh. All in double precision: WᵀW - I is rounding.
 */
import { NumericError } from "../wasm/errors.ts";
import { identity, inverse, multiply, transposed } from "./square-matrix.ts";

const TERMS = 14; // of exp, for ‖A‖ ≤ 1/2: the next is below 1e-16
const NEWTON = 100; // steps to a polar factor; ten where nothing is nearly singular
const ROOTS = 40;
const ARTANH = 17; // the last power of its series, for ‖C‖ ≤ 1/8

/** ‖A‖∞ */
function norm(n: number, A: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < n; ++i) {
    let sum = 0;
    for (let j = 0; j < n; ++j) sum += Math.abs(A[n * i + j]);
    largest = Math.max(largest, sum);
  }
  return largest;
}

/** exp(A), and what its derivative needs. */
class Exponential {
  readonly value: Float64Array;
  readonly #n: number;
  readonly #scale: number;
  readonly #A: Float64Array;
  /** (A/2ˢ)ᵏ/k!, and the squares of their sum. */
  readonly #terms: Float64Array[];
  readonly #squares: Float64Array[] = [];

  constructor(n: number, A: Float64Array) {
    let scale = 1;
    for (let size = norm(n, A); size > 0.5; size /= 2) scale /= 2;
    const sum = identity(n);
    this.#n = n;
    this.#scale = scale;
    this.#A = A.map((a) => a * scale);
    this.#terms = [identity(n)];
    for (let k = 1; k <= TERMS; ++k) {
      const term = new Float64Array(n * n);
      multiply(n, this.#terms[k - 1], this.#A, term);
      for (let i = 0; i < term.length; ++i) sum[i] += term[i] /= k;
      this.#terms.push(term);
    }
    let value = sum;
    for (let half = scale; half < 1; half *= 2) {
      this.#squares.push(value);
      const square = new Float64Array(n * n);
      multiply(n, value, value, square);
      value = square;
    }
    this.value = value;
  }

  /** L(A, E): how exp(A) moves where A moves by E. */
  derivative(E: Float64Array): Float64Array {
    const n = this.#n;
    const [left, right] = [new Float64Array(n * n), new Float64Array(n * n)];
    const step = E.map((e) => e * this.#scale);
    const term = new Float64Array(n * n);
    const sum = new Float64Array(n * n);
    for (let k = 1; k <= TERMS; ++k) {
      multiply(n, term, this.#A, left);
      multiply(n, this.#terms[k - 1], step, right);
      for (let i = 0; i < sum.length; ++i) sum[i] += term[i] = (left[i] + right[i]) / k;
    }
    for (const square of this.#squares) {
      multiply(n, sum, square, left);
      multiply(n, square, sum, right);
      for (let i = 0; i < sum.length; ++i) sum[i] = left[i] + right[i];
    }
    return sum;
  }
}

/** The orthogonal matrix nearest to A, by Newton's X ← (X + X⁻ᵀ)/2, and its determinant, if any. */
function polar(n: number, A: Float64Array): { X: Float64Array; sign: number } | undefined {
  let X = A;
  for (let step = 0; step < NEWTON; ++step) {
    const found = inverse(n, X);
    if (!found) return undefined;
    const other = transposed(n, found.X);
    let moved = 0;
    const next = X.map((x, i) => {
      const y = 0.5 * (x + other[i]);
      moved = Math.max(moved, Math.abs(y - x));
      return y;
    });
    X = next;
    if (moved < 1e-13) return { X, sign: found.sign };
  }
  return undefined;
}

/** The skew A with exp(A) = V, a rotation without half turns; undefined where it has one. */
function logarithm(n: number, V: Float64Array): Float64Array | undefined {
  const one = identity(n);
  const plus = (A: Float64Array): Float64Array => A.map((x, i) => x + one[i]);
  const minus = (A: Float64Array): Float64Array => A.map((x, i) => x - one[i]);
  let scale = 2;
  let root = V;
  for (let k = 0; k < ROOTS && norm(n, minus(root)) > 0.25; ++k) {
    const half = polar(n, plus(root));
    if (!half) return undefined;
    root = half.X;
    scale *= 2;
  }
  const below = inverse(n, plus(root));
  if (!below) return undefined;
  const C = new Float64Array(n * n);
  multiply(n, minus(root), below.X, C);
  const square = new Float64Array(n * n);
  multiply(n, C, C, square);
  const sum = C.slice();
  let power = C;
  for (let k = 3; k <= ARTANH; k += 2) {
    const next = new Float64Array(n * n);
    multiply(n, power, square, next);
    power = next;
    for (let i = 0; i < sum.length; ++i) sum[i] += power[i] / k;
  }
  const other = transposed(n, sum);
  return sum.map((x, i) => 0.5 * scale * (x - other[i]));
}

/** A point of the group: φ, the numbers [n,n] of W as they stand in memory, and the derivative there. */
interface Point {
  readonly exponential: Exponential;
  readonly sign: number;
  readonly W: ArrayLike<number>;
}

/** The map between φ and the entries of one orthogonal matrix. */
export class OrthogonalGroup {
  readonly members: readonly number[];
  /** Indices of its φ, from that of the first number above the diagonal. */
  readonly free: readonly number[];
  readonly n: number;
  readonly #all: ReadonlySet<number>;
  /** Where φ was last expanded, and where somebody else looked: a reader changes no bit of a training. */
  #expanded: Point | undefined;
  #seen: Point | undefined;
  #sign = 1;

  /** members [n,n]: indices of θ, row by row. Throws NumericError where they are no square. */
  constructor(members: readonly number[], from: number) {
    this.n = Math.round(Math.sqrt(members.length));
    if (this.n * this.n !== members.length || this.n === 0)
      throw new NumericError(`orthogonal: ${members.length} entries are no square matrix`);
    this.members = members;
    this.#all = new Set(members);
    this.free = Array.from({ length: (this.n * (this.n - 1)) / 2 }, (_, j) => from + j);
  }

  /** Whether θ_i is an entry. */
  has(i: number): boolean {
    return this.#all.has(i);
  }

  /** θ_S = exp(A(φ))·D. */
  expand(phi: ArrayLike<number>, theta: { [i: number]: number; length: number }): void {
    const exponential = new Exponential(this.n, this.#skew(phi));
    const W = this.members.map((i, place) => {
      theta[i] = this.#signed(exponential.value[place], place, this.#sign);
      return theta[i]; // as the precision of θ has it
    });
    this.#expanded = { exponential, sign: this.#sign, W };
  }

  /**
   * φ of the orthogonal matrix nearest to θ_S; I where that is 0.
   * Throws NumericError where there is none.
   */
  project(theta: ArrayLike<number>, phi: { [i: number]: number }): void {
    const { A, sign } = this.#nearest(theta);
    this.#sign = sign;
    this.#eachAbove((j, place) => (phi[this.free[j]] = A[place]));
  }

  /** v_S = how θ_S moves with φ at θ. */
  push(direction: ArrayLike<number>, v: { [i: number]: number }, theta: ArrayLike<number>): void {
    const { exponential, sign } = this.#at(theta);
    const moved = exponential.derivative(this.#skew(direction));
    this.members.forEach((i, place) => (v[i] = this.#signed(moved[place], place, sign)));
  }

  /** dφ += the transpose of `push` of dθ_S. */
  pull(dtheta: ArrayLike<number>, dphi: Float64Array, theta: ArrayLike<number>): void {
    const { n } = this;
    const { exponential, sign } = this.#at(theta);
    const G = Float64Array.from(this.members, (i, place) => this.#signed(dtheta[i], place, sign));
    const back = exponential.derivative(transposed(n, G)); // the transpose of what is meant
    this.#eachAbove((j, place, mirrored) => (dphi[this.free[j]] += back[mirrored] - back[place]));
  }

  /** Each φ_j: its place above the diagonal, and the one below. */
  #eachAbove(visit: (j: number, place: number, mirrored: number) => void): void {
    const { n } = this;
    for (let i = 0, j = 0; i < n; ++i) for (let c = i + 1; c < n; ++c) visit(j++, n * i + c, n * c + i);
  }

  #skew(phi: ArrayLike<number>): Float64Array {
    const A = new Float64Array(this.n * this.n);
    this.#eachAbove((j, place, mirrored) => {
      A[place] = phi[this.free[j]];
      A[mirrored] = -A[place];
    });
    return A;
  }

  /** A number of a matrix times D. */
  #signed(x: number, place: number, sign: number): number {
    return place % this.n === this.n - 1 ? sign * x : x;
  }

  #nearest(theta: ArrayLike<number>): { A: Float64Array; sign: number } {
    const { n, members } = this;
    const given = Float64Array.from(members, (i) => theta[i]);
    if (given.every((x) => x === 0)) return { A: given, sign: 1 };
    const near = polar(n, given);
    const rotation = near?.X.map((x, place) => this.#signed(x, place, near.sign));
    const A = rotation && logarithm(n, rotation);
    if (!near || !A)
      throw new NumericError(
        `orthogonal: the [${n},${n}] matrix is ${near ? "a rotation by half a turn" : "singular"}, ` +
          "want one near a rotation by less; draw other initial values",
      );
    return { A, sign: near.sign };
  }

  #at(theta: ArrayLike<number>): Point {
    const is = ({ W }: Point): boolean => this.members.every((i, place) => W[place] === theta[i]);
    if (this.#expanded && is(this.#expanded)) return this.#expanded;
    if (this.#seen && is(this.#seen)) return this.#seen;
    const { A, sign } = this.#nearest(theta);
    const W = this.members.map((i) => theta[i]);
    return (this.#seen = { exponential: new Exponential(this.n, A), sign, W });
  }
}
