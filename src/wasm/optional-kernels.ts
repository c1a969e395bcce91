/**
 * Kernels that few nets use, in a module of their own over the memory of an engine: loaded when a net first
 * asks for them.
 */
import { DataError } from "./errors.ts";
import { compile, type Engine } from "./instantiate.ts";
import type { Kernels, Ptr } from "./kernels.ts";
import { optionalOf } from "./module-name.ts";

/** What assembly/optional/index.ts exports; sizes in elements, `slope` and `curve` times the weights. */
export interface OptionalKernels {
  ctcKept(T: number, L: number): number;
  ctcScratch(L: number, K: number): number;
  ctcValue(
    B: number,
    K: number,
    blank: number,
    offsetAt: Ptr,
    lengths: Ptr,
    labels: Ptr,
    labelAt: Ptr,
    z: Ptr,
    weight: Ptr,
    kept: Ptr,
    scratch: Ptr,
  ): number;
  ctcGradient(
    B: number,
    K: number,
    blank: number,
    offsetAt: Ptr,
    lengths: Ptr,
    labels: Ptr,
    labelAt: Ptr,
    z: Ptr,
    weight: Ptr,
    kept: Ptr,
    scratch: Ptr,
    scale: number,
    dz: Ptr,
  ): void;
  huberLoss(n: number, delta: number, z: Ptr, target: Ptr, w: Ptr, slope: Ptr, curve: Ptr): number;
  quantileLoss(R: number, D: number, Q: number, levels: Ptr, z: Ptr, target: Ptr, w: Ptr, slope: Ptr): number;
  studentLoss(n: number, z: Ptr, target: Ptr, w: Ptr, slope: Ptr): number;
  studentParameters(n: number, z: Ptr, y: Ptr): void;
  negativeBinomialLoss(n: number, z: Ptr, target: Ptr, w: Ptr, slope: Ptr): number;
  negativeBinomialParameters(n: number, z: Ptr, y: Ptr): void;
  mixtureLoss(R: number, M: number, D: number, z: Ptr, target: Ptr, w: Ptr, slope: Ptr): number;
  mixtureParameters(R: number, M: number, D: number, z: Ptr, y: Ptr): void;
  penLoss(R: number, M: number, z: Ptr, target: Ptr, w: Ptr, slope: Ptr): number;
  penParameters(R: number, M: number, z: Ptr, y: Ptr): void;
  smoothingValue(R: number, K: number, z: Ptr, ids: Ptr, w: Ptr): number;
  smoothingGradient(R: number, K: number, ids: Ptr, w: Ptr, scale: number, dz: Ptr): void;
  normalizeRows(R: number, C: number, epsilon: number, x: Ptr, hat: Ptr, rate: Ptr): void;
  normalizeProduct(R: number, C: number, hat: Ptr, rate: Ptr, u: Ptr, out: Ptr): void;
  minGruStep(B: number, H: number, pre: Ptr, h0: Ptr, h: Ptr, partials: Ptr): void;
  minLstmStep(B: number, H: number, pre: Ptr, h0: Ptr, h: Ptr, partials: Ptr): void;
  lemStep(
    B: number,
    H: number,
    dt: number,
    size: number,
    toward: number,
    pre: Ptr,
    s0: Ptr,
    s: Ptr,
    partials: Ptr,
    ldp: number,
  ): void;
  slstmStep(
    exponential: number,
    B: number,
    H: number,
    pre: Ptr,
    r0: Ptr,
    l0: Ptr,
    h: Ptr,
    r: Ptr,
    l: Ptr,
    partials: Ptr,
  ): void;
  lruPrepare(H: number, polar: Ptr, out: Ptr): void;
  lruStep(
    B: number,
    H: number,
    prepared: Ptr,
    pre: Ptr,
    x0: Ptr,
    y0: Ptr,
    x: Ptr,
    y: Ptr,
    partials: Ptr,
  ): void;
  mapSoftplus(n: number, x: Ptr, y: Ptr): void;
  maxSpan(n: number, x: Ptr, t: number, y: Ptr, best: Ptr): void;
  addWhere(n: number, t: number, best: Ptr, u: Ptr, out: Ptr): void;
  addScaledRows(R: number, C: number, a: Ptr, x: Ptr, y: Ptr): void;
  rowDots(R: number, C: number, x: Ptr, y: Ptr, out: Ptr): void;
  windowStep(
    B: number,
    K: number,
    U: number,
    V: number,
    text: Ptr,
    before: Ptr,
    shape: Ptr,
    now: Ptr,
    w: Ptr,
    ldw: number,
  ): void;
  windowAdjoint(
    B: number,
    K: number,
    U: number,
    V: number,
    text: Ptr,
    shape: Ptr,
    now: Ptr,
    dw: Ptr,
    ldw: number,
    dkappa: Ptr,
    dshape: Ptr,
  ): void;
  windowTangent(
    B: number,
    K: number,
    U: number,
    V: number,
    text: Ptr,
    shape: Ptr,
    now: Ptr,
    rbefore: Ptr,
    rshape: Ptr,
    rnow: Ptr,
    rw: Ptr,
    ldw: number,
  ): void;
}

const loading = new WeakMap<Kernels, Promise<void>>();
const loaded = new WeakMap<Kernels, OptionalKernels>();

/** Loads the optional kernels of an engine; a second call does nothing. Throws DataError on other modules. */
export async function loadOptionalKernels(engine: Engine): Promise<void> {
  const { kernels } = engine;
  const load = async (): Promise<void> => {
    const { instance } = await compile(await engine.optional(), { env: { memory: kernels.memory } });
    const found = instance.exports as unknown as Partial<OptionalKernels>;
    if (!isOptional(engine, found))
      throw new DataError(
        `init: the module of the optional kernels has none of ${engine.precision}, want ` +
          `unrolled/wasm/${optionalOf(engine.precision)}.wasm of this version`,
      );
    loaded.set(kernels, found);
  };
  let promise = loading.get(kernels);
  if (!promise) loading.set(kernels, (promise = load()));
  try {
    await promise;
  } catch (error) {
    loading.delete(kernels); // the next call tries again
    throw error;
  }
}

/** Whether exports are the optional kernels of an engine's precision: 1 · 1 = 1 in no other. */
function isOptional({ memory }: Engine, found: Partial<OptionalKernels>): found is OptionalKernels {
  if (typeof found.rowDots !== "function") return false;
  const probe = memory.allocate(2 * memory.realBytes);
  memory.reals(probe, 2).set([1, 0]);
  found.rowDots(1, 1, probe, probe, memory.at(probe, 1));
  const product = memory.reals(probe, 2)[1];
  memory.free(probe);
  return product === 1;
}

/** The optional kernels of an engine's kernels, which whoever made the net has loaded. */
export function optionalKernels(kernels: Kernels): OptionalKernels {
  return loaded.get(kernels)!;
}
