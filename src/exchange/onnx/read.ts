/** A net out of an ONNX model. */
import { DataError, knownOptions } from "../../wasm/errors.ts";
import type { Precision } from "../../wasm/memory.ts";
import type { Network } from "../../models/network/network.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";
import { bytesOf, type Bytes } from "../bytes.ts";
import { netOf } from "../nets/net.ts";
import { GraphReader } from "./graph-reader.ts";
import { readModel } from "./model.ts";

const who = "fromOnnx";

/** What a model does not say about its net. */
export interface FromOnnxOptions {
  /** Default: "softmax" behind a Softmax, "bernoulli" behind a Sigmoid, else "squared". */
  readonly loss?: NetworkSpec["loss"];
  /** Default "float32". */
  readonly precision?: Precision;
  /** Seed of what is random in later training. Default 1. */
  readonly seed?: number;
  /** Plain data to keep with the net. */
  readonly notes?: NetworkSpec["notes"];
}

/**
 * A net with the weights of an ONNX model, a chain of LSTM, GRU, RNN, MatMul, Gemm, Gather (an embedding),
 * OneHot and activations; other operators are named in the error. States that go in start at 0, or where
 * toOnnx says they do. Throws DataError, OptionError, ShapeError.
 */
export async function fromOnnx(bytes: Bytes, options: FromOnnxOptions = {}): Promise<Network> {
  knownOptions(who, options, ["loss", "precision", "seed", "notes"]);
  const model = readModel(who, bytesOf(who, bytes));
  const { layers, input, loss } = new GraphReader(who, model).read(options.loss !== undefined);
  if (layers.length === 0) throw new DataError(`${who}: the graph has no layer with weights`);
  return netOf(who, { input, loss, ...options }, layers);
}
