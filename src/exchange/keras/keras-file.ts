/**
 * Files of Keras 3: `.keras`, a zip of config.json and model.weights.h5, whose weights stand under
 * layers/NAME/vars/0, 1, … (recurrent ones under layers/NAME/cell/vars), NAME being the layer's class in
 * snake case with a number. HDF5 is read by jsfive, an optional package that is loaded when it is needed.
 */
import { DataError, OptionError, knownOptions } from "../../wasm/errors.ts";
import { optionalPackage } from "../../wasm/optional-package.ts";
import type { Network } from "../../models/network/network.ts";
import { bytesOf, jsonOf, textOf, type Bytes } from "../bytes.ts";
import { openZip } from "../zip.ts";
import { chainOf, kerasNet, type KerasOptions } from "./config.ts";
import { kerasWeight, type KerasLayer, type KerasWeight, type WeightSource } from "./weights.ts";

const who = "fromKeras";
const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";

/** What a file of weights alone does not say. */
export interface FromKerasOptions extends KerasOptions {
  /** For a `.weights.h5` file: the model's configuration, `model.to_json()` as text or object. */
  readonly config?: string | object;
}

interface H5Dataset {
  readonly shape: readonly number[];
  readonly value: ArrayLike<number>;
}
interface H5File {
  get(path: string): unknown;
}

/** Opens an HDF5 file by the package jsfive. */
async function openH5(bytes: Uint8Array<ArrayBuffer>): Promise<H5File> {
  const name = "jsfive";
  const module = await optionalPackage<{ File: new (data: ArrayBuffer, name: string) => H5File }>(
    who,
    "HDF5 is read",
    name,
    () => import(/* @vite-ignore */ name),
  );
  try {
    return new module.File(bytes.slice().buffer, "weights.h5");
  } catch {
    throw new DataError(`${who}: the weights are no HDF5 file, or a broken one`);
  }
}

/** Keras' own way from a class to the name of its weights: LSTM is lstm, TimeDistributed time_distributed. */
const snake = (kind: string): string =>
  kind
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

const inCell = new Set(["LSTM", "GRU", "SimpleRNN"]);

/** Weights by the place of their layer. */
class Weights implements WeightSource {
  readonly #file: H5File;
  readonly #paths = new Map<string, string>();
  readonly #taken = new Map<string, number>();

  constructor(file: H5File, chain: readonly KerasLayer[]) {
    this.#file = file;
    const counts = new Map<string, number>();
    for (const { kind, name } of chain) {
      const own = snake(kind);
      const n = counts.get(own) ?? 0;
      counts.set(own, n + 1);
      this.#paths.set(name, n === 0 ? own : `${own}_${n}`);
    }
  }

  /** Where the weights of a layer stand, one inside another included. */
  #place(layer: KerasLayer): string {
    const [outer] = [...this.#paths.keys()]
      .filter((name) => layer.name === name || layer.name.startsWith(`${name}/`))
      .sort((a, b) => b.length - a.length);
    const base = `layers/${this.#paths.get(outer) ?? outer}`;
    const cell = inCell.has(layer.kind) ? "/cell" : "";
    if (outer === layer.name) return base + cell;
    if (cell === "") return `${base}/layer`;
    return `${base}/${layer.name.endsWith("/backward") ? "backward_layer" : "forward_layer"}${cell}`;
  }

  next(layer: KerasLayer, what: string): KerasWeight {
    const place = `${this.#place(layer)}/vars`;
    const i = this.#taken.get(place) ?? 0;
    this.#taken.set(place, i + 1);
    const fail = (fault: string): never => {
      throw new DataError(`${who}: ${layer.kind} "${layer.name}": ${what} (${place}/${i}) ${fault}`);
    };
    let found: H5Dataset | undefined;
    let data: Float32Array<ArrayBuffer> | undefined;
    try {
      found = this.#file.get(`${place}/${i}`) as H5Dataset;
      data = Float32Array.from(found.value);
    } catch {
      return fail("is not in the file, or broken");
    }
    const { shape } = found;
    if (!Array.isArray(shape) || shape.length < 1 || shape.length > 3)
      return fail("is no vector, matrix or kernel");
    const count = (shape as readonly number[]).reduce((n, size) => n * size, 1);
    return data.length === count ? kerasWeight(shape, data) : fail(`has ${data.length} values`);
  }
}

/**
 * A net with the weights of a Keras 3 model: a `.keras` file, or a `.weights.h5` file with the model's
 * configuration as `config`. Wants the package jsfive. A recurrent layer without return_sequences gives every
 * step here, the last of which is the model's answer. Throws DataError on other layers, by name, and on
 * broken files; OptionError where jsfive or the configuration is missing.
 */
export async function fromKeras(bytes: Bytes, options: FromKerasOptions = {}): Promise<Network> {
  knownOptions(who, options, ["config", "loss", "precision", "seed", "notes"]);
  const { config: given, ...rest } = options;
  const file = bytesOf(who, bytes);
  const zipped = file[0] === 0x50 && file[1] === 0x4b;
  if (!zipped && given === undefined)
    throw new OptionError(
      `${who}: the file is no .keras file; for .weights.h5 give { config: model.to_json() }`,
    );
  const zip = zipped ? openZip(who, file) : undefined;
  const text = typeof given === "string" ? given : JSON.stringify(given);
  const config = jsonOf(who, CONFIG, zip ? textOf(await zip.read(CONFIG)) : text);
  const chain = chainOf(who, config);
  const h5 = await openH5(zip ? await zip.read(WEIGHTS) : file);
  return kerasNet(who, chain, new Weights(h5, chain), rest);
}
