/**
 * Next-generation reservoir computing: a nonlinear vector autoregression. No reservoir, no random numbers: a
 * ridge regression on delayed values and products of them (Gauthier, Bollt, Griffith & Barbosa 2021; that it
 * is equivalent to a reservoir with linear units and a nonlinear readout: Bollt 2021).
 *
 *   y_t = W·z_t    or    y_t = x_t + W·z_t        W = (ZᵀZ + λI)⁻¹ZᵀY
 */
import type { AbortSignal } from "../../wasm/platform.ts";
import { knownOptions, NumericError, OptionError, ShapeError, whole } from "../../wasm/errors.ts";
import { inferenceEngine, type InferenceEngine } from "../../inference/inference-engine.ts";
import { checkItems, flattenInput, type DataItem } from "../../data/item.ts";
import { each, listSequences, type Each, type Sequence, type Sequences } from "../../data/sequence.ts";
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { DISPOSE, Lifetime, modelFactory, type ModelFactory } from "../../models/lifetime.ts";
import { SingleFit } from "../../models/single-fit.ts";
import { countFeatures, FeatureWindow } from "./features.ts";
import { fitReadout, type NvarProgress } from "./fit.ts";
import { answer, type Readout } from "./readout.ts";
import { dataOf, readNvarSpec, type NvarSpec } from "./spec.ts";
import { NvarStream } from "./stream.ts";

/** What was learned. */
export interface NvarParameters {
  /** [D,O] the readout, a row a feature. */
  readout: Float64Array;
  /** [D] what each row is for: "1", "x0[t]", "x1[t-2]", "x0[t]·x1[t-2]". */
  features: string[];
}

/** How to fit. */
export interface NvarFitOptions {
  /** Stops on the way: rejects with the signal's reason, and the readout stays as it was. */
  readonly signal?: AbortSignal;
  /** Called after each sequence. */
  readonly onProgress?: (event: NvarProgress) => void;
}

/** The result of a fit. */
export interface NvarReport {
  /** Steps that counted. */
  readonly rows: number;
}

/** What to go on from. */
export interface NvarForecastOptions {
  /** [T,I], at least (delays - 1)·stride + 1 steps. */
  readonly history: Sequence;
}

/** What comes after. */
export interface NvarForecast {
  /** [steps,O] */
  means: Float64Array;
}

/** A nonlinear vector autoregression. */
export class Nvar {
  /** What it was made with, defaults filled in. */
  readonly spec: Required<NvarSpec>;
  /** The engine that computes. */
  readonly engine: InferenceEngine;
  readonly #life = new Lifetime("nvar");
  readonly #window: FeatureWindow;
  #weights: Float64Array | undefined;
  readonly #fits = new SingleFit(this.#life, { keepsMemory: true });

  /** Use `nvar(spec)`. With `weights` [D,O], the model of a file. */
  constructor(engine: InferenceEngine, spec: Required<NvarSpec>, weights?: Float64Array) {
    this.spec = spec;
    this.engine = engine;
    this.#window = new FeatureWindow(spec);
    this.#weights = weights;
  }

  /** Copies of what was learned, with the features' names. Throws OptionError before the first fit. */
  get parameters(): NvarParameters {
    const { weights } = this.#learned("parameters");
    return { readout: weights.slice(), features: this.#window.names() };
  }

  /**
   * Forgets what was learned and regresses on all steps of the items, but the first (delays - 1)·stride of
   * each, whose features would look back beyond its start. Throws on bad items before anything changes,
   * NumericError where the features depend on each other and ridge is 0.
   */
  async fit(items: readonly DataItem[], options: NvarFitOptions = {}): Promise<NvarReport> {
    const who = this.#fits.check("fit");
    knownOptions(who, options, ["signal", "onProgress"]);
    const flat = checkItems(who, dataOf(this.spec), items);
    flat.forEach(({ weight, length }, i) => {
      if (weight.length !== 0 && weight.length !== length)
        throw new ShapeError(`${who}: item ${i}.weight has ${weight.length} values, want [T] = [${length}]`);
    });
    return this.#fits.run(async () => {
      const setting = { ...options, check: () => void this.#life.check("fit") };
      const { weights, rows } = await fitReadout(
        this.engine,
        this.spec,
        this.#window.another(),
        flat,
        setting,
      );
      this.#weights = weights;
      return { rows };
    });
  }

  /** One [T,O] vector a sequence; before a sequence begins its values count as 0. */
  predict<S extends Sequences>(inputs: S): Each<S, Float64Array> {
    const readout = this.#learned("predict");
    const who = "nvar.predict";
    const { input: I, output: O } = this.spec;
    const window = this.#window.another();
    const z = new Float64Array(window.size);
    const answers = Array.from(listSequences(who, inputs, I), (input, i) => {
      const { length, input: x } = flattenInput(who, dataOf(this.spec), input, `sequence ${i}`);
      const y = new Float64Array(length * O);
      window.reset();
      for (let t = 0; t < length; ++t) y.set(answer(readout, window, z, x, t * I), t * O);
      return y;
    });
    return each(inputs, answers);
  }

  /** One sequence, a step at a time. */
  stream(): NvarStream {
    this.#learned("stream");
    return new NvarStream(this.#window.another(), () => this.#learned("stream"), this.#life);
  }

  /**
   * The next `steps` values [steps,O] after `history`, run freely: what it says is what it sees next. Wants
   * as many outputs as inputs, and a history of (delays - 1)·stride + 1 steps. Throws NumericError where the
   * run leaves the finite numbers.
   */
  forecast(steps: number, options: NvarForecastOptions): NvarForecast {
    const readout = this.#learned("forecast");
    const who = "nvar.forecast";
    knownOptions(who, options, ["history"]);
    whole(who, "steps", steps, 1);
    const { input: I, output: O } = this.spec;
    if (I !== O) throw new OptionError(`${who}: ${O} outputs of ${I} inputs, want as many, to see them next`);
    const window = this.#window.another();
    const { length, input: x } = flattenInput(who, dataOf(this.spec), options.history, "history");
    if (length <= window.memory)
      throw new ShapeError(`${who}: history has ${length} steps, want at least ${window.memory + 1}`);
    const z = new Float64Array(window.size);
    const means = new Float64Array(steps * O);
    for (let t = length - 1 - window.memory; t < length - 1; ++t) window.push(x, t * I);
    let y: ArrayLike<number> = Array.from({ length: I }, (_, i) => x[(length - 1) * I + i]);
    for (let h = 0; h < steps; ++h) {
      y = answer(readout, window, z, y);
      if (!Array.prototype.every.call(y, Number.isFinite))
        throw new NumericError(
          `${who}: the run leaves the finite numbers at step ${h}; fit with a larger ridge`,
        );
      means.set(y, h * O);
    }
    return { means };
  }

  /** safetensors: the readout and the spec. */
  save(): Uint8Array {
    const { weights } = this.#learned("save");
    const shape = [this.#window.size, this.spec.output];
    return writeTensors({ model: "nvar", spec: this.spec }, [{ name: "readout", shape, data: weights }]);
  }

  /** Ends it; a fit that is under way rejects. */
  dispose(): void {
    this.#life.end();
  }

  /** `using model = await nvar(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #learned(method: string): Readout {
    const who = this.#life.check(method);
    if (this.#weights) return { spec: this.spec, weights: this.#weights };
    throw new OptionError(`${who}: the readout is not learned yet; call fit first and await it`);
  }
}

const create = async (spec: NvarSpec): Promise<Nvar> => {
  const full = readNvarSpec("nvar", spec);
  return new Nvar(await inferenceEngine(), full);
};

async function load(bytes: Uint8Array | ArrayBuffer): Promise<Nvar> {
  const file = readModel(bytes, "nvar");
  const spec = readNvarSpec("nvar.load", file.spec as unknown as NvarSpec);
  // a file that asks for more than it holds is refused before anything is made
  const weights = file.tensor("readout", countFeatures(spec) * spec.output);
  return new Nvar(await inferenceEngine(), spec, weights);
}

/**
 * Makes a nonlinear vector autoregression: `const m = await nvar({ input: 3, delays: 2, says: "increment"
 * })`.
 */
export const nvar: ModelFactory<NvarSpec, Nvar> = modelFactory(create, load);
