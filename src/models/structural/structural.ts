/**
 * Structural time series: level, slope, seasons, cycle, regression and noise, each with a variance that is
 * estimated, and a smoothed path of its own. (Harvey 1989; Durbin & Koopman 2012, chapter 3.)
 */
import type { Sequences } from "../../data/sequence.ts";
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { Kalman } from "../../inference/kalman.ts";
import type { LinearGaussian, Series } from "../../inference/state-space.ts";
import { seedOption } from "../../wasm/errors.ts";
import { PassReader } from "../lds/outputs.ts";
import { modelFactory } from "../lifetime.ts";
import { readEstimates, saveEstimates } from "./file.ts";
import type { Estimates, WithInputs } from "./answers.ts";
import { StateSpaceModel } from "./model.ts";
import { structuralFamily, type StructuralFamily, type StructuralSpec } from "./structural-family.ts";

/** A component at every step, given all of the series. */
export interface Component {
  /** [T] */
  readonly means: Float64Array;
  /** [T] */
  readonly variances: Float64Array;
}

/** A structural time series. */
export class Structural extends StateSpaceModel {
  readonly #spec: StructuralSpec;
  readonly #family: StructuralFamily;

  /** Use `structural(spec)`. */
  constructor(kalman: Kalman, spec: StructuralSpec, family: StructuralFamily, estimates?: Estimates) {
    super(kalman, family, seedOption("structural", spec.seed ?? 1), estimates);
    this.#spec = spec;
    this.#family = family;
  }

  /**
   * Each component of one series, smoothed: `level`, `slope`, `seasonal.<period>`, `cycle`,
   * `autoregressive` and `regression`, as far as the model has them. Their sum is the series without noise
   * (the slope aside).
   */
  components(y: Sequences, options: WithInputs = {}): Record<string, Component> {
    const { who, model } = this.at("components", options);
    const series = this.one(who, y, options);
    const pass = this.kalman.run(who, model, series, "smooth");
    const read = new PassReader(this.kalman, model);
    const { means, covariances } = read.states(pass.steps, pass.smoothedMean, pass.smoothedCovariance);
    const n = model.state;
    const component = (from: number, weights: readonly number[]): Component => {
      const at = (t: number, i: number, j: number): number =>
        covariances[(t * n + from + i) * n + from + j] * weights[i] * weights[j];
      return {
        means: Float64Array.from({ length: pass.steps }, (_, t) =>
          weights.reduce((sum, w, i) => sum + w * means[t * n + from + i], 0),
        ),
        variances: Float64Array.from({ length: pass.steps }, (_, t) => {
          let sum = 0;
          weights.forEach((_, i) => weights.forEach((__, j) => (sum += at(t, i, j))));
          return Math.max(sum, 0);
        }),
      };
    };
    const found: Record<string, Component> = {};
    for (const { name, from, weights } of this.#places()) found[name] = component(from, weights);
    const regression = regressionOf(model, series);
    if (regression) found.regression = { means: regression, variances: new Float64Array(pass.steps) };
    return found;
  }

  /** Each component [T] of one series, drawn given all of it: one of the paths that it may have. */
  simulateComponents(
    y: Sequences,
    options: WithInputs & { readonly seed?: number } = {},
  ): Record<string, Float64Array> {
    const { who, model } = this.at("simulateComponents", options, ["seed"]);
    const series = this.one(who, y, options);
    const x = this.simulate(y, options);
    const found: Record<string, Float64Array> = {};
    for (const { name, from, weights } of this.#places())
      found[name] = series.y.map((_, t) =>
        weights.reduce((sum, w, i) => sum + w * x[t * model.state + from + i], 0),
      );
    const regression = regressionOf(model, series);
    return regression ? { ...found, regression } : found;
  }

  /** Where components are in the state, and the weights of its elements from there on. */
  #places(): { name: string; from: number; weights: readonly number[] }[] {
    let at = 0;
    return this.#family.blocks.flatMap(({ name, states, observation }) => {
      const from = at;
      at += states;
      const own = { name, from, weights: observation };
      return name === "level" && states === 2 ? [own, { name: "slope", from, weights: [0, 1] }] : [own];
    });
  }

  /** safetensors: spec and, once fitted, estimates. */
  save(): Uint8Array<ArrayBuffer> {
    this.life.check("save");
    return saveEstimates("structural", this.#spec, this.found);
  }
}

/** D·u [T]; undefined without inputs. */
function regressionOf({ D, input: m }: LinearGaussian, { y, u }: Series): Float64Array | undefined {
  return u && y.map((_, t) => D.data.reduce((sum, w, j) => sum + w * u[t * m + j], 0));
}

/** Builds a structural time series: `const s = await structural({ slope: true, seasonal: [12] })`. */
export const structural = modelFactory(
  async (spec: StructuralSpec) => {
    const family = structuralFamily("structural", spec);
    seedOption("structural", spec.seed ?? 1);
    return new Structural(new Kalman(await inferenceEngine()), spec, family);
  },
  async (bytes) => {
    const { spec, family, estimates } = readEstimates(bytes, "structural", structuralFamily);
    return new Structural(new Kalman(await inferenceEngine()), spec, family, estimates);
  },
);
