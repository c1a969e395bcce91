/**
 * Layers models of TensorFlow.js: model.json with the configuration and a list of weights (name, shape,
 * dtype, quantization), and the weights' bytes in that order, in one or several shards.
 */
import { DataError, knownOptions } from "../../wasm/errors.ts";
import type { Network } from "../../models/network/network.ts";
import { bytesOf, concatBytes, jsonOf, textOf, type Bytes } from "../bytes.ts";
import { decode, kinds, type Dtype } from "../arrays/dtypes.ts";
import { chainOf, kerasNet, type KerasOptions } from "./config.ts";
import { kerasWeight, type KerasLayer, type KerasWeight, type WeightSource } from "./weights.ts";

const who = "fromTfjs";
const dtypes: readonly Dtype[] = ["float32", "float16", "uint8", "uint16"];

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  /** As it lies in the file. */
  readonly dtype: Dtype;
  /** value = number·scale + min. */
  readonly scale: number;
  readonly min: number;
}

function entryOf(value: unknown, i: number): Entry {
  const { name, shape, dtype, quantization } = (value ?? {}) as Record<string, unknown>;
  const q = (quantization ?? {}) as { dtype?: unknown; scale?: unknown; min?: unknown };
  const stored = (q.dtype ?? dtype) as Dtype;
  const sizes = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
  if (typeof name !== "string" || !sizes || dtype !== "float32" || !dtypes.includes(stored))
    throw new DataError(
      `${who}: weight ${i} ("${String(name)}") is ${String(stored)} [${String(shape)}], want reals`,
    );
  const { scale = 1, min = 0 } = q;
  return { name, shape: shape as number[], dtype: stored, scale: Number(scale), min: Number(min) };
}

/** The weights in order. */
class Weights implements WeightSource {
  readonly #entries: readonly Entry[];
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #next = 0;
  #at = 0;

  constructor(entries: readonly Entry[], bytes: Uint8Array<ArrayBuffer>) {
    this.#entries = entries;
    this.#bytes = bytes;
    const want = entries.reduce((sum, entry) => sum + Weights.#size(entry), 0);
    if (want !== bytes.length)
      throw new DataError(
        `${who}: the shards have ${bytes.length} bytes, model.json lists ${want}: cut, or foreign`,
      );
  }

  static #size({ shape, dtype }: Entry): number {
    return shape.reduce((n, size) => n * size, 1) * kinds[dtype].bytes;
  }

  next(layer: KerasLayer, what: string): KerasWeight {
    const entry = this.#entries[this.#next++];
    if (!entry) throw new DataError(`${who}: ${layer.kind} "${layer.name}": model.json lists no ${what}`);
    const { name, shape, dtype, scale, min } = entry;
    if (shape.length > 3 || shape.length === 0)
      throw new DataError(`${who}: "${name}" is [${shape}], want a vector, a matrix or kernels`);
    const count = shape.reduce((n, size) => n * size, 1);
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    const stored = decode(dtype, view, this.#at, count);
    const data = Float32Array.from({ length: stored.length }, (_, i) => Number(stored[i]) * scale + min);
    this.#at += Weights.#size(entry);
    return kerasWeight(shape, data);
  }

  /** Throws where weights are left over. */
  finish(): void {
    const left = this.#entries[this.#next];
    if (left) throw new DataError(`${who}: weight "${left.name}" belongs to no layer that was read`);
  }
}

/**
 * A net with the weights of a layers model of TensorFlow.js: `model.json` (its text, bytes or object) and the
 * bytes of its shards, in the order of the manifest. A recurrent layer without returnSequences gives every
 * step here, the last of which is the model's answer; Masking says nothing, since sequences have their own
 * lengths. Throws DataError on other layers, by name, and on files that do not fit together.
 */
export async function fromTfjs(
  model: string | Bytes | object,
  shards: Bytes | readonly Bytes[],
  options: KerasOptions = {},
): Promise<Network> {
  knownOptions(who, options, ["loss", "precision", "seed", "notes"]);
  const isFile = model instanceof ArrayBuffer || model instanceof Uint8Array;
  const text = isFile ? textOf(bytesOf(who, model)) : JSON.stringify(model);
  const json = jsonOf(who, "model.json", typeof model === "string" ? model : text);
  const topology = (json.modelTopology ?? {}) as Record<string, unknown>;
  const manifest = Array.isArray(json.weightsManifest) ? (json.weightsManifest as unknown[]) : [];
  const entries = manifest.flatMap((group) => {
    const { weights } = (group ?? {}) as { weights?: unknown };
    return Array.isArray(weights) ? (weights as unknown[]) : [];
  });
  const chain = chainOf(who, topology.model_config ?? topology);
  const parts = Array.isArray(shards) ? (shards as readonly Bytes[]) : [shards as Bytes];
  const bytes = concatBytes(parts.map((part) => bytesOf(who, part)));
  const weights = new Weights(entries.map(entryOf), bytes);
  const net = await kerasNet(who, chain, weights, options);
  try {
    weights.finish();
  } catch (error) {
    net.dispose();
    throw error;
  }
  return net;
}
