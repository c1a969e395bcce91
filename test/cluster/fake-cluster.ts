/** A coordinator and workers on a network that tests command, and the training that they do. */
import { expect } from "vitest";
import { adam, dense, lstm, network, type Network, type TrainOptions } from "../../src/index.ts";
import type { LocalSteps } from "../../src/cluster/local-steps.ts";
import { ClusterPool } from "../../src/cluster/pool.ts";
import { ShardWorker } from "../../src/cluster/serve.ts";
import { FakeNetwork, VirtualClock, type FakeBus } from "./fake-network.ts";

export const wave = (phase: number, T: number): Float32Array =>
  Float32Array.from({ length: T }, (_, t) => (((7 * t + 3 * phase) % 13) - 6) / 6);
export const items = Array.from({ length: 24 }, (_, i) => ({
  input: wave(i, 6 + (i % 5)),
  target: wave(i + 1, 6 + (i % 5)),
}));
const make = (): Promise<Network> =>
  network({ input: 1, layers: [lstm(3), dense(1)], loss: "squared", seed: 3 });

/** spotChecks, local: as the pool has them; max: bytes of a datagram. */
interface Setting {
  readonly spotChecks?: number;
  readonly local?: LocalSteps;
  readonly max?: number;
}

/** A coordinator and workers on one network. */
export class Cluster {
  readonly clock = new VirtualClock();
  readonly net = new FakeNetwork(this.clock);
  readonly refused: string[] = [];
  readonly pool: ClusterPool;
  readonly coordinator: FakeBus;
  /** The net of its trainings. */
  make = make;
  readonly workers: { bus: FakeBus; worker: ShardWorker }[] = [];
  readonly #max: number | undefined;

  constructor(workers: number, { spotChecks = 0, local, max }: Setting = {}) {
    this.#max = max;
    this.coordinator = this.net.bus("open", max);
    this.pool = new ClusterPool(
      () => Promise.resolve(this.coordinator),
      {
        run: "r",
        spotChecks,
        patience: 20_000,
        local,
        onRefused: (name, why) => this.refused.push(`${name}: ${why}`),
      },
      this.clock,
    );
    for (let i = 0; i < workers; ++i) this.join();
  }

  join(run?: string): void {
    const bus = this.net.bus("open", this.#max);
    this.workers.push({ bus, worker: new ShardWorker(bus, { run }, this.clock) });
  }

  /** A worker's thread is gone: it hears nothing and says nothing. */
  kill(i: number): void {
    this.workers[i].bus.connected = false;
  }

  /** The bytes of a net after a training on this cluster; step(n) is told before each step. */
  async train(options: TrainOptions = {}, step: (n: number) => void = () => {}): Promise<string> {
    const net = await this.make();
    let over = false;
    const work = async (): Promise<void> => {
      for await (const e of net.train(items, { ...plan, pool: this.pool, ...options })) step(e.step);
    };
    const done = work().finally(() => (over = true));
    done.catch(() => {});
    expect(await this.clock.run(() => over)).toBe(true);
    try {
      await done;
      return hex(net);
    } finally {
      net.dispose();
      this.pool.dispose();
      for (const { worker } of this.workers) void worker.close();
    }
  }
}

const hex = (net: Network): string => Buffer.from(net.save()).toString("hex");
export const plan: TrainOptions = { optimizer: adam({ rate: 0.01 }), steps: 6, batch: 12, shard: 2 };

/** The same without a pool. */
export async function alone(options: TrainOptions = {}): Promise<string> {
  using net = await make();
  await net.fit(items, { ...plan, ...options });
  return hex(net);
}
