/**
 * The net of every model that hears: features of a few frames side by side, a recurrent layer, and the
 * probabilities of the labels and of the blank at every step, learned by connectionist temporal
 * classification (Graves et al. 2006). With its front end and its standardization in one file.
 */
import { DataError, OptionError, whole } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { measureScale, readScale, standardize, type Scale } from "../../jobs/scale.ts";
import type { FitOptions, FitReport, Figures } from "../../models/network/fit.ts";
import { fetchAhead } from "../../models/network/fetch-ahead.ts";
import { internals } from "../../models/network/internals.ts";
import { network, type Network } from "../../models/network/network.ts";
import type { Stream } from "../../models/network/stream.ts";
import { adamW } from "../../optim/adam.ts";
import { cosine } from "../../optim/cosine.ts";
import { moveBands, type Columns } from "../augment/disturb.ts";
import { readAugmentOptions } from "../augment/options.ts";
import { frontEnd, type FrontEnd } from "../front-end.ts";
import { ExampleBatches, type BatchOptions } from "./batches.ts";
import { hearExamples, type Example, type HeardExample } from "./examples.ts";
import type { HearingFitOptions } from "./fit-options.ts";
import { readNotes, withNotes } from "./notes.ts";
import type { ReadSound } from "./recording.ts";
import { checkSpec, inputOf, layersOf, type AcousticSpec } from "./spec.ts";
import { trimmed } from "./trim.ts";
import { labelOfAll, labelsInOrder, labelsInTime, wordsAtTheirEnds } from "./targets.ts";

const RATE = 0.004; // of AdamW, at first
const DECAY = 0.01;
const FALL = 50; // the rate falls along half a cosine to so small a part
const ALONE = 0.3; // share of the epochs in which no recordings are joined yet
const STEPS = 1500; // that a training takes where no epochs are given
const FEWEST = 20; // epochs then, at least

/** What a model adds to the fit of its net. */
export interface FitInside {
  readonly look?: () => Figures | Promise<Figures>;
  readonly wrap?: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
}

/** Says of how many steps, which a net that is given epochs does not know. */
const counted = (tell: FitOptions["onProgress"], steps: number): FitOptions["onProgress"] =>
  tell && ((at) => tell({ steps, ...at }));

const asItIs = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>;

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
    const [hear] = await Promise.all([frontEnd(spec.hearing), fetchAhead("float32")]);
    const net = await network({
      input: inputOf(spec, hear.columns),
      layers: layersOf(spec),
      loss: spec.learns === "order" ? { kind: "ctc", impossible: "infinite" } : "softmax",
      seed: spec.seed,
    });
    return new AcousticNet(spec, hear, net);
  }

  /** Standardizes as these recordings want it from now on; what it gives undoes that. */
  measure(sounds: readonly ReadSound[]): () => void {
    const before = this.#scale;
    const features = sounds.map(({ samples, rate }) =>
      this.hear.features(trimmed(samples, rate).samples, { rate }),
    );
    this.#scale = measureScale(features, this.hear.columns);
    return () => {
      this.#scale = before;
    };
  }

  /** Seconds of one step of the net. */
  get stepSeconds(): number {
    return this.spec.stack / this.hear.frameRate;
  }

  /** Whether it learned. */
  get fitted(): boolean {
    return this.#scale !== undefined;
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
  heard(who: string, { samples, rate }: ReadSound, warp = 1): Float64Array {
    const features = this.hear.features(samples, { rate });
    const rows = warp === 1 ? features : moveBands(features, this.#columns, warp);
    return this.input(standardize(this.checkFitted(who), rows));
  }

  get #columns(): Columns {
    return { F: this.hear.columns, bands: this.hear.columns / (1 + this.hear.spec.deltas) };
  }

  /** Probabilities [T,K] of each recording; its bands are moved as in `moveBands`. */
  probabilities(who: string, sounds: readonly ReadSound[], warp = 1): Floats[] {
    return internals(this.net).predictEach(
      who,
      sounds.map((sound) => this.heard(who, sound, warp)),
    );
  }

  /** The net's own stream, and what standardizes one frame for it. */
  stream(who: string): { readonly net: Stream; readonly standardized: (row: Float32Array) => Float64Array } {
    const scale = this.checkFitted(who);
    return { net: this.net.stream(), standardized: (rows) => standardize(scale, rows) };
  }

  /**
   * Learns; `look` gives figures of validation recordings after each epoch, `wrap` makes a file of the net's
   * for `checkpoint`. Errors before the first step leave everything as it was.
   */
  async fit(
    who: string,
    examples: readonly Example[],
    options: HearingFitOptions,
    inside: FitInside = {},
  ): Promise<FitReport> {
    const { augment, copies = 6, join = 1, epochs, batch = 16, checkpoint, onProgress, ...rest } = options;
    const { look, wrap = asItIs } = inside;
    const read = readAugmentOptions(augment);
    const spec = this.hear.spec.energy === "log" ? read : { ...read, color: 0 };
    const size = Math.min(whole(who, "batch", batch, 1), examples.length);
    whole(who, "copies", copies, 0, 100);
    whole(who, "join", join, 1, 100);
    const { net, hear } = this;
    const random = new Random(net.engine, net.spec.seed, streams.recordings);
    const heard = await hearExamples(hear, random, examples, {
      augment: spec,
      copies: augment === false && join === 1 ? 0 : copies,
      join,
      whole: this.spec.learns === "time",
      tight: this.spec.learns === "ends",
      signal: options.signal,
    });
    if (options.signal?.aborted) return { history: [], steps: 0, stopped: "signal" };
    const before = { scale: this.#scale, step: net.step };
    const perEpoch = Math.ceil(examples.length / size);
    const rounds = epochs ?? Math.max(FEWEST, Math.ceil(STEPS / perEpoch));
    const alone = Math.floor(rounds * ALONE);
    const batches = this.#batches(heard, { augment: spec, batch: size, alone });
    const steps = rounds * perEpoch;
    const rate = cosine({ from: RATE, to: RATE / FALL, until: steps });
    try {
      return await net.fit(batches, {
        optimizer: adamW({ rate, decay: DECAY, clip: 1 }),
        ...rest,
        epochs: rounds,
        validation: look,
        onProgress: counted(onProgress, steps),
        ...(checkpoint ? { checkpoint: (bytes) => checkpoint(wrap(bytes)) } : {}),
      });
    } catch (error) {
      if (net.step === before.step) this.#scale = before.scale; // nothing was learned
      throw error;
    }
  }

  /** One file: the net, its front end and scale, and the notes of the model. */
  wrap(kind: string, bytes: Uint8Array, notes: object): Uint8Array<ArrayBuffer> {
    return withNotes(kind, bytes, { acoustic: this.spec, scale: this.#scale, ...notes });
  }

  /** The net and the notes in a file of `wrap`. Throws DataError on others. */
  static async unwrap(
    kind: string,
    bytes: Uint8Array | ArrayBuffer,
  ): Promise<{ acoustic: AcousticNet; notes: Readonly<Record<string, unknown>> }> {
    const notes = readNotes(kind, bytes);
    const own = checkSpec(kind, notes.acoustic);
    const hear = await frontEnd(own.hearing);
    const net = await network.load(bytes);
    try {
      if (
        internals(net).data.input !== inputOf(own, hear.columns) ||
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

  /** What the net is to answer, and how short an item may be. */
  #answers(): Pick<BatchOptions, "target" | "shortest"> {
    const { learns, stack, classes } = this.spec;
    const last = classes - 1;
    switch (learns) {
      case "order": // a blank between any two labels
        return { target: labelsInOrder, shortest: (labels) => stack * (2 * labels + 1) };
      case "ends":
        return { target: wordsAtTheirEnds(last), shortest: (labels) => stack * (2 * labels + 1) };
      case "time":
        return { target: labelsInTime(last), shortest: () => stack };
      case "word":
        return { target: labelOfAll, shortest: () => stack };
    }
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
      ...this.#answers(),
      columns: this.#columns,
      frameRate: this.hear.frameRate,
      input: (features) => this.input(features),
      standardized: (features) => standardize(scale, features),
    });
  }
}
