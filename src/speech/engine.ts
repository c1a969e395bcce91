/** The kernels of speech: a WebAssembly module of its own, in doubles, compiled when it is first used. */
import type { Ptr } from "../wasm/kernels.ts";
import { compile } from "../wasm/instantiate.ts";
import { Memory } from "../wasm/memory.ts";
import { compileBytes } from "../wasm/on-board.ts";
import type { WasmGlobal, WasmMemory } from "../wasm/platform.ts";
import { unpack } from "../wasm/unpack.ts";

/** Kernels of assembly/speech/index.ts; buffers are doubles, row-major. */
export interface SpeechKernels {
  rootsOfUnity(n: number, roots: Ptr): void;
  frameSpectra(
    T: number,
    hop: number,
    width: number,
    n: number,
    x: Ptr,
    window: Ptr,
    roots: Ptr,
    frame: Ptr,
    work: Ptr,
    spectra: Ptr,
  ): void;
  bandEnergies(
    T: number,
    bins: number,
    B: number,
    first: Ptr,
    count: Ptr,
    weights: Ptr,
    spectra: Ptr,
    out: Ptr,
  ): void;
  logFloor(n: number, floor: number, x: Ptr, y: Ptr): void;
  channelNormalization(
    T: number,
    B: number,
    started: number,
    s: number,
    alpha: number,
    delta: number,
    r: number,
    m: Ptr,
    e: Ptr,
  ): void;
  project(T: number, B: number, C: number, x: Ptr, basis: Ptr, out: Ptr): void;
  runningNormalization(
    T: number,
    F: number,
    seen: number,
    window: number,
    mean: Ptr,
    variance: Ptr,
    x: Ptr,
  ): void;
  kaiserLowPass(half: number, cutoff: number, beta: number, gain: number, filter: Ptr): void;
  resample(
    up: number,
    down: number,
    L: number,
    filter: Ptr,
    origin: bigint,
    n: number,
    x: Ptr,
    start: bigint,
    count: number,
    y: Ptr,
  ): void;
  mapCos(n: number, x: Ptr, y: Ptr): void;
  mapExp(n: number, x: Ptr, y: Ptr): void;
  mapLog(n: number, x: Ptr, y: Ptr): void;
  randomNormal(n: number, key0: number, key1: number, stream: number, counter: number, out: Ptr): void;
}

/** The module and its memory. */
export interface SpeechEngine {
  readonly kernels: SpeechKernels;
  readonly memory: Memory;
}

interface Exports extends SpeechKernels {
  readonly memory: WasmMemory;
  readonly heapBase: WasmGlobal | number;
}

let loading: Promise<SpeechEngine> | undefined;

async function load(): Promise<SpeechEngine> {
  const { packed } = await import("../wasm/binary/speech.ts");
  const { instance } = await compileBytes("frontEnd", "one that does", () => compile(unpack(packed)));
  const kernels = instance.exports as unknown as Exports;
  const base = kernels.heapBase;
  return {
    kernels,
    memory: new Memory(kernels.memory, typeof base === "number" ? base : Number(base.value), "float64"),
  };
}

/** The engine, loaded at the first call. */
export function speechEngine(): Promise<SpeechEngine> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined; // the next call tries again
    throw error;
  });
  return loading;
}
