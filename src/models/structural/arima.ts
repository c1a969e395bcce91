/**
 * ARIMA models with seasons and inputs, by exact maximum likelihood. (Box & Jenkins 1976; Harvey 1989,
 * section 3.4.)
 */
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { Kalman } from "../../inference/kalman.ts";
import { seedOption } from "../../wasm/errors.ts";
import { modelFactory } from "../lifetime.ts";
import { arimaFamily, type ArimaSpec } from "./arima-family.ts";
import { readEstimates, saveEstimates } from "./file.ts";
import type { Estimates } from "./answers.ts";
import { StateSpaceModel } from "./model.ts";
import type { Family } from "./parametric.ts";

/**
 * An ARIMA model. Parameters `ar.1`…, `ma.1`…, `seasonal.ar.1`…, `seasonal.ma.1`…, `variance`, `input.1`…,
 * `intercept`.
 */
export class Arima extends StateSpaceModel {
  readonly #spec: ArimaSpec;

  /** Use `arima(spec)`. */
  constructor(kalman: Kalman, spec: ArimaSpec, family: Family, estimates?: Estimates) {
    super(kalman, family, seedOption("arima", spec.seed ?? 1), estimates);
    this.#spec = spec;
  }

  /** safetensors: spec and, once fitted, estimates. */
  save(): Uint8Array<ArrayBuffer> {
    this.life.check("save");
    return saveEstimates("arima", this.#spec, this.found);
  }
}

/** Builds an ARIMA model: `const a = await arima({ d: 1, q: 1, seasonal: { D: 1, Q: 1, period: 12 } })`. */
export const arima = modelFactory(
  async (spec: ArimaSpec) => {
    const family = arimaFamily("arima", spec);
    seedOption("arima", spec.seed ?? 1);
    return new Arima(new Kalman(await inferenceEngine()), spec, family);
  },
  async (bytes) => {
    const { spec, family, estimates } = readEstimates(bytes, "arima", arimaFamily);
    return new Arima(new Kalman(await inferenceEngine()), spec, family, estimates);
  },
);
