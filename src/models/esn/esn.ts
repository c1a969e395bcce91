/**
 * Echo state network: a fixed random reservoir, or several side by side and stacked, and a linear readout y =
 * W·[1; u; h] learned by ridge regression, the only thing that is (Jaeger 2001; Jaeger & Haas 2004;
 * Lukoševičius 2012). Double precision throughout.
 */
import type { AbortSignal } from "../../wasm/platform.ts";
import { OptionError, ShapeError, inRange, knownOptions, whole } from "../../wasm/errors.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { Arena } from "../../wasm/memory.ts";
import { inferenceEngine, type InferenceEngine } from "../../inference/inference-engine.ts";
import type { RidgeRegression } from "../../inference/ridge.ts";
import { ridgeRegression } from "../../inference/ridge-solver.ts";
import { checkItems, flattenInput, type DataItem, type FlatItem } from "../../data/item.ts";
import { each, listSequences, type Each, type Sequences } from "../../data/sequence.ts";
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { Pace } from "../../train/pace.ts";
import { DISPOSE, Lifetime, modelFactory, type ModelFactory } from "../lifetime.ts";
import { SingleFit } from "../single-fit.ts";
import { runOn, type EsnForecast, type EsnForecastOptions } from "./forecast.ts";
import { readOnline, type EsnStreamOptions } from "./online.ts";
import { Runner } from "./runner.ts";
import { readEsnSpec, widthsOf, type EsnSpec, type FullEsnSpec } from "./spec.ts";
import { writeTarget } from "./step-data.ts";
import { EsnStream } from "./stream.ts";

/** Rows of features between two updates of the sums. */
const CHUNK = 1024;

/** What was learned. */
export interface EsnParameters {
  /** [1+I+N,O] the readout: rows for the constant 1, the inputs and the units. */
  readout: Float64Array;
}

/** How far a fit is. */
export interface EsnProgress {
  /** Sequences that have run through. */
  readonly sequences: number;
  /** All sequences of this fit. */
  readonly of: number;
  /** Steps that counted so far. */
  readonly rows: number;
}

/** How to fit. */
export interface EsnFitOptions {
  /**
   * Stops between two groups of sequences: rejects with the signal's reason, and the readout stays as it was.
   */
  readonly signal?: AbortSignal;
  /** Called after each group of at most 64 sequences. */
  readonly onProgress?: (event: EsnProgress) => void;
}

/** The result of a fit. */
export interface EsnReport {
  /** Steps that counted. */
  readonly rows: number;
}

/** An echo state network. */
export class Esn {
  /** What it was made with, defaults filled in. */
  readonly spec: FullEsnSpec;
  /** The engine that computes. */
  readonly engine: InferenceEngine;
  readonly #life = new Lifetime("esn");
  readonly #runner: Runner;
  readonly #regression: RidgeRegression;
  /** [CHUNK,D], [CHUNK,O]: rows on their way into the sums. */
  readonly #z: Ptr;
  readonly #y: Ptr;
  #pending = 0;
  readonly #fits = new SingleFit(this.#life, { keepsMemory: true });
  #solved = false;

  /** Use `esn(spec)`. With `readout` [D,O], the net of a file. */
  constructor(engine: InferenceEngine, spec: FullEsnSpec, readout?: Float64Array) {
    this.engine = engine;
    this.spec = spec;
    this.#runner = this.#life.own(new Runner(engine, spec));
    const { features: D, output: O } = this.#runner.widths;
    const sizes = { features: D, outputs: O, maxRows: CHUNK };
    this.#regression = this.#life.own(ridgeRegression(engine, spec.solver, sizes));
    const arena = this.#life.own(new Arena(engine.memory, "echo state networks"));
    this.#z = arena.reals(CHUNK * D);
    this.#y = arena.reals(CHUNK * O);
    if (!readout) return;
    engine.memory.reals(this.#runner.readout, D * O).set(readout);
    this.#runner.changed();
    this.#solved = true;
  }

  /** Copies of what was learned. Throws OptionError before the first fit. */
  get parameters(): EsnParameters {
    this.#learned("parameters");
    const { features: D, output: O } = this.#runner.widths;
    return { readout: this.engine.memory.reals(this.#runner.readout, D * O).slice() as Float64Array };
  }

  /**
   * Forgets what was learned, runs over the items and solves for the readout. Throws on bad items before
   * anything changes.
   */
  async fit(items: readonly DataItem[], options: EsnFitOptions = {}): Promise<EsnReport> {
    const who = this.#fits.check("fit");
    knownOptions(who, options, ["signal", "onProgress"]);
    const { signal, onProgress } = options;
    const flat = this.#check(who, items);
    const pace = new Pace();
    return this.#fits.run(async () => {
      signal?.throwIfAborted();
      this.#clear();
      let sequences = 0;
      for (const group of this.#runner.groups(flat)) {
        this.#run(group, flat);
        sequences += group.length;
        onProgress?.({ sequences, of: flat.length, rows: this.#regression.rows + this.#pending });
        await pace.breathe();
        this.#life.check("fit");
        signal?.throwIfAborted();
      }
      this.#solve(this.spec.ridge);
      return { rows: this.#regression.rows };
    });
  }

  /** Forgets all items accumulated; the readout stays until it is solved for again. */
  clear(): void {
    this.#fits.check("clear");
    this.#clear();
  }

  /**
   * Runs over more items and adds them to what the readout will be solved from: data of any length, a piece
   * at a time.
   */
  accumulate(items: readonly DataItem[]): void {
    const flat = this.#check(this.#fits.check("accumulate"), items);
    for (const group of this.#runner.groups(flat)) this.#run(group, flat);
    this.#flush();
  }

  /**
   * Solves for the readout from all items accumulated; `ridge` in place of the spec's to try another without
   * running again.
   */
  solve(ridge: number = this.spec.ridge): void {
    this.#solve(inRange(this.#fits.check("solve"), "ridge", ridge, 0));
  }

  /**
   * One [T,O] vector a sequence; with classes, their scores, near 1 for the class meant and near 0 for
   * others.
   */
  predict<S extends Sequences>(inputs: S): Each<S, Float64Array> {
    const who = this.#learned("predict");
    const runner = this.#runner;
    const { data } = runner;
    const O = runner.widths.output;
    const items = Array.from(listSequences(who, inputs, data.input), (input, i) =>
      flattenInput(who, data, input, `sequence ${i}`),
    );
    const out = items.map((item) => new Float64Array(item.length * O));
    for (const group of runner.groups(items))
      runner.drive(group, items, undefined, (t, alive) => {
        const y = runner.read(alive.length);
        alive.forEach((i, b) => out[i].set(y.subarray(b * O, (b + 1) * O), t * O));
        return y;
      });
    return each(inputs, out);
  }

  /** One sequence, a step at a time, state kept; with `online`, one that may learn as it goes. */
  stream(options: EsnStreamOptions = {}): EsnStream {
    const online = readOnline(this.#life.check("stream"), options);
    if (!online) this.#learned("stream");
    return new EsnStream(this.#runner, this.#life, online && { ...online, from: this.#solved });
  }

  /** The next `steps` outputs [steps,O] after `history`, run freely: what is put out is heard. */
  forecast(steps: number, options: EsnForecastOptions): EsnForecast {
    const who = this.#learned("forecast");
    knownOptions(who, options, ["history", "inputs"]);
    whole(who, "steps", steps, 1);
    const stream = this.stream();
    try {
      const feedback = this.#runner.widths.feedback > 0;
      return { means: runOn(stream, this.#runner.data, feedback, steps, options) };
    } finally {
      stream.dispose();
    }
  }

  /** safetensors: the readout and the spec, from which the reservoir is drawn again. */
  save(): Uint8Array<ArrayBuffer> {
    const { readout } = this.parameters;
    const { features: D, output: O } = this.#runner.widths;
    return writeTensors({ model: "esn", spec: this.spec }, [
      { name: "readout", shape: [D, O], data: readout },
    ]);
  }

  /** Gives all memory back: at once, or when a fit that is under way has stopped. */
  dispose(): void {
    this.#life.end();
  }

  /** `using net = await esn(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #learned(method: string): string {
    const who = this.#life.check(method);
    if (!this.#solved)
      throw new OptionError(`${who}: the readout is not learned yet; call fit first and await it`);
    return who;
  }

  #clear(): void {
    this.#regression.clear();
    this.#pending = 0;
    this.#runner.resetNoise();
  }

  #solve(ridge: number): void {
    this.#flush();
    this.#regression.solve(ridge, this.#runner.readout);
    this.#runner.changed();
    this.#solved = true;
  }

  #check(who: string, items: readonly DataItem[]): FlatItem[] {
    const flat = checkItems(who, this.#runner.data, items);
    flat.forEach(({ weight, length }, i) => {
      if (weight.length !== 0 && weight.length !== length)
        throw new ShapeError(`${who}: item ${i}.weight has ${weight.length} values, want [T] = [${length}]`);
    });
    return flat;
  }

  #flush(): void {
    if (this.#pending > 0) this.#regression.add(this.#pending, this.#z, this.#y);
    this.#pending = 0;
  }

  /** Adds the features of every step of a group that counts, scaled by the root of its weight. */
  #run(group: readonly number[], items: readonly FlatItem[]): void {
    this.#runner.drive(group, items, items, (t, alive) => {
      if (t < this.spec.washout) return undefined;
      if (this.#pending + alive.length > CHUNK) this.#flush();
      alive.forEach((i, b) => this.#addRow(items[i], t, b));
      return undefined;
    });
  }

  #addRow(item: FlatItem, t: number, b: number): void {
    const w = item.weight[t] ?? 1;
    if (w === 0) return;
    const { memory, kernels: k } = this.engine;
    const { features: D, output: O } = this.#runner.widths;
    const z = memory.at(this.#z, this.#pending * D);
    this.#runner.features(1, b, z);
    const y = memory.reals(memory.at(this.#y, this.#pending++ * O), O);
    writeTarget(this.#runner.data, item, t, y);
    if (w === 1) return;
    const root = Math.sqrt(w);
    k.scale(D, root, z);
    for (let j = 0; j < O; ++j) y[j] *= root;
  }
}

const create = async (spec: EsnSpec): Promise<Esn> => {
  const full = readEsnSpec("esn", spec);
  return new Esn(await inferenceEngine(), full);
};

async function load(bytes: Uint8Array | ArrayBuffer): Promise<Esn> {
  const file = readModel(bytes, "esn");
  const spec = readEsnSpec("esn.load", file.spec as unknown as EsnSpec);
  // a file that asks for more than it holds is refused before anything is made
  const { features: D, output: O } = widthsOf(spec);
  const readout = file.tensor("readout", D * O);
  return new Esn(await inferenceEngine(), spec, readout);
}

/** Makes an echo state network: `const net = await esn({ input: 1, output: 1, units: 1000 })`. */
export const esn: ModelFactory<EsnSpec, Esn> = modelFactory(create, load);
