/**
 * Data-parallel training over many machines: a pool whose workers are wherever a NATS server is heard. The
 * same shards as anywhere, summed in the same order, so the same bits as on one machine. Workers come and go;
 * what they answer is checked before it counts.
 */
import type { AbortSignal } from "../wasm/platform.ts";
import { DisposedError, inRange, OptionError, show, whole } from "../wasm/errors.ts";
import type { ShardPool, ShardResult, ShardTask, ShardWork } from "../train/shards.ts";
import { platformClock, type Bus, type Clock } from "./bus.ts";
import { Channel } from "./channel.ts";
import { Coordinator, type PoolSettings } from "./coordinator.ts";
import type { LocalSteps } from "./local-steps.ts";
import { connectBus } from "./nats-bus.ts";
import { readClusterOptions, type ClusterOptions } from "./options.ts";
import { BEAT, readFromWorker, readSubject, readToWorker, runName, subjects, VERSION } from "./protocol.ts";

/** Options of `clusterPool`. */
export interface ClusterPoolOptions extends ClusterOptions {
  /** The name of the training: 1 to 64 letters, digits, "-" or "_". Keys may be held to it. */
  readonly run: string;
  /**
   * Share of the answers that are recomputed here and compared bit by bit: 0.01 is one in a hundred. One that
   * differs ends the training, since earlier ones may have been wrong. Default 0.
   */
  readonly spotChecks?: number;
  /** Seconds without any worker after which a training rejects. Default 60. */
  readonly patience?: number;
  /**
   * Steps that a worker takes by itself on each shard before anything is exchanged: federated averaging
   * (McMahan et al. 2017). A shard's sequences are cut in so many runs, one a step, and the sum of its
   * gradients takes the place of one: `sgd({ rate: localRate })` averages the workers' nets. Part of the
   * bits, which are the same for any workers. Default 1. Not with optimizers that ask for values or
   * products, nor with constraints; want a `shard` of at least as many sequences.
   */
  readonly localSteps?: number;
  /** The rate of these steps, which are plain gradient descent; wanted where localSteps is above 1. */
  readonly localRate?: number;
  /** Told when a worker is refused: its name, which begins with its public key, and why. */
  readonly onRefused?: (worker: string, reason: string) => void;
}

const who = "clusterPool";
const gone = (): DisposedError => new DisposedError(`${who}: the pool was disposed; make another`);

/** Workers on many machines, until `dispose`. One training at a time uses them. */
export class ClusterPool implements ShardPool {
  readonly #connect: () => Promise<Bus>;
  readonly #settings: PoolSettings;
  readonly #clock: Clock;
  #channel: Channel | undefined;
  #opening: Promise<Coordinator> | undefined;
  #coordinator: Coordinator | undefined;
  #cancelBeat = (): void => {};
  #busy = false;
  #failure: Error | undefined;
  #disposed = false;

  /** Use `clusterPool(options)`. */
  constructor(connect: () => Promise<Bus>, settings: PoolSettings, clock: Clock = platformClock) {
    this.#connect = connect;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Names of the workers that are there: their public key, or "open", and a word of their own. */
  get workers(): readonly string[] {
    return this.#coordinator?.roster.names ?? [];
  }

  /** Those that were refused, by public key or name, and why. */
  get refused(): ReadonlyMap<string, string> {
    return this.#coordinator?.roster.refused ?? new Map();
  }

  /**
   * Computes the tasks on the workers, hands each result on in their order, and resolves after the last. For
   * trainings: give the pool as option `pool`. Rejects with the signal's reason, DisposedError, OptionError
   * where another training uses the pool or another coordinator the run, what computing a shard throws here
   * too, DataError where a checked answer is wrong, or Error where the server refuses the key, is not there
   * at the start, or no worker is there for long.
   */
  async run(
    model: unknown,
    work: ShardWork,
    tasks: readonly ShardTask[],
    take: (result: ShardResult) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    if (this.#disposed) throw gone();
    if (this.#busy)
      throw new OptionError(`${who}: another training uses the pool; wait for it, or make another pool`);
    this.#busy = true;
    try {
      await this.open();
      await this.#coordinator!.check({ model, work, tasks });
      signal?.throwIfAborted();
      if (this.#disposed) throw gone();
      if (this.#failure) throw this.#failure;
      await this.#coordinator!.compute({ model, work, tasks, take, signal });
    } finally {
      this.#busy = false;
    }
  }

  /** Connects ahead of the first training. Rejects as `run` does. */
  async open(): Promise<void> {
    this.#opening ??= this.#start();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  /** Tells the workers that it is over, and disconnects. A run in progress is rejected. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#cancelBeat();
    this.#coordinator?.reject(new DisposedError(`${who}: the pool was disposed while it worked`));
    this.#coordinator?.dispose();
    const channel = this.#channel;
    if (!channel) return;
    channel.send(subjects.all(this.#settings.run), { kind: "end", session: this.#coordinator!.session });
    void channel.bus.close();
  }

  async #start(): Promise<Coordinator> {
    const bus = await this.#connect();
    if (this.#disposed) {
      await bus.close();
      throw gone();
    }
    const channel = new Channel(bus);
    const { run } = this.#settings;
    const coordinator = new Coordinator(channel, this.#settings, this.#clock);
    this.#channel = channel;
    this.#coordinator = coordinator;
    bus.onfailure = (error) => this.#fail(error);
    bus.onreturn = () => {
      this.#callRoll();
      coordinator.lost();
    };
    channel.hear(
      subjects.from(run, ">"),
      (bytes, subject) => coordinator.hear(readSubject(subject).name, readFromWorker(bytes)),
      ({ message }, subject) =>
        coordinator.refuse(readSubject(subject).name, `it sent bad bytes: ${message}`),
    );
    channel.hear(
      subjects.all(run),
      (bytes) => this.#hearOther(readToWorker(bytes).session),
      () => {},
    );
    this.#beat();
    return coordinator;
  }

  /** Another coordinator has begun this run: workers follow the newest. */
  #hearOther(session: string): void {
    if (session === this.#coordinator!.session) return;
    const { run } = this.#settings;
    this.#fail(
      new OptionError(
        `${who}: another coordinator has taken over run "${run}"; want a run for each training`,
      ),
    );
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#coordinator?.reject(error);
  }

  #callRoll(): void {
    const roll = { kind: "roll", version: VERSION, session: this.#coordinator!.session };
    this.#channel!.send(subjects.all(this.#settings.run), roll);
  }

  #beat(): void {
    this.#callRoll();
    this.#coordinator!.beat();
    this.#cancelBeat = this.#clock.after(BEAT, () => this.#beat());
  }
}

/** The steps that a worker takes by itself, where it does. Throws OptionError. */
function readLocalSteps({ localSteps = 1, localRate }: ClusterPoolOptions): LocalSteps | undefined {
  const steps = whole(who, "localSteps", localSteps, 1, 2 ** 16);
  if (steps > 1 && localRate === undefined)
    throw new OptionError(`${who}: localSteps is ${steps}, want localRate, the rate of these steps, too`);
  if (localRate === undefined) return undefined;
  if (steps === 1)
    throw new OptionError(
      `${who}: localRate is ${show(localRate)} without localSteps; want both, or neither`,
    );
  return { steps, rate: inRange(who, "localRate", localRate, 0) };
}

/**
 * A pool of workers on other machines: `net.train(data, { pool: clusterPool({ servers, key, run }), shard: 8
 * })`. Dispose it when done.
 */
export function clusterPool(options: ClusterPoolOptions): ClusterPool {
  const names = ["run", "spotChecks", "patience", "localSteps", "localRate", "onRefused"];
  readClusterOptions(who, options, names);
  const settings: PoolSettings = {
    run: runName(who, options.run),
    spotChecks: inRange(who, "spotChecks", options.spotChecks ?? 0, 0, 1),
    patience: 1000 * inRange(who, "patience", options.patience ?? 60, 0),
    local: readLocalSteps(options),
    onRefused: options.onRefused ?? (() => {}),
  };
  const { servers, key, tls } = options;
  return new ClusterPool(() => connectBus(who, { servers, key, tls }), settings);
}
