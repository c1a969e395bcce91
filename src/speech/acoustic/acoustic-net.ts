/**
 * The net of every model that hears: features of a few frames side by side, a recurrent layer, and the
 * probabilities of the labels and of the blank at every step, learned by connectionist temporal
 * classification (Graves et al. 2006). With its front end and its standardization in one file.
 */
import { DataError, OptionError, inRange, oneOf, show, whole } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { readTensors, writeTensors } from "../../formats/safetensors.ts";
import { measureScale, readScale, standardize, type Scale } from "../../jobs/scale.ts";
import type { FitOptions, FitReport, Figures } from "../../models/network/fit.ts";
import { internals } from "../../models/network/internals.ts";
import { bidirectional, dense, dropout } from "../../models/network/layers.ts";
import { gru } from "../../models/network/recurrent-layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import type { Stream } from "../../models/network/stream.ts";
import { adamW } from "../../optim/adam.ts";
import { cosine } from "../../optim/cosine.ts";
import { readAugmentOptions, type AugmentOptions } from "../augment/options.ts";
import { frontEnd, type FrontEnd } from "../front-end.ts";
import type { FrontEndOptions } from "../options.ts";
import {
  ExampleBatches,
  hearExamples,
  type BatchOptions,
  type Example,
  type HeardExample,
} from "./examples.ts";
import type { ReadSound } from "./recording.ts";
import { labelsInOrder, wordsAtTheirEnds } from "./targets.ts";

/** What a net that hears is made of. */
export interface AcousticSpec {
  /** Of the front end. */
  readonly hearing: FrontEndOptions;
  /** K: labels, and the blank behind them. */
  readonly classes: number;
  /** Gated units, in each direction of time. */
  readonly units: number;
  /** Frames that one step of the net sees side by side. */
  readonly stack: number;
  /** Whether the net reads both directions of time; such a net does not stream. */
  readonly bothWays: boolean;
  /** Share of activities dropped while it learns. */
  readonly drop: number;
  readonly seed: number;
  /** "order": labels without their places, by ctc. "ends": each label at its end, a class a step. */
  readonly learns: "order" | "ends";
}

/** How a model that hears learns. */
export interface HearingFitOptions extends Pick<
  FitOptions,
  | "epochs"
  | "batch"
  | "optimizer"
  | "patience"
  | "keepBest"
  | "monitor"
  | "signal"
  | "onProgress"
  | "onRecord"
  | "checkpoint"
  | "pool"
  | "shard"
> {
  /** How recordings are varied; false: not at all. */
  readonly augment?: AugmentOptions | false;
  /** Distorted copies of each recording that are heard before the training. Default 6. */
  readonly copies?: number;
  /** Recordings that are joined to one at most, so that the net learns to go on. */
  readonly join?: number;
}

/** The names of these options. */
export const hearingFitNames = [
  "epochs",
  "batch",
  "optimizer",
  "patience",
  "keepBest",
  "monitor",
  "signal",
  "onProgress",
  "onRecord",
  "checkpoint",
  "pool",
  "shard",
  "augment",
  "copies",
  "join",
] as const;

const RATE = 0.004; // of AdamW, at first
const DECAY = 0.01;
const FALL = 50; // the rate falls along half a cosine to so small a part
const ALONE = 0.3; // share of the epochs in which no recordings are joined yet
const STEPS = 1500; // that a training takes where no epochs are given
const FEWEST = 20; // epochs then, at least

/** The layers of a spec. */
const layersOf = ({ units, bothWays, drop, classes }: AcousticSpec) => [
  bothWays ? bidirectional(gru(units)) : gru(units),
  ...(drop > 0 ? [dropout(drop)] : []),
  dense(classes),
];

/** A net that hears. */
export class AcousticNet {
  readonly spec: AcousticSpec;
  readonly hear: FrontEnd;
  readonly net: Network;
  #scale: Scale | undefined;

  constructor(spec: AcousticSpec, hear: FrontEnd, net: Network, scale?: Scale) {
    this.spec = spec;
    this.hear = hear;
    this.net = net;
    this.#scale = scale;
  }

  /** Makes one with fresh weights. */
  static async make(spec: AcousticSpec): Promise<AcousticNet> {
    const hear = await frontEnd(spec.hearing);
    const net = await network({
      input: hear.columns * spec.stack,
      layers: layersOf(spec),
      loss: spec.learns === "order" ? { kind: "ctc", impossible: "infinite" } : "softmax",
      seed: spec.seed,
    });
    return new AcousticNet(spec, hear, net);
  }

  /** Seconds of one step of the net. */
  get stepSeconds(): number {
    return this.spec.stack / this.hear.frameRate;
  }

  /** Throws OptionError where it never learned. */
  checkFitted(who: string): Scale {
    if (this.#scale) return this.#scale;
    throw new OptionError(`${who}: the model was never fitted; call fit first, or load one`);
  }

  /** Features as the net reads them: `stack` frames a step, what is left over at the end repeated. */
  input(features: Float64Array): Float64Array {
    const F = this.hear.columns;
    const size = F * this.spec.stack;
    const steps = Math.ceil(features.length / size);
    const out = new Float64Array(steps * size);
    out.set(features);
    for (let at = features.length; at < out.length; at += F) out.copyWithin(at, at - F, at);
    return out;
  }

  /** Standardized features of one recording in the steps of the net. */
  heard(who: string, { samples, rate }: ReadSound): Float64Array {
    return this.input(standardize(this.checkFitted(who), this.hear.features(samples, { rate })));
  }

  /** Probabilities [T,K] of each recording. */
  probabilities(who: string, sounds: readonly ReadSound[]): Floats[] {
    return internals(this.net).predictEach(
      who,
      sounds.map((sound) => this.heard(who, sound)),
    );
  }

  /** The net's own stream, and what standardizes one frame for it. */
  stream(who: string): { readonly net: Stream; readonly standardized: (row: Float32Array) => Float64Array } {
    const scale = this.checkFitted(who);
    return { net: this.net.stream(), standardized: (rows) => standardize(scale, rows) };
  }

  /**
   * Learns; `look` gives figures of validation recordings after each epoch, `wrap` makes a file of the net's.
   * Errors before the first step leave everything as it was.
   */
  async fit(
    who: string,
    examples: readonly Example[],
    options: HearingFitOptions,
    inside: { look?: () => Figures | Promise<Figures>; wrap: (bytes: Uint8Array) => Uint8Array<ArrayBuffer> },
  ): Promise<FitReport> {
    const { augment, copies = 6, join = 1, epochs, batch = 16, checkpoint, ...rest } = options;
    const spec = readAugmentOptions(augment);
    const size = Math.min(whole(who, "batch", batch, 1), examples.length);
    whole(who, "copies", copies, 0, 100);
    whole(who, "join", join, 1, 100);
    const { net, hear } = this;
    const random = new Random(net.engine, net.spec.seed, streams.recordings);
    const heard = await hearExamples(hear, random, examples, {
      augment: spec,
      copies: augment === false && join === 1 ? 0 : copies,
      join,
      signal: options.signal,
    });
    if (options.signal?.aborted) return { history: [], steps: 0, stopped: "signal" };
    const before = { scale: this.#scale, step: net.step };
    const perEpoch = Math.ceil(examples.length / size);
    const rounds = epochs ?? Math.max(FEWEST, Math.ceil(STEPS / perEpoch));
    const alone = Math.floor(rounds * ALONE);
    const batches = this.#batches(heard, { augment: spec, batch: size, alone });
    const rate = cosine({ from: RATE, to: RATE / FALL, until: rounds * perEpoch });
    try {
      return await net.fit(batches, {
        optimizer: adamW({ rate, decay: DECAY, clip: 1 }),
        ...rest,
        epochs: rounds,
        ...(inside.look ? { validation: inside.look } : {}),
        ...(checkpoint ? { checkpoint: (bytes) => checkpoint(inside.wrap(bytes)) } : {}),
      });
    } catch (error) {
      if (net.step === before.step) this.#scale = before.scale; // nothing was learned
      throw error;
    }
  }

  /** One file: the net, its front end and scale, and the notes of the model. */
  wrap(kind: string, bytes: Uint8Array, notes: object): Uint8Array<ArrayBuffer> {
    const { spec, tensors } = readTensors(bytes, kind);
    const model = { kind, acoustic: this.spec, scale: this.#scale, ...notes };
    return writeTensors({ ...spec, hearing: model }, [...tensors.values()]);
  }

  /** The net and the notes in a file of `wrap`. Throws DataError on others. */
  static async unwrap(
    kind: string,
    bytes: Uint8Array | ArrayBuffer,
  ): Promise<{ acoustic: AcousticNet; notes: Readonly<Record<string, unknown>> }> {
    const { spec } = readTensors(bytes, `${kind}.load`);
    const notes = spec.hearing as Record<string, unknown> | undefined;
    if (notes?.kind !== kind)
      throw new DataError(`${kind}.load: the file holds ${show(notes?.kind ?? spec.model)}, want a ${kind}`);
    const own = checkSpec(kind, notes.acoustic);
    const hear = await frontEnd(own.hearing);
    const net = await network.load(bytes);
    try {
      if (
        internals(net).data.input !== hear.columns * own.stack ||
        internals(net).data.output !== own.classes
      )
        throw new DataError(`${kind}.load: the net does not fit its front end`);
      const scale =
        notes.scale === undefined ? undefined : readScale(`${kind}.load`, notes.scale, hear.columns);
      return { acoustic: new AcousticNet(own, hear, net, scale), notes };
    } catch (error) {
      hear.dispose();
      net.dispose();
      throw error;
    }
  }

  /** Gives all memory back. */
  dispose(): void {
    this.net.dispose();
    this.hear.dispose();
  }

  #batches(
    heard: readonly HeardExample[],
    how: Pick<BatchOptions, "augment" | "batch" | "alone">,
  ): ExampleBatches {
    this.#scale ??= measureScale(
      heard.map(({ alone }) => alone[0].features),
      this.hear.columns,
    );
    const scale = this.#scale;
    return new ExampleBatches(this.net.engine, heard, {
      ...how,
      seed: this.net.spec.seed,
      stack: this.spec.stack,
      target: this.spec.learns === "order" ? labelsInOrder : wordsAtTheirEnds(this.spec.classes - 1),
      columns: this.hear.columns,
      frameRate: this.hear.frameRate,
      input: (features) => this.input(features),
      standardized: (features) => standardize(scale, features),
    });
  }
}

/** A spec from a file. Throws DataError. */
function checkSpec(kind: string, spec: unknown): AcousticSpec {
  const own = (spec ?? {}) as AcousticSpec;
  const who = `${kind}.load`;
  try {
    whole(who, "classes", own.classes, 2, 2 ** 20);
    whole(who, "units", own.units, 1, 4096);
    whole(who, "stack", own.stack, 1, 100);
    inRange(who, "drop", own.drop, 0, 0.9);
    oneOf(who, "learns", own.learns, ["order", "ends"]);
  } catch (error) {
    throw new DataError((error as Error).message, { cause: error });
  }
  return own;
}
