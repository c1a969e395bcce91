/** A net out of a state dict of PyTorch. */
import { DataError, OptionError } from "../../wasm/errors.ts";
import { bidirectional, dense, embedding } from "../../models/network/layers.ts";
import { conv, layerNorm } from "../../models/network/optional/layers.ts";
import { gru, lstm, rnn, type RecurrentLayer } from "../../models/network/recurrent-layers.ts";
import type { Network } from "../../models/network/network.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";
import { bytesOf, type Bytes } from "../bytes.ts";
import { split, type Gates } from "../nets/gates.ts";
import { plus, transpose, zeros, type Matrix } from "../nets/matrix.ts";
import { fromChannels } from "../nets/taps.ts";
import { netOf, startOption, type ReadLayer } from "../nets/net.ts";
import { readTensorFile, realsOf, type FileTensor } from "../tensor-file.ts";
import { isArchive, readArchive } from "./archive.ts";
import { asEmbedding, orderOf, type Placed } from "./chain.ts";
import {
  checkDescription,
  type PyTorchDescription,
  type PyTorchModule,
  type PyTorchPlace,
} from "./description.ts";
import { INITIAL, modulesOf, recurrentShape, type Module } from "./modules.ts";

const who = "fromPyTorch";

/** Metadata under which toPyTorch leaves a description. */
export const DESCRIPTION = "unrolled";
/** Gate letters in the order of PyTorch's blocks. */
const orders = { lstm: "ifgo", gru: "rzn", rnn: "h" } as const;

/** The states before the first step of one direction of one layer, where the file has them. */
function startOf(
  { name, kind }: Placed,
  row: number,
  units: number,
  tensors: ReadonlyMap<string, FileTensor>,
): Gates["start"] {
  const state = (letter: string): Matrix | undefined => {
    const full = `${INITIAL}${name}.${letter}`;
    const tensor = tensors.get(full);
    if (!tensor) return undefined;
    const data = realsOf(tensor);
    if (!data || data.length < (row + 1) * units)
      throw new DataError(`${who}: "${full}" is [${tensor.shape}], want [layers,1,${units}] reals`);
    return { rows: 1, columns: units, data: data.slice(row * units, (row + 1) * units) };
  };
  const h = state("h0");
  const c = state("c0");
  if (!h && !c) return undefined;
  const like = (h ?? c)!;
  const none = zeros(like.data, 1, units);
  return { h: h ?? none, c: kind === "lstm" ? (c ?? none) : undefined };
}

/** Weights by gate of layer l of a recurrent module in one direction. */
function gatesAt(module: Placed, l: number, way: string, start: Gates["start"]): Gates {
  const letters = orders[module.kind as keyof typeof orders];
  const get = (role: string): Matrix | undefined => module.tensors.get(`${role}_l${l}${way}`);
  const hh = get("weight_hh")!;
  const none = zeros(hh.data, 1, hh.rows);
  const own = split(get("bias_ih") ?? none, letters);
  const inner = split(get("bias_hh") ?? none, letters);
  const bias = Object.fromEntries(
    [...letters].map((letter) => [
      letter,
      module.kind === "gru" && letter === "n" ? own.n : plus(own[letter], inner[letter]),
    ]),
  );
  return {
    input: split(transpose(get("weight_ih")!), letters),
    recurrent: split(transpose(hh), letters),
    bias,
    inner: module.kind === "gru" ? inner.n : undefined,
    start,
  };
}

/** All layers of a recurrent module. */
function recurrentLayers(
  module: Placed,
  { activation = "tanh" }: Partial<PyTorchModule>,
  tensors: ReadonlyMap<string, FileTensor>,
): ReadLayer[] {
  const { units, layers, both } = recurrentShape(module);
  const make = (gates: Gates): RecurrentLayer => {
    if (module.kind === "lstm") return lstm(units, startOption(gates));
    if (module.kind === "gru") return gru(units, startOption(gates));
    return rnn(units, { activation, ...startOption(gates) });
  };
  return Array.from({ length: layers }, (_, l): ReadLayer => {
    const D = both ? 2 : 1;
    const forward = gatesAt(module, l, "", startOf(module, l * D, units, tensors));
    if (!both) return { layer: make(forward), gates: forward };
    const backward = gatesAt(module, l, "_reverse", startOf(module, l * D + 1, units, tensors));
    return { layer: bidirectional(make(forward)), forward, backward };
  });
}

function layersOf(
  module: Placed,
  place: Partial<PyTorchModule>,
  tensors: ReadonlyMap<string, FileTensor>,
): ReadLayer[] {
  const weight = module.tensors.get("weight");
  if (!weight) return recurrentLayers(module, place, tensors);
  if (module.kind === "embedding") return [{ layer: embedding(weight.rows, weight.columns), table: weight }];
  const b = module.tensors.get("bias");
  if (module.kind === "norm") {
    const layer = layerNorm(place.epsilon === undefined ? {} : { epsilon: place.epsilon });
    return [{ layer, g: weight, b: b ?? zeros(weight.data, 1, weight.columns) }];
  }
  if (module.kind === "conv") {
    const { stride = 1, dilation = 1, causal = false, activation = "identity" } = place;
    const layer = conv({ units: weight.rows, width: weight.last, stride, dilation, causal, activation });
    return [{ layer, W: fromChannels(weight, weight.last), b: b ?? zeros(weight.data, 1, weight.rows) }];
  }
  const layer = dense(weight.rows, { activation: place.activation ?? "identity", bias: b !== undefined });
  const read = { W: transpose(weight), b };
  return [place.skip ? { layer: { type: "skip", layer }, ...read } : { layer, ...read }];
}

/** A module of the file as the description names it. */
function placed(modules: ReadonlyMap<string, Module>, place: PyTorchModule, first: boolean): Placed {
  const module = modules.get(place.module);
  if (!module)
    throw new OptionError(
      `${who}: description.layers names "${place.module}", the file has ` +
        [...modules.keys()].map((name) => `"${name}"`).join(", "),
    );
  if (module.kind !== "table") return module as Placed;
  return (place.kind ?? (first ? "embedding" : "linear")) === "embedding"
    ? asEmbedding(module)
    : { ...module, kind: "linear" };
}

/** Layers in the order of a description. */
function described(
  modules: readonly Module[],
  places: readonly PyTorchPlace[],
  tensors: ReadonlyMap<string, FileTensor>,
): ReadLayer[] {
  const left = new Map(modules.map((module) => [module.name, module]));
  const used = new Set<string>();
  const layers = places.flatMap((place, i): ReadLayer[] => {
    if (typeof place === "object" && "type" in place) return [{ layer: place }];
    const own = typeof place === "string" ? { module: place } : place;
    used.add(own.module);
    return layersOf(placed(left, own, i === 0), own, tensors);
  });
  const unused = modules.find(({ name }) => !used.has(name));
  if (unused)
    throw new OptionError(`${who}: module "${unused.name}" of the file is not in description.layers`);
  return layers;
}

/** What the first layer reads. */
function inputOf(layers: readonly ReadLayer[]): NetworkSpec["input"] {
  const [first] = layers;
  if ("table" in first) return { symbols: first.table.rows };
  if ("W" in first) return first.W.rows;
  if ("gates" in first) return Object.values(first.gates.input)[0].rows;
  if ("g" in first) return first.g.columns;
  if ("forward" in first) return Object.values(first.forward.input)[0].rows;
  throw new OptionError(`${who}: the first layer has no weights; say description.input, the reals a step`);
}

async function read(
  tensors: ReadonlyMap<string, FileTensor>,
  description: PyTorchDescription,
): Promise<Network> {
  checkDescription(who, description);
  const modules = modulesOf(who, tensors);
  if (modules.length === 0) throw new DataError(`${who}: the file holds no weights of a net`);
  const layers = description.layers
    ? described(modules, description.layers, tensors)
    : orderOf(who, modules).flatMap((module) => layersOf(module, {}, tensors));
  const double = [...tensors.values()].some(({ dtype }) => dtype === "float64");
  const { input, loss = "squared", precision = double ? "float64" : "float32", seed, notes } = description;
  const rest = { ...(seed === undefined ? {} : { seed }), ...(notes === undefined ? {} : { notes }) };
  return netOf(who, { input: input ?? inputOf(layers), loss, precision, ...rest }, layers);
}

/**
 * A net with the weights of a PyTorch state dict: the bytes of a safetensors file, or of a .pt file, of which
 * tensors are read and no code is run. The structure comes from names and shapes where they leave one way
 * only; `description` says the rest. Throws DataError on files that are broken or hold other modules,
 * OptionError where the structure stays open.
 */
export async function fromPyTorch(bytes: Bytes, description?: PyTorchDescription): Promise<Network> {
  const file = bytesOf(who, bytes);
  if (isArchive(file)) return read(await readArchive(who, file), description ?? {});
  const { tensors, metadata } = readTensorFile(who, file);
  if (description) return read(tensors, description);
  return read(tensors, metadata[DESCRIPTION] ? parse(metadata[DESCRIPTION]) : {});
}

/** The description that toPyTorch left in a file. */
function parse(text: string): PyTorchDescription {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // checked below
  }
  throw new DataError(`${who}: the description in the file is not JSON; give one of your own`);
}
