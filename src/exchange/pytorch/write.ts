/** A net as a state dict of PyTorch. */
import { OptionError } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { DenseLayer, Layer } from "../../models/network/layers.ts";
import type { RecurrentLayer } from "../../models/network/recurrent-layers.ts";
import type { Network } from "../../models/network/network.ts";
import { gatesOf, joined, type Gates } from "../nets/gates.ts";
import { isZero, stacked, transpose, zeros, type Matrix } from "../nets/matrix.ts";
import { toChannels } from "../nets/taps.ts";
import { netData, type NetData } from "../nets/net.ts";
import { writeTensorFile } from "../tensor-file.ts";
import type { PyTorchDescription, PyTorchPlace } from "./description.ts";
import { INITIAL } from "./modules.ts";
import { DESCRIPTION } from "./read.ts";

const who = "toPyTorch";

interface FileEntry {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "float64";
  readonly data: Floats;
}

const orders = { lstm: "ifgo", gru: "rzn", rnn: "h" } as const;

/** Throws where torch.nn has no such layer. */
function checkRecurrent(layer: RecurrentLayer, name: string): void {
  const fail = (what: string, want: string): never => {
    throw new OptionError(`${who}: layer "${name}" has ${what}, and torch.nn has ${want}`);
  };
  if (layer.given?.length) fail("initial states from data", "none in a state dict");
  if (layer.type === "rnn") {
    if (layer.leak !== 1) fail(`a leak of ${layer.leak}`, "no leaky units");
    if (layer.activation !== "tanh" && layer.activation !== "relu")
      fail(`activation ${layer.activation}`, "nn.RNN with tanh and relu only");
  }
  if (layer.type === "lstm") {
    if (layer.peepholes) fail("peepholes", "nn.LSTM without");
    if (!layer.forgetGate) fail("no forget gate", "nn.LSTM with one only");
  }
  if (layer.type === "gru" && layer.reset === "before")
    fail('reset "before" the recurrent product', 'nn.GRU with reset "after" it only');
}

/** Collects tensors, and the description that goes with them. */
class Writer {
  readonly tensors = new Map<string, FileEntry>();
  readonly places: PyTorchPlace[] = [];
  readonly #net: NetData;

  constructor(net: NetData) {
    this.#net = net;
    net.spec.layers.forEach((layer, i) => this.#layer(layer, `${layer.type}${i + 1}`));
  }

  #put(name: string, shape: readonly number[], { data }: Matrix): void {
    this.tensors.set(name, { shape, dtype: data instanceof Float32Array ? "float32" : "float64", data });
  }

  #get(name: string): Matrix | undefined {
    return this.#net.parameters.get(name);
  }

  #dense(layer: DenseLayer, name: string, skip: boolean): void {
    const W = transpose(this.#get(`${name}.W`)!);
    const b = this.#get(`${name}.b`);
    this.#put(`${name}.weight`, [W.rows, W.columns], W);
    if (b) this.#put(`${name}.bias`, [b.columns], b);
    const place = { module: name, kind: "linear" as const, activation: layer.activation };
    this.places.push(skip ? { ...place, skip } : place);
  }

  /** One direction; way is "" or "_reverse". */
  #direction(layer: RecurrentLayer, name: string, way: string, gates: Gates): void {
    const order = orders[layer.type];
    const input = transpose(joined(gates.input, order));
    const recurrent = transpose(joined(gates.recurrent, order));
    const none = zeros(input.data, 1, layer.units);
    const inner = Object.fromEntries(
      [...order].map((letter) => [letter, letter === "n" ? (gates.inner ?? none) : none]),
    );
    this.#put(`${name}.weight_ih_l0${way}`, [input.rows, input.columns], input);
    this.#put(`${name}.weight_hh_l0${way}`, [recurrent.rows, recurrent.columns], recurrent);
    this.#put(`${name}.bias_ih_l0${way}`, [input.rows], joined(gates.bias, order));
    this.#put(`${name}.bias_hh_l0${way}`, [input.rows], joined(inner, order));
  }

  /** States before the first step [directions,1,H], as nn.LSTM takes them beside its input; not where 0. */
  #start(layer: RecurrentLayer, name: string, directions: readonly Gates[]): void {
    const none = zeros(directions[0].recurrent[orders[layer.type][0]].data, 1, layer.units);
    for (const letter of layer.type === "lstm" ? (["h", "c"] as const) : (["h"] as const)) {
      const state = stacked(directions.map(({ start }) => start?.[letter] ?? none));
      if (!isZero(state))
        this.#put(`${INITIAL}${name}.${letter}0`, [directions.length, 1, layer.units], state);
    }
  }

  #recurrent(layer: RecurrentLayer, name: string, ways: readonly (readonly [string, string])[]): void {
    checkRecurrent(layer, name);
    const directions = ways.map(([path]) => gatesOf(layer, path, this.#net.parameters));
    ways.forEach(([, way], i) => this.#direction(layer, name, way, directions[i]));
    this.#start(layer, name, directions);
    this.places.push(layer.type === "rnn" ? { module: name, activation: layer.activation } : name);
  }

  #layer(layer: Layer, name: string): void {
    switch (layer.type) {
      case "dense":
        return this.#dense(layer, name, false);
      case "skip":
        return this.#dense(layer.layer, name, true);
      case "lstm":
      case "gru":
      case "rnn":
        return this.#recurrent(layer, name, [[name, ""]]);
      case "bidirectional":
        return this.#recurrent(layer.layer, name, [
          [`${name}.forward`, ""],
          [`${name}.backward`, "_reverse"],
        ]);
      case "embedding": {
        const table = this.#get(`${name}.table`)!;
        this.#put(`${name}.weight`, [table.rows, table.columns], table);
        this.places.push({ module: name, kind: "embedding" });
        return;
      }
      case "layerNorm": {
        const [g, b] = [this.#get(`${name}.g`)!, this.#get(`${name}.b`)!];
        this.#put(`${name}.weight`, [g.columns], g);
        this.#put(`${name}.bias`, [b.columns], b);
        this.places.push({ module: name, epsilon: layer.epsilon });
        return;
      }
      case "conv": {
        const W = toChannels(this.#get(`${name}.W`)!, layer.width);
        const b = this.#get(`${name}.b`)!;
        this.#put(`${name}.weight`, [W.rows, W.columns / layer.width, layer.width], W);
        this.#put(`${name}.bias`, [b.columns], b);
        const { stride, dilation, causal, activation } = layer;
        this.places.push({ module: name, stride, dilation, causal, activation });
        return;
      }
      case "dropout":
      case "delayTaps":
      case "subsample":
        this.places.push(layer);
        return;
      default:
        throw new OptionError(`${who}: layer "${name}" has no counterpart in a state dict of PyTorch`);
    }
  }
}

/**
 * The net's weights as the bytes of a safetensors file whose names are those of a state dict: `lstm1` is an
 * nn.LSTM, `dense2` an nn.Linear, `embedding1` an nn.Embedding, `conv1` an nn.Conv1d
 * (whose padding the snippet adds), `layerNorm1` an nn.LayerNorm, and learned states before the first step
 * stand as `initial.lstm1.h0` [directions,1,H] where they are not 0. The order of the modules and their
 * activations stand in the file's metadata under "unrolled". Throws OptionError where PyTorch has no such
 * layer.
 */
export function toPyTorch(net: Network): Uint8Array<ArrayBuffer> {
  const data = netData(who, net);
  const { tensors, places } = new Writer(data);
  const { input, loss } = data.spec;
  const description: PyTorchDescription = { layers: places, input, loss };
  return writeTensorFile(tensors, { format: "pt", [DESCRIPTION]: JSON.stringify(description) });
}
