/**
 * The kernel surface as TypeScript sees it: one method per AssemblyScript export, raw pointers, sizes in
 * elements.
 */
import type { WasmGlobal, WasmMemory } from "./platform.ts";

declare const brand: unique symbol;
/** A byte address in a kernel memory. Never a plain number: only `Memory` and `offset` make one. */
export type Ptr = number & { readonly [brand]: "Ptr" };
/** No buffer. Kernels that take it say what they leave out. */
export const NULL = 0 as Ptr;

/** Element-wise function codes shared with assembly/elementary/activations.ts. */
export const activationCodes = { identity: 0, tanh: 1, logistic: 2, relu: 3 } as const;
/** An element-wise function: identity x, tanh, logistic 1/(1+e^-x), relu max(x, 0). */
export type Activation = keyof typeof activationCodes;

/** Dense algebra. Row strides ld* count elements; every product adds to its result. */
export interface AlgebraKernels {
  packedSize(K: number, N: number): number;
  pack(K: number, N: number, B: Ptr, ldb: number, out: Ptr): void;
  packTransposed(K: number, N: number, B: Ptr, ldb: number, out: Ptr): void;
  gemmPacked(M: number, N: number, K: number, A: Ptr, lda: number, packed: Ptr, C: Ptr, ldc: number): void;
  gemmTN(
    M: number,
    N: number,
    K: number,
    A: Ptr,
    lda: number,
    B: Ptr,
    ldb: number,
    C: Ptr,
    ldc: number,
    scratch: Ptr,
  ): void;
  gemmTNScratch(N: number, K: number): number;
}

/** Vectors and rows. */
export interface RowKernels {
  fill(n: number, value: number, out: Ptr): void;
  addScaled(n: number, a: number, x: Ptr, y: Ptr): void;
  axpby(n: number, a: number, x: Ptr, b: number, y: Ptr): void;
  scale(n: number, a: number, x: Ptr): void;
  mul(n: number, x: Ptr, y: Ptr, out: Ptr): void;
  dot(n: number, x: Ptr, y: Ptr): number;
  allFinite(n: number, x: Ptr): number;
  allZero(n: number, x: Ptr): number;
  mulAdd(R: number, C: number, p: Ptr, ldp: number, x: Ptr, ldx: number, y: Ptr, ldy: number): void;
  mulAddRow(R: number, C: number, w: Ptr, x: Ptr, ldx: number, y: Ptr, ldy: number): void;
  mulAddAbs(
    R: number,
    C: number,
    a: number,
    p: Ptr,
    ldp: number,
    x: Ptr,
    ldx: number,
    y: Ptr,
    ldy: number,
  ): void;
  addRow(R: number, C: number, row: Ptr, y: Ptr, ldy: number): void;
  setRows(R: number, C: number, row: Ptr, y: Ptr, ldy: number): void;
  copyRows(R: number, C: number, x: Ptr, ldx: number, y: Ptr, ldy: number): void;
  addRows(R: number, C: number, x: Ptr, ldx: number, y: Ptr, ldy: number): void;
  sumRows(R: number, C: number, x: Ptr, ldx: number, out: Ptr): void;
  sumProducts(R: number, C: number, x: Ptr, ldx: number, y: Ptr, ldy: number, out: Ptr): void;
  gatherRows(R: number, C: number, table: Ptr, ids: Ptr, out: Ptr, ldo: number): void;
  scatterAddRows(R: number, C: number, x: Ptr, ldx: number, ids: Ptr, table: Ptr): void;
}

/** Elementary functions over arrays. */
export interface ElementaryKernels {
  mapExp(n: number, x: Ptr, y: Ptr): void;
  mapLog(n: number, x: Ptr, y: Ptr): void;
  mapLogistic(n: number, x: Ptr, y: Ptr): void;
  mapPow(n: number, x: Ptr, exponent: Ptr, out: Ptr): void;
  activate(kind: number, n: number, x: Ptr, y: Ptr): void;
  activationProduct(kind: number, n: number, y: Ptr, u: Ptr, out: Ptr): void;
}

/** One step of a cell and its partial derivatives; `partials` may be NULL. */
export interface CellKernels {
  rnnStep(kind: number, B: number, H: number, pre: Ptr, h: Ptr, partials: Ptr): void;
  leakyStep(kind: number, B: number, H: number, leak: number, pre: Ptr, h0: Ptr, h: Ptr, partials: Ptr): void;
  lstmStep(B: number, H: number, pre: Ptr, c0: Ptr, h: Ptr, c: Ptr, partials: Ptr, peep: Ptr): void;
  lstm1997Step(
    B: number,
    H: number,
    pre: Ptr,
    c0: Ptr,
    h: Ptr,
    c: Ptr,
    partials: Ptr,
    peep: Ptr,
    gRange: number,
    hRange: number,
  ): void;
  gruStep(B: number, H: number, pre: Ptr, h0: Ptr, h: Ptr, partials: Ptr): void;
  gruResetStep(B: number, H: number, pre: Ptr, h0: Ptr, q: Ptr, partials: Ptr, ldp: number): void;
  gruBlendStep(B: number, H: number, pre: Ptr, h0: Ptr, h: Ptr, partials: Ptr, ldp: number): void;
}

/** Losses: value, gradient, curvature. */
export interface LossKernels {
  squaredValue(R: number, O: number, z: Ptr, target: Ptr, w: Ptr): number;
  squaredGradient(R: number, O: number, z: Ptr, target: Ptr, w: Ptr, scale: number, dz: Ptr): void;
  squaredCurvature(R: number, O: number, w: Ptr, scale: number, rz: Ptr, out: Ptr): void;
  bernoulliValue(R: number, O: number, z: Ptr, target: Ptr, w: Ptr): number;
  bernoulliGradient(R: number, O: number, z: Ptr, target: Ptr, w: Ptr, scale: number, dz: Ptr): void;
  bernoulliCurvature(R: number, O: number, z: Ptr, w: Ptr, scale: number, rz: Ptr, out: Ptr): void;
  softmaxProbabilities(R: number, K: number, z: Ptr, p: Ptr): void;
  softmaxValue(R: number, K: number, z: Ptr, ids: Ptr, w: Ptr): number;
  softmaxGradient(R: number, K: number, p: Ptr, ids: Ptr, w: Ptr, scale: number, dz: Ptr): void;
  softmaxCurvature(R: number, K: number, p: Ptr, w: Ptr, scale: number, rz: Ptr, out: Ptr): void;
}

/** Fused parameter updates. */
export interface UpdateKernels {
  momentumUpdate(n: number, rate: number, mu: number, g: Ptr, v: Ptr, theta: Ptr): void;
  adamUpdate(
    n: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    correction1: number,
    correction2: number,
    g: Ptr,
    m: Ptr,
    v: Ptr,
    theta: Ptr,
  ): void;
  rmspropUpdate(n: number, rate: number, decay: number, epsilon: number, g: Ptr, v: Ptr, theta: Ptr): void;
}

/** The counter-based generator (Philox4x32-10). */
export interface RandomKernels {
  randomBlock(key0: number, key1: number, c0: number, c1: number, c2: number, c3: number, out: Ptr): void;
  normalBlock(key0: number, key1: number, c0: number, c1: number, c2: number, c3: number, out: Ptr): void;
  randomNormal(n: number, key0: number, key1: number, stream: number, counter: number, out: Ptr): void;
  dropoutMask(
    first: number,
    n: number,
    key0: number,
    key1: number,
    stream: number,
    draw: number,
    keep: number,
    out: Ptr,
  ): void;
}

/** Everything a kernel module exports. */
export interface Kernels
  extends
    AlgebraKernels,
    RowKernels,
    ElementaryKernels,
    CellKernels,
    LossKernels,
    UpdateKernels,
    RandomKernels {
  readonly memory: WasmMemory;
  readonly heapBase: WasmGlobal | number;
}
