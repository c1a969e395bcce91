/** Configurations of Keras models as a chain of layers, and the net that they and their weights make. */
import { DataError } from "../../wasm/errors.ts";
import type { Precision } from "../../wasm/memory.ts";
import type { Network } from "../../models/network/network.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";
import { netOf } from "../nets/net.ts";
import { KerasReader } from "./layers.ts";
import type { KerasLayer, WeightSource } from "./weights.ts";

/** What a Keras file does not say about its net. */
export interface KerasOptions {
  /** Default: "softmax" or "bernoulli" where the last activation is softmax or sigmoid, else "squared". */
  readonly loss?: NetworkSpec["loss"];
  /** Default "float32". */
  readonly precision?: Precision;
  /** Seed of what is random in later training. Default 1. */
  readonly seed?: number;
  /** Plain data to keep with the net. */
  readonly notes?: NetworkSpec["notes"];
}

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** How many layers a layer of a functional model reads. */
function sources(inbound: unknown): number {
  if (!Array.isArray(inbound) || inbound.length === 0) return 0;
  const [first] = inbound as unknown[];
  if (Array.isArray(first)) return inbound.length > 1 ? 2 : first.length;
  return inbound.length > 1 ? 2 : 1;
}

/** The layers of a model in order; `who` names the caller. Throws DataError where they are no chain. */
export function chainOf(who: string, model: unknown): KerasLayer[] {
  const fail = (what: string): never => {
    throw new DataError(`${who}: ${what}`);
  };
  const top = isPlain(model) ? model : fail("the configuration is no object");
  const kind = top.class_name;
  if (kind !== "Sequential" && kind !== "Functional" && kind !== "Model")
    fail(`a model of class ${String(kind)}, want Sequential or Functional`);
  const inside = isPlain(top.config) ? top.config.layers : undefined;
  const list = Array.isArray(top.config) ? (top.config as unknown[]) : inside;
  if (!Array.isArray(list) || list.length === 0) return fail("the configuration lists no layers");
  return list.map((entry: unknown, i): KerasLayer => {
    if (!isPlain(entry) || typeof entry.class_name !== "string" || !isPlain(entry.config))
      return fail(`layer ${i} of the configuration has no class and options`);
    const { class_name: own, config } = entry;
    if (sources(entry.inbound_nodes) > 1) fail(`layer ${i} (${own}) reads several layers, want a chain`);
    return { kind: own, name: String(config.name ?? entry.name ?? i), config };
  });
}

/** The net of a chain of layers. */
export async function kerasNet(
  who: string,
  chain: readonly KerasLayer[],
  weights: WeightSource,
  options: KerasOptions,
): Promise<Network> {
  const reader = new KerasReader(who, weights);
  for (const layer of chain) reader.add(layer);
  const { layers } = reader;
  let loss: NetworkSpec["loss"] = reader.ending;
  const last = layers[layers.length - 1];
  if (
    options.loss === undefined &&
    last &&
    "W" in last &&
    last.layer.type === "dense" &&
    last.layer.activation === "logistic"
  ) {
    layers[layers.length - 1] = { ...last, layer: { ...last.layer, activation: "identity" } };
    loss = "bernoulli";
  }
  return netOf(who, { input: inputOf(who, layers), loss, ...options }, layers);
}

/** What the first layer reads. */
function inputOf(who: string, layers: KerasReader["layers"]): NetworkSpec["input"] {
  const first = layers.find(({ layer }) => layer.type !== "dropout");
  if (!first) throw new DataError(`${who}: the model has no layer with weights`);
  if ("table" in first) return { symbols: first.table.rows };
  if ("W" in first) return first.W.rows;
  if ("gates" in first) return Object.values(first.gates.input)[0].rows;
  if ("g" in first) return first.g.columns;
  return "forward" in first ? Object.values(first.forward.input)[0].rows : 0;
}
