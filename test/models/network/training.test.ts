/** Training a net: it learns, stops, resumes, and stays what it was where a step fails. */
import { describe, expect, onTestFinished, test } from "vitest";
import {
  adam,
  dense,
  dropout,
  hessianFree,
  lstm,
  momentum,
  nesterov,
  network,
  rmsprop,
  rnn,
  sgd,
  type DataItem,
  type Network,
  type Optimizer,
} from "../../../src/index.ts";
import { close } from "../../close.ts";
import { addition, build, items, toy, values } from "./builders.ts";

describe("training", () => {
  test("lowers the loss that evaluate reports", async () => {
    const net = await build({ layers: toy() });
    const data = items([5, 4, 3]);
    const before = (await net.evaluate(data)).loss;
    const { history } = await net.fit(data, { optimizer: adam({ rate: 0.05 }), steps: 100, batch: 3 });
    expect(history).toHaveLength(100);
    expect(history[0].loss).toBeCloseTo(before, 5);
    expect((await net.evaluate(data)).loss).toBeLessThan(before / 2);
    expect(history[99]).toMatchObject({ step: 100 });
  });

  test.each<[string, () => Optimizer]>([
    ["sgd", () => sgd({ rate: 0.5 })],
    ["momentum", () => momentum({ rate: 0.1 })],
    ["nesterov", () => nesterov({ rate: 0.1, momentum: 0.9 })],
    ["adam", () => adam({ rate: 0.02 })],
    ["rmsprop", () => rmsprop({ rate: 0.01 })],
    ["hessianFree", () => hessianFree({ cgIterations: 20 })],
  ])("%s, saved half way and loaded, goes on with the same bits", async (_, optimizer) => {
    const whole = await build({ layers: [...toy().slice(0, 1), dropout(0.2), dense(1)] });
    const steps = 4;
    const options = { batch: 8, steps };
    const first = await whole.fit(addition, { ...options, optimizer: optimizer() });
    const copy = await network.load(whole.save());
    onTestFinished(() => copy.dispose());
    const second = await whole.fit(addition, options);
    const resumed = await copy.fit(addition, { ...options, optimizer: optimizer() });
    expect(resumed.history).toEqual(second.history);
    expect(values(copy)).toEqual(values(whole));
    expect(second.history[0].step).toBe(first.steps + 1);
  });

  test("an abort keeps the weights of the last whole step", async () => {
    const stop = new AbortController();
    const net = await build({ layers: toy() });
    const seen: number[][] = [];
    for await (const e of net.train(addition, {
      optimizer: adam(),
      steps: 1000,
      batch: 4,
      signal: stop.signal,
    })) {
      seen.push(values(net));
      if (e.step === 3) stop.abort();
    }
    expect(seen).toHaveLength(3);
    expect(values(net)).toEqual(seen[2]);
  });

  test("shards change neither the loss nor, beyond rounding, the gradient", async () => {
    const data = items([6, 5, 5, 2, 1]);
    const run = async (shard?: number): Promise<Network> => {
      const net = await build({ layers: [lstm(4), dense(1)], precision: "float64" });
      await net.fit(data, { optimizer: sgd({ rate: 0.1 }), steps: 3, batch: 5, shard });
      return net;
    };
    close(values(await run(2)), values(await run()), { rel: 1e-13 });
  });

  test("an iterable of batches is trained to its end", async () => {
    const net = await build({ layers: toy() });
    async function* batches(): AsyncGenerator<DataItem[]> {
      for (let i = 0; i < 5; ++i) yield items([3 + i]);
    }
    expect((await net.fit(batches())).history).toHaveLength(5);
  });

  test("truncated backpropagation over cuts of the whole length is backpropagation", async () => {
    const data = items([6, 6]);
    const run = async (truncate?: number): Promise<number[]> => {
      const net = await build({ layers: [lstm(3), dense(1)] });
      await net.fit(data, { optimizer: sgd({ rate: 0.1 }), steps: 2, batch: 2, truncate });
      return values(net);
    };
    expect(await run(6)).toEqual(await run());
  });

  test("truncated backpropagation carries the state into the next cut", async () => {
    const net = await build({ layers: [lstm(3), dense(1)] });
    const whole = items([8]);
    const losses: number[] = [];
    for await (const e of net.train(whole, { optimizer: sgd({ rate: 0 }), steps: 2, batch: 1, truncate: 4 }))
      losses.push(e.loss);
    close((losses[0] + losses[1]) / 2, (await net.evaluate(whole)).loss, { rel: 1e-6 });
  });

  test(
    "truncated backpropagation in shards is refused: one shard would go on from " + "the states of another",
    async () => {
      const net = await build({ layers: [lstm(3), dense(1)] });
      const pool = { run: () => Promise.reject(new Error("not reached")) };
      await expect(net.fit(items([8, 8]), { steps: 2, truncate: 4, shard: 1 })).rejects.toThrow(
        "truncate is 4 with a shard, but states live on in whole batches only",
      );
      await expect(net.fit(items([8, 8]), { steps: 2, truncate: 4, pool })).rejects.toThrow(
        "truncate is 4 with a pool",
      );
      expect(net.step).toBe(0);
    },
  );

  test("two trainings of one net at once are refused", async () => {
    const net = await build({ layers: toy() });
    const running = net.train(addition, { steps: 5 });
    await running.next();
    await expect(net.fit(addition, { steps: 1 })).rejects.toThrow("being trained");
    await running.return();
    await net.fit(addition, { steps: 1 });
  });

  test(
    "a loss that leaves the finite numbers stops with step and layer, and the last " + "good weights stay",
    async () => {
      const net = await build({ layers: [rnn(2, { activation: "relu" }), dense(1)], loss: "squared" });
      const bad = { optimizer: sgd({ rate: 1e30 }), steps: 50, batch: 2 };
      let last: number[] = values(net);
      let message = "";
      try {
        for await (const _ of net.train(items([3, 3]), bad)) last = values(net);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(/step \d+: .*(loss|gradient)/);
      expect(values(net)).toEqual(last);
    },
  );
});
