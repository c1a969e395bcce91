/** Convolutions and layer norms of an ONNX graph: operators that are no recurrent layers and no products. */
import { conv, layerNorm } from "../../models/network/optional/layers.ts";
import { fromChannels, paddingOf } from "../nets/taps.ts";
import { zeros } from "../nets/matrix.ts";
import type { Chain } from "./chain.ts";
import { realsOf } from "./gates.ts";
import type { OnnxNode } from "./model.ts";

/** Whole numbers of an attribute of one axis; `usual` where it is not there. */
function wholes(chain: Chain, node: OnnxNode, name: string, usual: readonly number[]): number[] {
  const value = node.attributes[name] ?? usual;
  if (Array.isArray(value) && value.length === usual.length) return (value as number[]).map(Number);
  return chain.fail(
    `${node.op} with ${name} [${String(value)}], want ${usual.length} numbers: one axis, time`,
  );
}

/** Padding of a Conv itself; undefined: as many zeros on either side as keep the time. */
function padsOf(chain: Chain, node: OnnxNode): number[] | undefined {
  const { auto_pad: auto = "NOTSET" } = node.attributes;
  if (auto === "SAME_UPPER") return undefined;
  if (auto !== "NOTSET" && auto !== "VALID") return chain.fail(`Conv with auto_pad ${String(auto)}`);
  return wholes(chain, node, "pads", [0, 0]);
}

/** A Conv over time, on [batch, width, time]. */
export function readConv(who: string, chain: Chain, node: OnnxNode): void {
  const x = chain.end(node);
  if (!/^[bt]f[bt]$/.test(x.axes)) chain.fail(`Conv on a value with axes ${x.axes}`);
  const tensor = chain.constant(node, 1);
  const [O, I, width] = tensor.shape;
  if (tensor.shape.length !== 3 || (node.attributes.group ?? 1) !== 1)
    chain.fail(`Conv of kernels [${tensor.shape}], want one axis, time, and one group`);
  const [stride] = wholes(chain, node, "strides", [1]);
  const [dilation] = wholes(chain, node, "dilations", [1]);
  const kernels = { rows: O, columns: I * width, data: realsOf(who, node.op, tensor) };
  const b = node.inputs[2] ? chain.row(node, 2, O) : zeros(kernels.data, 1, O);
  const form = { units: O, width, stride, dilation };
  const forms = [conv(form), conv({ ...form, causal: true })];
  const own = padsOf(chain, node);
  const pads = own && own.map((n, i) => n + (x.pads?.[i] ?? 0));
  const layer = pads ? forms.find((one) => paddingOf(one).join() === pads.join()) : forms[0];
  if (!layer || (!own && (stride > 1 || x.pads)))
    return chain.fail(
      `Conv with padding [${String(pads ?? "same")}] and stride ${stride}, want [${paddingOf(forms[0])}] ` +
        `or [${paddingOf(forms[1])}], in front and behind`,
    );
  chain.push(node, { layer, W: fromChannels(kernels, width), b }, x.axes);
}

/** Zeros in front of a sequence and behind it, or its past: a Conv takes them as its own. */
export function readPad(chain: Chain, node: OnnxNode): void {
  const x = chain.end(node);
  const given = node.inputs[1] ? Array.from(chain.constant(node, 1).data, Number) : node.attributes.pads;
  const pads = Array.isArray(given) ? (given as number[]) : [];
  const { mode = "constant" } = node.attributes;
  const rank = x.axes.length;
  const value = node.inputs[2] ? Number(chain.constant(node, 2).data[0]) : 0;
  const moved = pads.map((n, i) => (n === 0 ? -1 : i % rank)).filter((axis) => axis >= 0);
  const [axis = 0] = moved;
  if (pads.length !== 2 * rank || mode !== "constant" || value !== 0 || moved.some((one) => one !== axis))
    chain.fail(`Pad by [${pads}] with ${String(mode)} ${value}, want zeros in front of or behind the time`);
  if (x.axes[axis] === "f") chain.fail("Pad of the width, want it of the time");
  chain.put(node, { ...x, pads: [pads[axis], pads[axis + rank]] });
}

/** A LayerNormalization of each step's values. */
export function readNorm(who: string, chain: Chain, node: OnnxNode): void {
  const x = chain.end(node);
  const { axis = -1, epsilon = 1e-5 } = node.attributes;
  if (!x.axes.endsWith("f") || (axis !== -1 && axis !== x.axes.length - 1))
    chain.fail(`LayerNormalization along axis ${String(axis)} of a value with axes ${x.axes}`);
  const data = realsOf(who, node.op, chain.constant(node, 1));
  const g = { rows: 1, columns: data.length, data };
  const b = node.inputs[2] ? chain.row(node, 2, data.length) : zeros(data, 1, data.length);
  chain.push(node, { layer: layerNorm({ epsilon: Number(epsilon) }), g, b }, x.axes);
}

/** A sequence behind its past, which is a state. */
export function readPast(chain: Chain, node: OnnxNode): void {
  const x = chain.end(node, 1);
  const past = chain.pastOf(node.inputs[0]);
  if (node.attributes.axis !== 0 || past === undefined || node.inputs.length !== 2)
    return chain.fail("Concat of a state and a sequence, want a past [steps, batch, width] along axis 0");
  chain.put(node, { ...x, pads: [past, 0] });
}

/** What a Conv leaves as its past for the next run. */
export function readLastSteps(chain: Chain, node: OnnxNode): void {
  const known = chain.get(node.inputs[0] ?? "");
  if (known?.kind !== "data" || !known.pads)
    return chain.fail("Slice of what is no sequence behind its past");
  chain.put(node, { kind: "end" });
}
