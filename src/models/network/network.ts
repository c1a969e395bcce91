/**
 * The net a user builds: layers in, a model that trains, predicts, streams, saves. One kernel engine a
 * precision; parameters in one flat vector; every call that takes data checks it first. While a training
 * runs, every reader sees the net as it was after the last whole step.
 */
import { inRange } from "../../wasm/errors.ts";
import { engine, type Engine } from "../../wasm/engine.ts";
import type { Floats } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { Weights } from "../../graph/weights.ts";
import { checkItems, type DataItem } from "../../data/item.ts";
import type { Each, Sequences } from "../../data/sequence.ts";
import type { Evaluation } from "../../train/metrics.ts";
import type { TrainingData } from "../../train/feed.ts";
import type { StepReport } from "../../optim/optimizer.ts";
import type { TrainOptions } from "../../train/options.ts";
import type { OnlineOptions, OnlineReport, StepStream } from "../../train/learn.ts";
import { Reader } from "../../train/reader.ts";
import { Trainer, type TrainEvent, type TrainerParts } from "../../train/trainer.ts";
import { DISPOSE, Lifetime, modelFactory, type ModelFactory } from "../lifetime.ts";
import { buildGraph, type BuiltGraph } from "./build.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import type { EvaluateOptions, EvaluationData } from "./evaluate.ts";
import { fit, type FitOptions, type FitReport } from "./fit.ts";
import { stateAt, type FitState } from "./fit-state.ts";
import { forecast, type ForecastOptions, type NetworkForecast } from "./forecast.ts";
import { Forward, type PredictOptions } from "./forward.ts";
import { initialize } from "./initialize.ts";
import { needsSpectrum } from "./initializers.ts";
import { expose, insideOf } from "./internals.ts";
import { fetchKinds, loadKinds, optionalKinds, withKernels } from "./kinds.ts";
import { logLikelihood } from "./log-likelihood.ts";
import { matrices, parameterViews, realVector, type LossGradient, type ParameterView } from "./parameters.ts";
import type { SavedNetwork } from "./read-checkpoint.ts";
import type { Reading } from "./reading.ts";
import { sample, type NetworkSample, type SampleOptions } from "./sample.ts";
import { checkSpec, inputOf, type NetworkSpec } from "./spec.ts";
import { Stream } from "./stream.ts";
import { trainerParts } from "./trainer-parts.ts";
import { summarize, type NetworkSummary } from "./summary.ts";

/** A sequence model. */
export class Network {
  /** What the net was made from, defaults filled in. */
  readonly spec: Required<NetworkSpec>;
  /** The kernels and the memory that it works on. */
  readonly engine: Engine;
  readonly #life = new Lifetime("network", this);
  readonly #built: BuiltGraph;
  readonly #parts: TrainerParts;
  readonly #weights: Weights;
  readonly #trainer: Trainer;
  readonly #reader: Reader;
  readonly #forward: Forward;
  #fitState: FitState | undefined;

  /** Use `network(spec)`. draw(weights) fills θ, which is 0 without, before the constraints hold. */
  constructor(
    engine: Engine,
    spec: Required<NetworkSpec>,
    built: BuiltGraph,
    draw?: (weights: Weights) => void,
  ) {
    this.engine = engine;
    this.spec = spec;
    this.#built = built;
    this.#parts = trainerParts(engine, spec, built);
    draw?.(this.#parts.weights);
    const life = this.#life;
    this.#weights = life.own(this.#parts.weights);
    this.#forward = life.own(new Forward(this.#parts));
    this.#reader = life.own(new Reader(this.#parts));
    this.#trainer = life.own(new Trainer(this.#parts, () => life.enter()));
    expose(this, {
      ...insideOf(this.#reading(), built, this.#reader),
      read: (look) => this.#trainer.read(look),
      predictEach: (who, inputs) => this.#trainer.read(() => this.#forward.predictEach(who, inputs)),
    });
  }

  /** Number of parameters. */
  get size(): number {
    return this.#built.graph.size;
  }

  /** Optimizer steps done so far. */
  get step(): number {
    return this.#trainer.step;
  }

  /** Copies of all parameters, in the order of the layers; `set` writes one. Throws DisposedError. */
  get parameters(): ParameterView[] {
    this.#life.check("parameters");
    return this.#trainer.read(() =>
      parameterViews(this.#weights, {
        live: () => this.#life.check("parameters"),
        write: (who, change) => this.#trainer.write(who, change),
      }),
    );
  }

  /**
   * Trains, one event a step: `for await (const e of net.train(data, { optimizer, steps }))`. Throws
   * OptionError and DataError before anything changes, NumericError where a loss or gradient is not finite,
   * DisposedError where the net is disposed meanwhile.
   */
  async *train<R extends StepReport = StepReport>(
    data: TrainingData,
    options: TrainOptions<R> = {},
  ): AsyncGenerator<TrainEvent<R>, void, void> {
    const who = this.#life.check("train");
    yield* this.#trainer.train(who, data, options);
  }

  /** Trains with looks at validation data, patience and checkpoints where asked for. Throws as `train`. */
  async fit(data: TrainingData, options: FitOptions = {}): Promise<FitReport> {
    const who = this.#life.check("fit");
    const net = {
      ...this.#reading(),
      trainer: this.#trainer,
      parameters: () => this.parameters,
      save: (state: FitState) => this.#save(true, state),
    };
    const report = await fit(who, net, { data, options, state: stateAt(this.step, this.#fitState) });
    this.#fitState = undefined;
    return report;
  }

  /** Learns from steps as they come, in constant memory: see Online. Throws OptionError on other nets. */
  async learn(steps: StepStream, options: OnlineOptions = {}): Promise<OnlineReport> {
    this.#life.check("learn");
    const { learn } = optionalKinds() ?? (await fetchKinds());
    return this.#trainer.learn(this.#life.check("learn"), (...learner) => learn(steps, options, ...learner));
  }

  /**
   * One [T_i,O] vector a sequence, one alone for one bare sequence: probabilities where the loss has them.
   * Throws DataError or ShapeError on inputs that do not fit.
   */
  predict<S extends Sequences>(inputs: S, options: PredictOptions = {}): Each<S, Floats> {
    const who = this.#life.check("predict");
    return this.#trainer.read(() => this.#forward.predict(who, inputs, options));
  }

  /**
   * Outputs of the steps behind `history`, each fed back as the next input. For nets on reals whose output
   * is what they read next. Throws OptionError on other nets.
   */
  forecast(steps: number, options: ForecastOptions): NetworkForecast {
    return forecast(this.#life.check("forecast"), this.#reading(), steps, options);
  }

  /**
   * `length` symbols behind `history`, or steps of numbers, each drawn from the distribution that the loss
   * gives the net and fed back. Throws OptionError for nets that do not read what they say.
   */
  sample(length: number, options: SampleOptions = {}): NetworkSample {
    return sample(this.#life.check("sample"), this, this.#reading(), length, options);
  }

  /**
   * ln p(targets | inputs), nats, weights respected, dropout off. Throws OptionError where the loss is no
   * likelihood.
   */
  logLikelihood(data: readonly DataItem[]): number {
    return this.#trainer.read(() => logLikelihood(this.#life.check("logLikelihood"), this.#reading(), data));
  }

  /** One step at a time, state kept. Throws OptionError for nets that read backwards in time. */
  stream(): Stream {
    this.#life.check("stream");
    return new Stream(this.#parts, this.#life, { net: this, read: (look) => this.#trainer.read(look) });
  }

  /** Loss and metrics on items, or on `count` fresh sequences of a task. */
  async evaluate(data: EvaluationData, options: EvaluateOptions = {}): Promise<Evaluation> {
    this.#life.check("evaluate");
    const { evaluate } = optionalKinds() ?? (await fetchKinds());
    const who = this.#life.check("evaluate");
    return this.#trainer.read(() => evaluate(who, this.#reading(), data, options));
  }

  /** Loss and the gradient by every parameter on these items, dropout off; constraints do not count. */
  gradient(data: readonly DataItem[]): LossGradient {
    const who = this.#life.check("gradient");
    const items = checkItems(who, this.#parts.spec, data);
    return this.#trainer.read(() =>
      this.#reader.gradient(items, (loss, g) => ({ loss, gradient: matrices(this.#weights, g) })),
    );
  }

  /**
   * The Gauss-Newton matrix on these items times v [F], plus `structural` times the structural damping
   * matrix; F is the number of free parameters. Throws DataError; ShapeError on other lengths.
   */
  gaussNewtonProduct(data: readonly DataItem[], v: ArrayLike<number>, { structural = 0 } = {}): Floats {
    const who = this.#life.check("gaussNewtonProduct");
    const F = this.#parts.constraints?.size ?? this.size;
    const items = checkItems(who, this.#parts.spec, data);
    const flat = realVector(`${who}: v`, v, { precision: this.engine.precision, columns: 1, length: F });
    const damping = inRange(who, "structural", structural, 0);
    return this.#trainer.read(() => this.#reader.gaussNewton(items, flat, damping));
  }

  /** Layers, shapes, weights, bytes, multiply-adds a step. `String(net.summary())` is a table. */
  summary(): NetworkSummary {
    return summarize(this.spec, this.#built, this.#trainer.objective.size);
  }

  /**
   * safetensors: parameters, spec, and the training's state (unless `training: false`), so that training goes
   * on with the same bits.
   */
  save({ training = true } = {}): Uint8Array<ArrayBuffer> {
    return this.#save(training, stateAt(this.step, this.#fitState));
  }

  /**
   * Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. A training that is
   * under way ends with DisposedError, and its memory goes when its step has stopped.
   */
  dispose(): void {
    this.#trainer.stop();
    this.#life.end();
  }

  /** `using net = await network(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** What Node prints. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return String(this.summary());
  }

  /** The net that was saved; `who` names the caller in errors. Throws DataError on files that are no nets. */
  static async load(saved: SavedNetwork, who = "network.load"): Promise<Network> {
    const { readSavedGraph } = await fetchKinds();
    const { spec, built, fill, training, fit } = await readSavedGraph(saved, who, { load: loadKinds });
    const net = new Network(await withKernels(spec, await engine(spec.precision)), spec, built);
    try {
      fill(net.#weights);
      if (training) net.#trainer.restore(training(net.#trainer.objective.size));
      net.#fitState = fit?.(built.graph.parameters);
    } catch (error) {
      net.dispose();
      throw error;
    }
    return net;
  }

  #reading(): Reading {
    const { engine, spec } = this;
    return {
      engine,
      seed: spec.seed,
      parts: this.#parts,
      forward: this.#forward,
      reader: this.#reader,
      live: (method) => this.#life.check(method),
      read: (look) => this.#trainer.read(look),
      stream: () => this.stream(),
    };
  }

  #save(training: boolean, fitState: FitState | undefined): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    return this.#trainer.read(() =>
      writeCheckpoint(
        this.spec,
        matrices(this.#weights, this.#weights.theta),
        training ? this.#trainer.state() : undefined,
        training ? fitState : undefined,
      ),
    );
  }
}

async function build(spec: NetworkSpec): Promise<Network> {
  await loadKinds(spec);
  const full = checkSpec(spec);
  const built = buildGraph(inputOf(full), full.layers);
  if (built.orthogonal.length > 0) await fetchKinds();
  const radius = built.initialBlocks.some(({ init }) => needsSpectrum(init))
    ? await (await fetchKinds()).spectralRadius()
    : undefined;
  const e = await withKernels(full, await engine(full.precision));
  return new Network(e, full, built, (weights) =>
    initialize(built, weights, new Random(e, full.seed, streams.parameters), radius),
  );
}

/** Builds a net: `const net = await network({ input: 2, layers: [rnn(3), dense(1)], loss: "bernoulli" })`. */
export const network: ModelFactory<NetworkSpec, Network> = modelFactory(build, (bytes) =>
  Network.load(bytes),
);
