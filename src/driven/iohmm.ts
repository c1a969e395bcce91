/** Making driven hidden Markov models: from a spec, or from a file. */
import { inferenceEngine } from "../inference/inference-engine.ts";
import { Algebra } from "../inference/matrix.ts";
import { modelFactory, type ModelFactory } from "../models/lifetime.ts";
import { loadIohmm } from "./file.ts";
import { Iohmm } from "./model.ts";
import { readIohmmSpec, type IohmmSpec } from "./spec.ts";

/**
 * Builds an input-output hidden Markov model, whose transitions and emissions depend on inputs:
 * `const h = await iohmm({ states: 2, input: 1 })`.
 */
export const iohmm: ModelFactory<IohmmSpec, Iohmm> = modelFactory(
  async (spec) => {
    const algebra = new Algebra(await inferenceEngine());
    try {
      return new Iohmm(algebra, readIohmmSpec("iohmm", spec, algebra), { fitted: false });
    } catch (error) {
      algebra.dispose();
      throw error;
    }
  },
  async (bytes) => {
    const { algebra, model, fitted } = loadIohmm(bytes, await inferenceEngine());
    return new Iohmm(algebra, model, { fitted });
  },
);
