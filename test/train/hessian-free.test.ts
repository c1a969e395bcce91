/** Hessian-free steps through subsampled steps and both directions of time, on labels without alignment. */
import { expect, test } from "vitest";
import { bidirectional, dense, subsample } from "../../src/models/network/layers.ts";
import { network } from "../../src/models/network/network.ts";
import { lstm } from "../../src/models/network/recurrent-layers.ts";
import { hessianFree } from "../../src/optim/hessian-free.ts";

test(
  "Hessian-free steps lower the loss of labels behind subsampled steps and both " + "directions of time",
  async () => {
    const net = await network({
      input: 2,
      layers: [subsample({ steps: 2 }), bidirectional(lstm(4)), dense(4)],
      loss: "ctc",
      precision: "float64",
      seed: 3,
    });
    const items = Array.from({ length: 8 }, (_, s) => {
      const target = s % 2 ? [s % 3, (s + 1) % 3] : [(s + 1) % 3];
      const T = 10 + (s % 4);
      return {
        input: Array.from({ length: T }, (__, t) => {
          const label = target[Math.floor((t * target.length) / T)];
          return [label - 1, Math.cos(2 * label + t / 3)];
        }),
        target,
      };
    });
    const report = await net.fit(items, { optimizer: hessianFree(), batch: 8, shard: 3, steps: 8 });
    const events = report.history;
    for (const { loss, after } of events) expect(after).toBeLessThan(loss);
    expect(events.at(-1)!.after).toBeLessThan(0.5 * events[0].loss);
    net.dispose();
  },
);
