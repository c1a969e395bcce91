/** Whatever is forgotten without dispose gives its memory back; whatever can still be reached keeps it. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, expect, test } from "vitest";
import { dense, engine, hmm, lstm, network, type Network, type Stream } from "../../src/index.ts";
import { Lifetime } from "../../src/models/lifetime.ts";
import { Arena, type Memory } from "../../src/wasm/memory.ts";
import { turn } from "../../src/wasm/turn.ts";

const MiB = 2 ** 20;
/** Engines may keep the last object of a loop in a register: a net or two of these tests. */
const SLACK = MiB / 8;
let memory: Memory;
beforeAll(async () => {
  ({ memory } = await engine("float32"));
});

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Runs the collector until `done`, or a few times. */
async function collected(done: () => boolean): Promise<boolean> {
  for (let i = 0; i < 10 && !done(); ++i) {
    collect();
    for (let k = 0; k < 8; ++k) await turn();
  }
  return done();
}

const small = (seed: number): Promise<Network> =>
  network({ input: 1, layers: [lstm(16), dense(1)], loss: "squared", seed });

test("an arena that nothing refers to gives its blocks back", async () => {
  const { used } = memory.usage;
  (() => {
    for (let i = 0; i < 100; ++i) new Arena(memory).reals(1000);
  })();
  expect(memory.usage.used).toBeGreaterThan(used + 400_000);
  expect(await collected(() => memory.usage.used <= used + SLACK)).toBe(true);
});

test("a stream keeps the weights of a net that was forgotten", async () => {
  const { used } = memory.usage;
  const [stream, expected] = await (async (): Promise<[Stream, string]> => {
    const net = await small(2);
    return [net.stream(), net.predict([[0.1, 0.2, 0.3]])[0].join()];
  })();
  await collected(() => false);
  const others = await Promise.all(Array.from({ length: 20 }, (_, i) => small(i + 3)));
  expect([0.1, 0.2, 0.3].map((x) => stream.step(x)[0]).join()).toBe(expected);
  for (const other of others) other.dispose();
  stream.dispose();
  expect(await collected(() => memory.usage.used <= used + SLACK)).toBe(true);
});

test("models that are made and forgotten one after another never fill the memory", async () => {
  const { used } = memory.usage;
  let max = 0;
  for (let i = 0; i < 80; ++i) {
    const found = await engine("float32"); // what every factory does first
    new Arena(found.memory).reals(4 * MiB);
    max = Math.max(max, memory.usage.used - used);
  }
  expect(max).toBeGreaterThan(100 * MiB);
  expect(max).toBeLessThan(1000 * MiB); // of 1280 MiB: which look succeeds is the collector's to say
});

test("two thousand forgotten streams of a model that lives give their memory back", async () => {
  const model = new Lifetime("model");
  const streamOf = (parent: Lifetime): object => {
    const stream = { life: undefined as Lifetime | undefined };
    stream.life = new Lifetime("stream", stream, parent);
    const arena = stream.life.own(new Arena(memory));
    arena.reals(1000);
    return stream;
  };
  const { used } = memory.usage;
  const kept = streamOf(model) as { life: Lifetime };
  (() => {
    for (let i = 0; i < 2000; ++i) streamOf(model);
  })();
  expect(memory.usage.used).toBeGreaterThan(used + 4 * MiB);
  expect(await collected(() => memory.usage.used <= used + SLACK)).toBe(true);
  expect(kept.life.over).toBe(false);
  model.end();
  expect(kept.life.over).toBe(true);
});

test("forgotten streams of a hidden Markov model that lives give their memory back", async () => {
  const model = await hmm({ states: 40, emission: "poisson", output: 20 });
  const { memory: own } = model.engine;
  const y = new Array<number>(20).fill(1);
  const kept = model.stream();
  const { used } = own.usage;
  (() => {
    for (let i = 0; i < 100; ++i) model.stream().step(y);
  })();
  expect(own.usage.used).toBeGreaterThan(used + MiB);
  expect(await collected(() => own.usage.used <= used + SLACK)).toBe(true);
  expect(kept.step(y).logLikelihood).toBe(model.filter([[y]])[0].logLikelihood);
  model.dispose();
  expect(() => kept.step(y)).toThrow(/disposed/);
});
