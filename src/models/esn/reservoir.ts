/**
 * A fixed random recurrent layer (Jaeger 2001; Jaeger et al. 2007 for leaky units), for B sequences at once:
 *
 *   h ← (1 - leak)·h + leak·tanh(W·h + Win·[1; x; feedback] + noise·N(0,1))
 *
 * W is sparse, with the same number of random senders into every unit, or orthogonal and dense; both scaled
 * to a spectral radius.
 */
import { NumericError } from "../../wasm/errors.ts";
import { activationCodes, NULL, type Ptr } from "../../wasm/kernels.ts";
import { Arena } from "../../wasm/memory.ts";
import type { Random } from "../../wasm/random.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import { krylovRadius } from "../../inference/spectrum.ts";
import { drawMatrix, orthogonal, uniform } from "../network/initializers.ts";

/** What a reservoir is. */
export interface ReservoirSpec {
  /** Columns of [1; x; feedback]: 1 + X + F. */
  readonly inputs: number;
  readonly feedbacks: number;
  readonly units: number;
  readonly reservoir: "sparse" | "orthogonal";
  readonly incoming: number;
  readonly spectralRadius: number;
  readonly leak: number;
  readonly inputScale: number;
  readonly biasScale: number;
  readonly feedbackScale: number;
  /** Which inputs it hears; default: all. */
  readonly heard?: readonly number[];
}

/** W and Win in kernel memory: drawn once, shared by all who run the reservoir. */
class Matrices {
  readonly arena: Arena;
  readonly win: Ptr;
  /** Sparse: senders and weights, row by row; dense: NULL. */
  readonly from: Ptr = NULL;
  readonly weight: Ptr = NULL;
  /** Dense: packed panels; sparse: NULL. */
  readonly packed: Ptr = NULL;
  users = 0;

  constructor(engine: InferenceEngine, spec: ReservoirSpec, random: Random) {
    const { units: N, inputs } = spec;
    const arena = (this.arena = new Arena(engine.memory));
    const { kernels: k, memory } = engine;
    const dense = arena.reals(Math.max(inputs, N) * N);
    const drawn = new Float64Array(inputs * N);
    const plain = inputs - 1 - spec.feedbacks;
    let at = 0;
    for (const [rows, scale] of [
      [1, spec.biasScale],
      [plain, spec.inputScale],
      [spec.feedbacks, spec.feedbackScale],
    ] as const) {
      drawMatrix(uniform(scale), { rows, columns: N, out: drawn.subarray(at * N, (at += rows) * N) }, random);
    }
    for (let u = 0; spec.heard && u < plain; ++u)
      if (!spec.heard.includes(u)) drawn.fill(0, (1 + u) * N, (2 + u) * N);
    const pack = (rows: number, matrix: Float64Array): Ptr => {
      const packed = arena.reals(k.packedSize(rows, N));
      memory.reals(dense, rows * N).set(matrix);
      k.pack(rows, N, dense, N, packed);
      return packed;
    };
    this.win = pack(inputs, drawn);
    if (spec.reservoir === "sparse") {
      ({ from: this.from, weight: this.weight } = drawSenders(engine, spec, random, arena));
    } else {
      const W = new Float64Array(N * N);
      drawMatrix(orthogonal(spec.spectralRadius), { rows: N, columns: N, out: W }, random);
      this.packed = pack(N, W);
    }
  }
}

/** A reservoir with the states of up to `capacity` sequences. */
export class Reservoir {
  readonly engine: InferenceEngine;
  readonly spec: ReservoirSpec;
  /** [capacity, units] states now. */
  readonly state: Ptr;
  readonly #matrices: Matrices;
  readonly #arena: Arena;
  readonly #pre: Ptr;
  readonly #next: Ptr;

  /** `from`: what its matrices are drawn from, or a reservoir that shares them. */
  constructor(engine: InferenceEngine, spec: ReservoirSpec, capacity: number, from: Random | Reservoir) {
    const matrices = from instanceof Reservoir ? from.#matrices : new Matrices(engine, spec, from);
    const arena = (this.#arena = new Arena(engine.memory));
    const size = capacity * spec.units;
    this.engine = engine;
    this.spec = spec;
    this.#matrices = matrices;
    ++matrices.users;
    [this.state, this.#next, this.#pre] = [arena.reals(size), arena.reals(size), arena.reals(size)];
    this.reset(capacity);
  }

  /** The same matrices with states of their own. */
  another(capacity: number): Reservoir {
    return new Reservoir(this.engine, this.spec, capacity, this);
  }

  /** The first B states are 0. */
  reset(B: number): void {
    this.engine.kernels.fill(B * this.spec.units, 0, this.state);
  }

  /**
   * One step of the first B sequences: inputs [B, 1+X+F]; noise [B, units] is added inside the tanh where it
   * is not NULL.
   */
  step(B: number, inputs: Ptr, noise: Ptr): void {
    const { units: N, inputs: F, leak, incoming } = this.spec;
    const { kernels: k } = this.engine;
    const { win, packed, from, weight } = this.#matrices;
    const n = B * N;
    if (noise === NULL) k.fill(n, 0, this.#pre);
    else k.copyRows(1, n, noise, n, this.#pre, n);
    k.gemmPacked(B, N, F, inputs, F, win, this.#pre, N);
    if (packed === NULL)
      k.sparseProduct(B, N, Math.min(incoming, N), from, weight, this.state, N, this.#pre, N);
    else k.gemmPacked(B, N, N, this.state, N, packed, this.#pre, N);
    k.leakyStep(activationCodes.tanh, B, N, leak, this.#pre, this.state, this.#next, NULL);
    k.copyRows(1, n, this.#next, n, this.state, n);
  }

  /** Gives its states back, and the matrices with the last who used them. */
  dispose(): void {
    this.#arena.dispose();
    if (--this.#matrices.users === 0) this.#matrices.arena.dispose();
  }
}

/** Random senders and N(0,1) weights into each unit, in kernel memory, scaled to the spectral radius. */
function drawSenders(
  engine: InferenceEngine,
  { units: N, incoming, spectralRadius: radius }: ReservoirSpec,
  random: Random,
  arena: Arena,
): { from: Ptr; weight: Ptr } {
  const { kernels: k, memory } = engine;
  const K = Math.min(incoming, N);
  const from = arena.ints(N * K);
  const weight = arena.reals(N * K);
  for (let j = 0; j < N; ++j) {
    const senders = random.permutation(N).subarray(0, K).sort();
    memory.ints(from, N * K).set(senders, j * K);
    memory.reals(weight, N * K).set(
      Float64Array.from({ length: K }, () => random.normal()),
      j * K,
    );
  }
  const drawn = krylovRadius(
    engine,
    N,
    (v, out) => {
      k.fill(N, 0, out);
      k.sparseProduct(1, N, K, from, weight, v, N, out, N);
    },
    Float64Array.from({ length: N }, () => random.normal()),
  );
  if (!(drawn > 0))
    throw new NumericError(
      "esn: the eigenvalues of the reservoir are all 0; use more incoming weights or another seed",
    );
  k.scale(N * K, radius / drawn, weight);
  return { from, weight };
}
