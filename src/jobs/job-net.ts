/**
 * The net of a job by name: its layers, its standardization by the training data, its items, and all of it in
 * one file.
 */
import { DataError, OptionError, inRange, show, whole } from "../wasm/errors.ts";
import type { Floats, Precision } from "../wasm/memory.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import type { DataItem } from "../data/item.ts";
import {
  checkSteps,
  checkValues,
  finite,
  flatten,
  listSequences,
  type Sequence,
  type Sequences,
} from "../data/sequence.ts";
import { readTensors } from "../formats/read-safetensors.ts";
import { writeTensors } from "../formats/safetensors.ts";
import type { FitOptions, FitReport, Figures } from "../models/network/fit.ts";
import { internals } from "../models/network/internals.ts";
import { dense, type Layer } from "../models/network/layers.ts";
import { lstm } from "../models/network/recurrent-layers.ts";
import { network, type Network } from "../models/network/network.ts";
import { measureScale, readScale, standardize, type Scale } from "./scale.ts";

const UNITS = 48; // cells of the net where no layers are given

/** What every job's net is made of. */
export interface JobSpec {
  /** Values a step. */
  readonly input: number;
  /** Layers in front of the answer. Default lstm(48). */
  readonly layers?: readonly Layer[];
  /** Seed of weights, order and what is set apart. Default 1. */
  readonly seed?: number;
  /** Default "float32". */
  readonly precision?: Precision;
}

/** The names of these options. */
export const jobSpecNames = ["input", "layers", "seed", "precision"] as const;

/** Whose net it is, and how it answers: `output` values a step, behind layers of the job's own. */
export interface JobAnswer {
  /** "sequenceClassifier": begins messages. */
  readonly who: string;
  readonly output: number;
  readonly loss: "softmax" | "squared";
  readonly behind?: readonly Layer[];
}

/** The net: the layers, those of the answer, and a linear one. Throws OptionError. */
export const jobNetwork = async (
  { input, layers = [lstm(UNITS)], seed, precision }: JobSpec,
  { who, output, loss, behind = [] }: JobAnswer,
): Promise<Network> =>
  network({
    input: whole(who, "input", input, 0),
    layers: [...layers, ...behind, dense(output)],
    loss,
    ...(seed === undefined ? {} : { seed }),
    ...(precision === undefined ? {} : { precision }),
  });

/** How to fit a job: as a net is fitted, with validation items of the job. */
export type JobFitOptions<Item> = Omit<FitOptions, "validation" | "metrics"> & {
  /** Items, or a share of the items below 1, drawn by the seed and set apart. Default: none. */
  readonly validation?: readonly Item[] | number;
};

/** An item with its input flat. */
export interface ReadItem<Item> {
  /** As it was given. */
  readonly item: Item;
  /** [T,I]. */
  readonly input: ArrayLike<number>;
}

/** What a job makes of its items. */
export interface JobRules<Item> {
  /** "sequenceClassifier": begins every message. */
  readonly who: string;
  /** The fields of an item. */
  readonly fields: readonly string[];
  /** Throws DataError where an item is none of this job. */
  check(who: string, item: Item): void;
  /** Called with all training items before they become items of the net; what comes back takes it back. */
  prepare(items: readonly ReadItem<Item>[]): () => void;
  /** The target and weights of the net for an item of T steps. */
  target(item: Item, T: number): Pick<DataItem, "target" | "weight">;
  /** Figures of validation items. */
  evaluate(who: string, items: readonly Item[]): Figures;
  /** Plain data that the file keeps beside the net. */
  notes(): Record<string, unknown>;
}

/** A net with its standardization. */
export class JobNet<Item extends { readonly input: Sequence }> {
  readonly net: Network;
  readonly #rules: JobRules<Item>;
  #scale: Scale | undefined;

  constructor(net: Network, rules: JobRules<Item>, scale?: Scale) {
    this.net = net;
    this.#rules = rules;
    this.#scale = scale;
  }

  /** Values a step. */
  get width(): number {
    return internals(this.net).data.input;
  }

  /** Steps of the net's answer to a sequence of T steps. */
  outputSteps(T: number): number {
    return internals(this.net).data.outputSteps?.(T) ?? T;
  }

  /** One input [T,I], checked and flat. */
  read(who: string, input: Sequence): ArrayLike<number> {
    const flat = flatten(who, input, this.width);
    checkSteps(who, flat, this.width);
    checkValues(who, flat, finite);
    return flat;
  }

  /** Throws OptionError where the job was never fitted. */
  checkFitted(who: string): Scale {
    if (this.#scale) return this.#scale;
    throw new OptionError(`${who}: the model was never fitted; call fit first and await it, or load one`);
  }

  /** An input as the net reads it. Throws OptionError where the job was never fitted. */
  scaled(who: string, flat: ArrayLike<number>): Float64Array {
    return standardize(this.checkFitted(who), flat);
  }

  /** What the net answers to each input, [T,O]. */
  answers(who: string, inputs: Sequences): Floats[] {
    const list = Array.from(listSequences(who, inputs, this.width), (input, i) =>
      this.scaled(who, this.read(`${who}: sequence ${i}`, input)),
    );
    return internals(this.net).predictEach(who, list);
  }

  /** The items as the net's, and what it answers to each, [T,O]. */
  answersTo(who: string, items: readonly Item[]): { items: readonly DataItem[]; answers: Floats[] } {
    const own = this.#dataItems(this.#readItems(who, items));
    const inputs = own.map(({ input }) => input);
    return { items: own, answers: internals(this.net).predictEach(who, inputs) };
  }

  /** Fits the net on items of the job. */
  async fit(items: readonly Item[], options: JobFitOptions<Item> = {}): Promise<FitReport> {
    const who = `${this.#rules.who}.fit`;
    if (options === null || typeof options !== "object" || Array.isArray(options))
      throw new OptionError(`${who}: options are ${show(options)}, want an object`);
    const read = this.#readItems(who, items);
    const { validation, ...rest } = options;
    const [train, apart] = this.#split(who, read, validation);
    const { step } = this.net;
    const scale = this.#scale;
    this.#scale ??= measureScale(
      train.map(({ input }) => input),
      this.width,
    );
    const undo = this.#rules.prepare(train);
    try {
      return await this.net.fit(this.#dataItems(train), {
        ...rest,
        ...(apart ? { validation: () => this.#rules.evaluate(who, apart) } : {}),
        ...(options.checkpoint ? { checkpoint: (bytes) => options.checkpoint!(this.#wrap(bytes)) } : {}),
      });
    } catch (error) {
      if (this.net.step === step) {
        // nothing was learned: nothing has changed
        this.#scale = scale;
        undo();
      }
      throw error;
    }
  }

  /** The net, its training, the scale and the job's notes. */
  save(options?: { training?: boolean }): Uint8Array<ArrayBuffer> {
    return this.#wrap(this.net.save(options));
  }

  #wrap(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const { spec, tensors } = readTensors(bytes, this.#rules.who);
    const job = { kind: this.#rules.who, scale: this.#scale, ...this.#rules.notes() };
    return writeTensors({ ...spec, job }, [...tensors.values()]);
  }

  #readItems(who: string, items: readonly Item[]): ReadItem<Item>[] {
    const { fields } = this.#rules;
    if (!Array.isArray(items) || items.length === 0)
      throw new DataError(`${who}: items are ${show(items)}, want an array of at least one`);
    return (items as readonly Item[]).map((item, i) => {
      const where = `${who}: item ${i}`;
      if (item === null || typeof item !== "object")
        throw new DataError(`${where} is ${show(item)}, want an object with ${fields.join(" and ")}`);
      const unknown = Object.keys(item).find((field) => !fields.includes(field));
      if (unknown !== undefined)
        throw new DataError(`${where}: unknown field "${unknown}", want ${fields.join(" and ")}`);
      this.#rules.check(where, item);
      return { item, input: this.read(`${where}.input`, item.input) };
    });
  }

  #dataItems(items: readonly ReadItem<Item>[]): DataItem[] {
    return items.map(({ item, input }) => ({
      input: this.scaled(this.#rules.who, input),
      ...this.#rules.target(item, this.outputSteps(input.length / this.width)),
    }));
  }

  #split(
    who: string,
    items: readonly ReadItem<Item>[],
    validation: readonly Item[] | number | undefined,
  ): [train: readonly ReadItem<Item>[], apart?: readonly Item[]] {
    if (validation === undefined) return [items];
    if (typeof validation !== "number") {
      this.#readItems(`${who}: validation`, validation);
      return [items, validation];
    }
    inRange(who, "validation", validation, Number.MIN_VALUE, 1 - Number.EPSILON);
    const order = new Random(this.net.engine, this.net.spec.seed, streams.validation).permutation(
      items.length,
    );
    const chosen = new Set(order.subarray(0, Math.max(1, Math.round(validation * items.length))));
    const train = items.filter((_, i) => !chosen.has(i));
    if (train.length === 0)
      throw new OptionError(
        `${who}: validation is ${validation} of ${items.length} items: none is left to learn from`,
      );
    return [train, items.filter((_, i) => chosen.has(i)).map(({ item }) => item)];
  }
}

/** What a job is made of again. */
export interface JobFile {
  readonly net: Network;
  /** Absent where it was never fitted. */
  readonly scale?: Scale;
  /** What the job's own `notes` gave. */
  readonly notes: Readonly<Record<string, unknown>>;
}

/** The job that `make` makes of a file of its kind. Throws DataError on other files; the net is gone then. */
export async function loadJob<Job>(
  who: string,
  bytes: Uint8Array | ArrayBuffer,
  make: (file: JobFile) => Job,
): Promise<Job> {
  const { spec } = readTensors(bytes, `${who}.load`);
  const job = spec.job as Record<string, unknown> | undefined;
  if (job?.kind !== who)
    throw new DataError(`${who}.load: the file holds ${show(job?.kind ?? spec.model)}, want a ${who}`);
  const net = await network.load(bytes);
  try {
    const { input } = internals(net).data;
    const scale = job.scale === undefined ? undefined : readScale(`${who}.load`, job.scale, input);
    return make({ net, scale, notes: job });
  } catch (error) {
    net.dispose();
    throw error instanceof DataError ? error : new DataError((error as Error).message, { cause: error });
  }
}
