/**
 * Targets too long for their sequences, in a net of the loss ctc: refused, or passed over; and empty ones.
 */
import { afterAll, expect, test } from "vitest";
import {
  adam,
  dense,
  hessianFree,
  lstm,
  network,
  subsample,
  type LossSpec,
  type Network,
} from "../../../src/index.ts";
import { internals } from "../../../src/models/network/internals.ts";
import { readingTrace } from "../../../src/handwriting/reading-trace.ts";
import { close } from "../../close.ts";

const nets: Network[] = [];
afterAll(() => nets.forEach((net) => net.dispose()));
const make = async (loss: LossSpec): Promise<Network> => {
  const net = await network({
    input: 2,
    layers: [subsample({ steps: 2 }), lstm(4), dense(4)],
    loss,
    seed: 5,
    precision: "float64",
  });
  nets.push(net);
  return net;
};
const infinite = { kind: "ctc", impossible: "infinite" } as const;
const item = (T: number, target: number[]): { input: Float64Array; target: number[] } => ({
  input: Float64Array.from({ length: 2 * T }, (_, i) => ((5 * i) % 7) / 3 - 1),
  target,
});
const good = [item(9, [0, 2, 1]), item(6, [1])];
const bad = item(4, [1, 1, 0]);
const all = [good[0], bad, good[1]];
const values = (net: Network): number[] => net.parameters.flatMap(({ data }) => [...data]);

test(
  "a target that has no alignment is an error before anything changes, and the error names the " +
    "option of the net",
  async () => {
    for (const loss of ["ctc", { kind: "ctc" }, { kind: "ctc", impossible: "error" }] as const) {
      const net = await make(loss);
      const before = values(net);
      await expect(net.fit(all, { steps: 1, batch: 3 })).rejects.toThrow(
        "3 labels need 4 output steps, got 2; join fewer steps, leave the sequence out, or let " +
          'training pass over it by loss: { kind: "ctc", impossible: "infinite" }',
      );
      await expect(net.evaluate(all)).rejects.toThrow("3 labels need 4 output steps");
      expect([values(net), net.step]).toEqual([before, 0]);
    }
  },
);

test(
  'with impossible: "infinite" it counts with loss 0 and no gradient, and ' + "evaluate gives Infinity",
  async () => {
    const net = await make(infinite);
    const plain = await make("ctc");
    const got = net.gradient(all);
    const want = plain.gradient(good);
    close([got.loss * 3], [want.loss * 2], { rel: 1e-14 }); // the mean is over three sequences
    got.gradient.forEach(({ data }, i) =>
      close(
        data.map((g) => 3 * g),
        want.gradient[i].data.map((g) => 2 * g),
        { abs: 1e-14 },
      ),
    );
    const v = Float64Array.from({ length: net.size }, (_, i) => ((3 * i) % 5) - 2);
    close(
      net.gaussNewtonProduct(all, v).map((x) => 3 * x),
      plain.gaussNewtonProduct(good, v).map((x) => 2 * x),
      { abs: 1e-12 },
    );
    expect((await net.evaluate(all)).loss).toBe(Infinity);
    expect((await net.evaluate(good)).loss).toBe((await plain.evaluate(good)).loss);
    expect(net.gradient([bad]).loss).toBe(0);
  },
);

test(
  "with it a net trains, by gradient and Hessian-free, and saved and loaded goes on with the same " + "bits",
  async () => {
    for (const optimizer of [adam({ rate: 0.05 }), hessianFree({ cgIterations: 5 })]) {
      const net = await make(infinite);
      const { history: first } = await net.fit(all, { optimizer, steps: 3, batch: 3, shard: 2 });
      for (const { loss } of first) expect(Number.isFinite(loss)).toBe(true);
      const copy = await network.load(net.save());
      nets.push(copy);
      expect(copy.spec.loss).toEqual(infinite);
      expect(
        await copy
          .fit(all, { optimizer, steps: 2, batch: 3, shard: 2 })
          .then(({ history }) => history.map(({ loss }) => loss)),
      ).toEqual(
        (await net.fit(all, { optimizer, steps: 2, batch: 3, shard: 2 })).history.map(({ loss }) => loss),
      );
      expect(values(copy)).toEqual(values(net));
    }
  },
);

test("a loss of infinite weights is still an error", async () => {
  const net = await make(infinite);
  const { weights } = internals(net);
  net.engine.memory.reals(weights.theta, 1)[0] = NaN;
  weights.changed();
  await expect(net.fit(all, { steps: 1, batch: 3 })).rejects.toThrow("loss is NaN");
});

test("a loss with options is read like the name: by traces and by metrics", async () => {
  const net = await make(infinite);
  const trace = readingTrace(net, good[0].input);
  expect(trace.stride).toBe(2);
  trace.dispose();
  expect((await net.evaluate(good)).labelError).toBeGreaterThanOrEqual(0);
  await expect(make({ kind: "ctc", impossible: "never" as "error" })).rejects.toThrow(
    "want one of error, infinite",
  );
  await expect(make({ kind: "squared" as "ctc" })).rejects.toThrow(
    'network: loss.kind is "squared", want one of ctc',
  );
  await expect(make({ kind: "ctc", blanks: 0 } as LossSpec)).rejects.toThrow("blank");
  await expect(make(null as unknown as LossSpec)).rejects.toThrow("network: loss is null");
});

test("the label error of empty targets is 0 where nothing is read, else Infinity", async () => {
  const net = await make("ctc");
  const empty = [item(6, [])];
  const b = net.parameters.find(({ name }) => name.endsWith(".b") && name.startsWith("dense"))!;
  b.set([0, 0, 0, 50]);
  expect(await net.evaluate(empty)).toMatchObject({ labelError: 0, wrongSequences: 0 });
  b.set([50, 0, 0, 0]);
  expect(await net.evaluate(empty)).toMatchObject({ labelError: Infinity, wrongSequences: 1 });
});
