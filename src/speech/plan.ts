/** The fixed buffers of a front end in kernel memory: window, roots of unity, bands, cosine transform. */
import { DisposedError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { SpeechEngine } from "./engine.ts";
import type { FrontEndSpec } from "./options.ts";
import { cosineBasis, melBands, windowWeights } from "./tables.ts";

/** Frames that go through the kernels at once. */
export const BLOCK = 64;

/** Buffers that all streams of one front end share: kernels of one memory run one at a time. */
export class Plan {
  /** [width] */
  readonly window: Ptr;
  /** [fft] complex */
  readonly roots: Ptr;
  /** [bands] i32 */
  readonly first: Ptr;
  readonly count: Ptr;
  readonly weights: Ptr;
  /** [bands, cepstra] */
  readonly basis: Ptr;
  /** [(BLOCK-1)·hop + width] samples */
  readonly samples: Ptr;
  /** [fft] each */
  readonly frame: Ptr;
  readonly work: Ptr;
  /** [BLOCK, fft/2+1] */
  readonly spectra: Ptr;
  /** [BLOCK, bands], [BLOCK, cepstra] */
  readonly energies: Ptr;
  readonly cepstra: Ptr;
  readonly #arena: Arena;
  #disposed = false;

  constructor(engine: SpeechEngine, spec: FrontEndSpec) {
    const { kernels, memory } = engine;
    const { width, hop, fft, bands, cepstra } = spec;
    const weights = windowWeights(engine, spec);
    const mel = melBands(engine, spec);
    const basis = cosineBasis(engine, bands, cepstra);
    const arena = new Arena(memory);
    this.#arena = arena;
    this.window = arena.reals(width);
    this.roots = arena.reals(2 * fft);
    this.first = arena.ints(bands);
    this.count = arena.ints(bands);
    this.weights = arena.reals(mel.weights.length);
    this.basis = arena.reals(bands * cepstra);
    this.samples = arena.reals((BLOCK - 1) * hop + width);
    this.frame = arena.reals(fft);
    this.work = arena.reals(fft);
    this.spectra = arena.reals(BLOCK * (fft / 2 + 1));
    this.energies = arena.reals(BLOCK * bands);
    this.cepstra = arena.reals(BLOCK * cepstra);
    memory.reals(this.window, width).set(weights);
    memory.ints(this.first, bands).set(mel.first);
    memory.ints(this.count, bands).set(mel.count);
    memory.reals(this.weights, mel.weights.length).set(mel.weights);
    memory.reals(this.basis, basis.length).set(basis);
    kernels.rootsOfUnity(fft, this.roots);
  }

  /** Throws DisposedError after dispose. */
  check(who: string): void {
    if (this.#disposed) throw new DisposedError(`${who}: the front end was disposed; make another`);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#arena.dispose();
  }
}
