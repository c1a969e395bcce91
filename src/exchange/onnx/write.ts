/** A net as an ONNX model of opset 17, for onnxruntime and its kin. */
import { OptionError, knownOptions, oneOf } from "../../wasm/errors.ts";
import type { Network } from "../../models/network/network.ts";
import { lossOf } from "../../models/network/spec.ts";
import { netData } from "../nets/net.ts";
import { GraphWriter } from "./graph-writer.ts";
import { writeModel } from "./model.ts";

const who = "toOnnx";

/** How a net is written as ONNX. */
export interface OnnxOptions {
  /**
   * "inputs": states before the first step are inputs, states after the last are outputs, so that a sequence
   * may go through the model in pieces. "fixed": every run starts as the net does. Default: "inputs" for
   * nets that run forwards in time, else "fixed".
   */
  readonly states?: "inputs" | "fixed";
}

/**
 * The net as the bytes of a .onnx file, in float32. Input `x` [batch, time, inputs], or symbols as int64
 * [batch, time] (with several a step [batch, time, symbols]); output `y` [batch, time, outputs], what
 * `predict` gives; sequences of a batch are of one length. States are inputs `lstm1.h0`, `lstm1.c0`
 * [1, batch, units] and outputs `lstm1.h`, `lstm1.c`; the net's own starts stand in the model's metadata
 * under "unrolled.start". Throws OptionError for layers that ONNX has not.
 */
export function toOnnx(net: Network, options: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  knownOptions(who, options, ["states"]);
  const data = netData(who, net);
  const whole = data.spec.layers.find(
    (layer) =>
      layer.type === "bidirectional" ||
      layer.type === "subsample" ||
      (layer.type === "conv" && (layer.stride > 1 || (!layer.causal && layer.width > 1))),
  );
  const states = oneOf(who, "states", options.states ?? (whole ? "fixed" : "inputs"), ["inputs", "fixed"]);
  if (states === "inputs" && whole)
    throw new OptionError(
      `${who}: states are "inputs", but ${whole.type} needs whole sequences; want "fixed"`,
    );
  const writer = new GraphWriter(who, data, states === "inputs");
  const { name } = lossOf(data.spec.loss);
  if (name === "bernoulli") writer.apply("Sigmoid");
  else if (name === "softmax" || name === "ctc") writer.apply("Softmax", { axis: -1 });
  else if (name !== "squared")
    throw new OptionError(`${who}: a net of loss ${String(name)} cannot be written`);
  return writeModel(writer.finish());
}
