/** A net as plain data, out of which others are written and into which others are read. */
import { DataError, OptionError, show } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import { writeCheckpoint } from "../../models/network/checkpoint.ts";
import type { DenseLayer, EmbeddingLayer, Layer, SkipLayer } from "../../models/network/layers.ts";
import type { RecurrentLayer } from "../../models/network/recurrent-layers.ts";
import type { ConvLayer, LayerNormLayer } from "../../models/network/optional/layers.ts";
import { loadKinds } from "../../models/network/kinds.ts";
import { Network } from "../../models/network/network.ts";
import { checkSpec, type NetworkSpec } from "../../models/network/spec.ts";
import { parametersOf, type Gates } from "./gates.ts";
import type { Matrix } from "./matrix.ts";

/** Parameters by our names: `lstm1.Wx`, `dense2.b`. */
export type NetParameters = ReadonlyMap<string, Matrix>;

/** What a net is, and its weights. */
export interface NetData {
  readonly spec: Required<NetworkSpec>;
  readonly parameters: NetParameters;
}

/** The spec and copies of all parameters; `who` names the caller in errors. Throws OptionError, DataError. */
export function netData(who: string, net: Network): NetData {
  if (typeof net !== "object" || net === null || !net.spec || !net.spec?.layers)
    throw new OptionError(`${who}: got ${show(net)}, want a net, as network() or network.load() gives`);
  refuseZoneout(who, net.spec.layers, "");
  const parameters = new Map<string, Matrix>();
  for (const {
    name,
    shape: [rows, columns],
    data,
  } of net.parameters) {
    const copy: Floats = data.slice();
    const bad = copy.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw new DataError(`${who}: ${name}[${bad}] is ${copy[bad]}, want finite parameters`);
    parameters.set(name, { rows, columns, data: copy });
  }
  return { spec: net.spec, parameters };
}

/** Throws OptionError on states that are a mean of old and new at rest: other programs have none. */
function refuseZoneout(who: string, layers: readonly Layer[], inside: string): void {
  layers.forEach((layer, i) => {
    const name = `${inside}${layer.type}${i + 1}`;
    if (layer.type === "residual") return refuseZoneout(who, layer.layers, `${name}.`);
    const recurrent = layer.type === "bidirectional" ? layer.layer : layer;
    if ("zoneout" in recurrent && recurrent.zoneout)
      throw new OptionError(
        `${who}: layer "${name}" has zoneout, which other programs have not; want a net without`,
      );
  });
}

/** A layer that was read elsewhere, with its weights in our own terms. */
export type ReadLayer =
  | { readonly layer: DenseLayer | SkipLayer | ConvLayer; readonly W: Matrix; readonly b?: Matrix }
  | { readonly layer: LayerNormLayer; readonly g: Matrix; readonly b: Matrix }
  | { readonly layer: EmbeddingLayer; readonly table: Matrix }
  | { readonly layer: RecurrentLayer; readonly gates: Gates }
  | { readonly layer: Layer & { type: "bidirectional" }; readonly forward: Gates; readonly backward: Gates }
  | { readonly layer: Layer & { type: "dropout" | "delayTaps" | "subsample" } };

/** Our parameters of a layer at place i of the stack. */
function named(read: ReadLayer, i: number): [string, Matrix][] {
  const name = `${read.layer.type}${i + 1}`;
  if ("W" in read)
    return [[`${name}.W`, read.W], ...(read.b ? [[`${name}.b`, read.b] as const] : [])] as [string, Matrix][];
  if ("table" in read) return [[`${name}.table`, read.table]];
  if ("g" in read)
    return [
      [`${name}.g`, read.g],
      [`${name}.b`, read.b],
    ];
  if ("gates" in read) return parametersOf(read.layer, name, read.gates);
  if ("forward" in read)
    return [
      ...parametersOf(read.layer.layer, `${name}.forward`, read.forward),
      ...parametersOf(read.layer.layer, `${name}.backward`, read.backward),
    ];
  return [];
}

/**
 * A net of these layers with these weights; `who` names the caller in errors. Throws OptionError, ShapeError
 * or DataError where they make none.
 */
export async function netOf(
  who: string,
  spec: Omit<NetworkSpec, "layers">,
  layers: readonly ReadLayer[],
): Promise<Network> {
  await loadKinds({ layers: layers.map(({ layer }) => layer), loss: spec.loss });
  const full = checkSpec({ ...spec, layers: layers.map(({ layer }) => layer) });
  const tensors = layers.flatMap(named).map(([name, { rows, columns, data }]) => {
    const Reals = full.precision === "float32" ? Float32Array : Float64Array;
    const bad = data.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw new DataError(`${who}: ${name}[${bad}] is ${data[bad]}, want finite weights`);
    return { name, shape: [rows, columns], data: data instanceof Reals ? data : new Reals(data) };
  });
  return Network.load(writeCheckpoint(full, tensors), who);
}

/** The start of a direction as a layer option. */
export const startOption = (gates: Gates): { initialState: "learned" | "zero" } => ({
  initialState: gates.start ? "learned" : "zero",
});
