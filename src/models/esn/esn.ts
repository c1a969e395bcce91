/**
 * Echo state network: a fixed random reservoir, and a linear readout y = W·[1; u; h] learned by ridge
 * regression, the only thing that is (Jaeger 2001; Jaeger & Haas 2004; Lukoševičius 2012). Double precision
 * throughout.
 */
import {
  DisposedError,
  inRange,
  knownOptions,
  oneOf,
  OptionError,
  ShapeError,
  whole,
} from "../../wasm/errors.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { Arena, type Floats } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { inferenceEngine, type InferenceEngine } from "../../inference/inference-engine.ts";
import { RidgeSums } from "../../inference/ridge.ts";
import { longestFirst } from "../../graph/packing.ts";
import { flattenInput, checkItems, type DataItem, type DataSpec, type FlatItem } from "../../data/item.ts";
import { each, listSequences, type Each, type Sequence, type Sequences } from "../../data/sequence.ts";
import { EsnStream, runFreely, writeInput, writeTarget } from "./stream.ts";
import { Reservoir } from "./reservoir.ts";

/** What an echo state network is. */
export interface EsnSpec {
  /** Reals a step, or `{ symbols: V }`: one of V symbols a step. 0: driven by feedback alone. */
  readonly input: number | { readonly symbols: number };
  /** Reals a step, or `{ classes: K }`: one of K classes a step, learned as one-of-K. */
  readonly output: number | { readonly classes: number };
  /** N, units of the reservoir. Default 500. */
  readonly units?: number;
  /** Default "sparse". */
  readonly reservoir?: "sparse" | "orthogonal";
  /** Senders into each unit of a sparse reservoir. Default 10. */
  readonly incoming?: number;
  /**
   * Largest modulus of an eigenvalue of W. Default 0.95; an orthogonal reservoir has it in every direction,
   * default 1.
   */
  readonly spectralRadius?: number;
  /** In (0, 1]; smaller is slower. Default 1. */
  readonly leak?: number;
  /**
   * Weights from inputs, from the constant 1, and from the outputs of the step before: uniform in ±scale.
   * Default 1, 0, 0.
   */
  readonly inputScale?: number;
  readonly biasScale?: number;
  readonly feedbackScale?: number;
  /** Standard deviation of noise inside the tanh while training. Default 0. */
  readonly noise?: number;
  /** Steps at the start of every sequence that training leaves out. Default 0. */
  readonly washout?: number;
  /** λ of the readout, absolute. Default 1e-6. */
  readonly ridge?: number;
  /** Default 1. */
  readonly seed?: number;
}

const defaults = {
  units: 500,
  reservoir: "sparse",
  incoming: 10,
  spectralRadius: 0.95,
  leak: 1,
  inputScale: 1,
  biasScale: 0,
  feedbackScale: 0,
  noise: 0,
  washout: 0,
  ridge: 1e-6,
  seed: 1,
} as const;
const GROUP = 64; // sequences side by side: the reservoir's product is one matrix product
const CHUNK = 1024; // rows of features between two updates of the sums

/** An echo state network. */
export class Esn {
  readonly spec: Required<EsnSpec>;
  readonly #engine: InferenceEngine;
  readonly #data: DataSpec;
  readonly #arena: Arena;
  readonly #reservoir: Reservoir;
  readonly #sums: RidgeSums;
  readonly #noise: Ptr;
  readonly #I: number;
  readonly #O: number;
  /** [D,O], D = 1 + I + N. */
  readonly #readout: Ptr;
  readonly #packed: Ptr;
  readonly #u: Ptr;
  readonly #z: Ptr;
  readonly #y: Ptr;
  readonly #streams = new Set<EsnStream>();
  #noiseCounter = 0;
  #solved = false;
  #disposed = false;

  /** Use `esn(spec)`. */
  constructor(engine: InferenceEngine, spec: Required<EsnSpec>) {
    const symbols = typeof spec.input === "object" ? spec.input.symbols : undefined;
    const N = spec.units;
    this.#engine = engine;
    this.spec = spec;
    this.#I = symbols ?? (spec.input as number);
    this.#O = typeof spec.output === "object" ? spec.output.classes : spec.output;
    this.#data = {
      precision: "float64",
      input: symbols ? 1 : this.#I,
      symbols,
      output: this.#O,
      target: typeof spec.output === "object" ? "class" : "reals",
      initial: 0,
    };
    const F = spec.feedbackScale > 0 ? this.#O : 0;
    const D = this.#D;
    const arena = (this.#arena = new Arena(engine.memory));
    this.#reservoir = new Reservoir(engine, { ...spec, inputs: 1 + this.#I + F, feedbacks: F }, GROUP);
    this.#sums = new RidgeSums(engine, D, this.#O, CHUNK);
    this.#readout = arena.reals(D * this.#O);
    this.#packed = arena.reals(engine.kernels.packedSize(D, this.#O));
    this.#u = arena.reals(GROUP * (1 + this.#I + F));
    this.#z = arena.reals(CHUNK * D);
    this.#y = arena.reals(CHUNK * this.#O);
    this.#noise = spec.noise > 0 ? arena.reals(GROUP * N) : NULL;
  }

  get #D(): number {
    return 1 + this.#I + this.spec.units;
  }

  /**
   * Forgets what was learned, runs over the items and solves for the readout. Returns the rows that counted.
   */
  fit(items: readonly DataItem[]): { rows: number } {
    this.#live("fit");
    const flat = this.#check(items);
    this.clear();
    this.#accumulate(flat);
    this.solve();
    return { rows: this.#sums.rows };
  }

  /** Forgets all items accumulated; the readout stays until it is solved for again. */
  clear(): void {
    this.#live("clear");
    this.#sums.clear();
    this.#noiseCounter = 0;
  }

  /**
   * Runs over more items and adds them to what the readout will be solved from: data of any length, a piece
   * at a time.
   */
  accumulate(items: readonly DataItem[]): void {
    this.#live("accumulate");
    this.#accumulate(this.#check(items));
  }

  /**
   * Solves for the readout from all items accumulated; `ridge` in place of the spec's to try another without
   * running again.
   */
  solve(ridge: number = this.spec.ridge): void {
    this.#live("solve");
    this.#sums.solve(ridge, this.#readout);
    this.#engine.kernels.pack(this.#D, this.#O, this.#readout, this.#O, this.#packed);
    this.#solved = true;
  }

  /**
   * One [T,O] vector a sequence; with classes, their scores, near 1 for the class meant and near 0 for
   * others.
   */
  predict<S extends Sequences>(inputs: S): Each<S, Float64Array> {
    this.#live("predict", true);
    const who = "esn.predict";
    const items = listSequences(who, inputs, this.#data.input).map((input, i) =>
      flattenInput(who, this.#data, input, `sequence ${i}`),
    );
    const O = this.#O;
    const out = items.map((item) => new Float64Array(item.length * O));
    this.#drive(items, undefined, (t, alive) => {
      const y = this.#read(alive.length);
      alive.forEach((i, b) => out[i].set(y.subarray(b * O, (b + 1) * O), t * O));
      return y;
    });
    return each(inputs, out);
  }

  /** One sequence, a step at a time, state kept. */
  stream(): EsnStream {
    this.#live("stream", true);
    const stream = new EsnStream(this.#reservoir, this.#data, this.#I, this.#packed, () =>
      this.#live("stream"),
    );
    this.#streams.add(stream);
    return stream;
  }

  /**
   * `steps` outputs [steps,O] run freely after a given beginning: outputs go back as feedback or, in a net
   * without feedback and with as many outputs as inputs, become the next input. `warm`: [T,O] outputs of the
   * beginning; `input`: [T+steps,I] where the net has both inputs and feedback.
   */
  generate(steps: number, { warm, input }: { warm: Sequence; input?: Sequence }): Float64Array {
    this.#live("generate", true);
    whole("esn.generate", "steps", steps, 1);
    const stream = this.stream();
    try {
      return runFreely(stream, this.#data, this.#reservoir.spec.feedbacks > 0, steps, warm, input);
    } finally {
      stream.dispose();
      this.#streams.delete(stream);
    }
  }

  /** Gives all memory back. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const stream of this.#streams) stream.dispose();
    this.#reservoir.dispose();
    this.#sums.dispose();
    this.#arena.dispose();
  }

  #check(items: readonly DataItem[]): FlatItem[] {
    const flat = checkItems("esn.fit", this.#data, items);
    flat.forEach(({ weight, length }, i) => {
      if (weight.length !== 0 && weight.length !== length)
        throw new ShapeError(`esn.fit: item ${i}.weight has ${weight.length} values, want [T] = [${length}]`);
    });
    return flat;
  }

  /** Adds the features of every step that counts, scaled by the root of its weight. */
  #accumulate(items: readonly FlatItem[]): void {
    const { memory, kernels: k } = this.#engine;
    const D = this.#D;
    const O = this.#O;
    let rows = 0;
    const flush = (): void => {
      if (rows > 0) this.#sums.add(rows, this.#z, this.#y);
      rows = 0;
    };
    this.#drive(items, items, (t, group) => {
      if (t < this.spec.washout) return undefined;
      if (rows + group.length > CHUNK) flush();
      group.forEach((i, b) => {
        const w = items[i].weight[t] ?? 1;
        const z = memory.at(this.#z, rows * D);
        if (w === 0) return;
        this.#features(1, b, z);
        const y = memory.reals(memory.at(this.#y, rows++ * O), O);
        writeTarget(this.#data, items[i], t, y);
        if (w === 1) return;
        const root = Math.sqrt(w);
        k.scale(D, root, z);
        for (let j = 0; j < O; ++j) y[j] *= root;
      });
      return undefined;
    });
    flush();
  }

  /** z [B,D] = [1; u; h] of the sequences from b on. */
  #features(B: number, b: number, z: Ptr): void {
    const { memory, kernels: k } = this.#engine;
    const { spec, state } = this.#reservoir;
    const N = spec.units;
    const head = 1 + this.#I;
    const D = this.#D;
    k.copyRows(B, head, memory.at(this.#u, b * spec.inputs), spec.inputs, z, D);
    k.copyRows(B, N, memory.at(state, b * N), N, memory.at(z, head), D);
  }

  /** Outputs [B,O] of the first B sequences. */
  #read(B: number): Floats {
    const { memory, kernels: k } = this.#engine;
    const O = this.#O;
    const D = this.#D;
    this.#features(B, 0, this.#z);
    k.fill(B * O, 0, this.#y);
    k.gemmPacked(B, O, D, this.#z, D, this.#packed, this.#y, O);
    return memory.reals(this.#y, B * O);
  }

  /**
   * Runs all sequences, longest first, GROUP at a time. After each step `visit` sees the items still alive,
   * whose states are the first rows. Feedback is the target of the step before where targets are given
   * (training, with noise), else what `visit` returned.
   */
  #drive(
    items: readonly { length: number; input: ArrayLike<number> }[],
    targets: readonly FlatItem[] | undefined,
    visit: (t: number, alive: readonly number[]) => ArrayLike<number> | undefined,
  ): void {
    const { memory } = this.#engine;
    const { inputs: F, feedbacks, units: N } = this.#reservoir.spec;
    const order = longestFirst(items.map((item) => item.length));
    const fed = new Float64Array(GROUP * feedbacks);
    for (let first = 0; first < order.length; first += GROUP) {
      let alive = Array.from(order.subarray(first, first + GROUP));
      this.#reservoir.reset(alive.length);
      fed.fill(0);
      for (let t = 0; ; ++t) {
        alive = alive.filter((i) => items[i].length > t);
        const B = alive.length;
        if (B === 0) break;
        const u = memory.reals(this.#u, B * F);
        alive.forEach((i, b) => {
          writeInput(this.#data, items[i].input, t, this.#I, u.subarray(b * F, b * F + 1 + this.#I));
          for (let j = 0; j < feedbacks; ++j) u[b * F + 1 + this.#I + j] = fed[b * feedbacks + j]!;
        });
        this.#reservoir.step(B, this.#u, targets ? this.#noiseRows(B * N) : NULL);
        const y = visit(t, alive);
        if (feedbacks === 0) continue;
        if (targets)
          alive.forEach((i, b) =>
            writeTarget(this.#data, targets[i], t, fed.subarray(b * feedbacks, (b + 1) * feedbacks)),
          );
        else fed.set(y!);
      }
    }
  }

  /** n reals of noise, or NULL. */
  #noiseRows(n: number): Ptr {
    if (this.spec.noise === 0) return NULL;
    const { kernels: k } = this.#engine;
    const [key0, key1] = Random.key(this.spec.seed);
    k.randomNormal(n, key0, key1, streams.reservoirNoise, this.#noiseCounter, this.#noise);
    this.#noiseCounter += Math.ceil(n / 2); // two normals a block
    k.scale(n, this.spec.noise, this.#noise);
    return this.#noise;
  }

  #live(method: string, solved = false): void {
    if (this.#disposed) throw new DisposedError(`esn.${method}: the net was disposed; make another`);
    if (solved && !this.#solved)
      throw new OptionError(`esn.${method}: the readout is not learned yet; call fit first`);
  }
}

/**
 * Makes an echo state network: `const net = await esn({ input: 1, output: 1, units: 1000, spectralRadius: 0.9
 * })`.
 */
export async function esn(spec: EsnSpec): Promise<Esn> {
  knownOptions("esn", spec, Object.keys(defaults).concat("input", "output"));
  const orthogonal = spec.reservoir === "orthogonal";
  const full: Required<EsnSpec> = { ...defaults, spectralRadius: orthogonal ? 1 : 0.95, ...spec };
  if (typeof full.input === "object") whole("esn", "input.symbols", full.input?.symbols, 1);
  else whole("esn", "input", full.input, 0);
  if (typeof full.output === "object") whole("esn", "output.classes", full.output?.classes, 2);
  else whole("esn", "output", full.output, 1);
  for (const name of ["units", "incoming"] as const) whole("esn", name, full[name], 1);
  for (const name of ["washout", "seed"] as const) whole("esn", name, full[name], 0, Number.MAX_SAFE_INTEGER);
  oneOf("esn", "reservoir", full.reservoir, ["sparse", "orthogonal"]);
  for (const name of [
    "spectralRadius",
    "inputScale",
    "biasScale",
    "feedbackScale",
    "noise",
    "ridge",
  ] as const)
    inRange("esn", name, full[name], 0);
  inRange("esn", "leak", full.leak, Number.MIN_VALUE, 1);
  if (full.input === 0 && full.feedbackScale === 0)
    throw new OptionError(
      "esn: input is 0 and feedbackScale is 0, so nothing drives the reservoir; want one of them above 0",
    );
  return new Esn(await inferenceEngine(), full);
}
