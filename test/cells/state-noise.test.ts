/** What noise on the states does: in a linear net that only carries its start on, states show the masks. */
import { expect, test } from "vitest";
import { noisy } from "../../src/cells/optional/noisy.ts";
import { rnnCell } from "../../src/cells/rnn.ts";
import { initialState } from "../../src/ops/initial-state.ts";
import type { Mode } from "../../src/graph/op.ts";
import { recurrent } from "../../src/ops/recurrent/recurrent.ts";
import { bench } from "../laws/bench.ts";

const H = 400;
const lengths = [4, 4, 3];
const training = { training: true, seed: 5, draw: 3 };
const none = { recurrentDropout: 0, zoneout: 0 };

/** [sequence][step][H] states of units that start at 1 and carry on `kept` times their own state. */
async function states(rates: Partial<typeof none>, kept: number, mode: Partial<Mode>): Promise<number[][][]> {
  const cell = noisy(rnnCell({ activation: "identity" }), { ...none, ...rates });
  const b = await bench(
    (g) => {
      const x = g.input("x", 1);
      const start = g.apply(initialState({ columns: H }), x, g.parameter("state", 1, H));
      const weights = [g.parameter("Wx", 1, H), g.parameter("Wh", H, H), g.parameter("b", 1, H)];
      return g.apply(recurrent(cell), x, start, ...weights);
    },
    { lengths, mode },
  );
  const theta = new Array<number>(b.P).fill(0).fill(1, 0, H);
  for (let j = 0; j < H; ++j) theta[2 * H + j * H + j] = kept;
  b.setTheta(theta);
  const y = b.forward();
  const { offsetAt } = b.batch;
  const found = lengths.map((T, s) =>
    Array.from({ length: T }, (_, t) => y.slice((offsetAt[t] + s) * H, (offsetAt[t] + s + 1) * H)),
  );
  b.dispose();
  return found;
}

const share = (row: readonly number[]): number => row.filter((v) => v !== 0).length / H;

test("recurrent dropout has one mask a sequence, the same at every step", async () => {
  const all = await states({ recurrentDropout: 0.5 }, 1, training);
  for (const sequence of all) {
    const [first] = sequence;
    expect(first.every((v) => v === 0 || v === 2)).toBe(true);
    expect(Math.abs(share(first) - 0.5)).toBeLessThan(0.1); // four standard deviations of 400 coins
    sequence.forEach((row, t) => expect(row).toEqual(first.map((v) => (v === 0 ? 0 : 2 ** (t + 1)))));
  }
  expect(all[0][0]).not.toEqual(all[1][0]);
});

test("zoneout keeps a state to the bit, or takes the new one, anew at every step", async () => {
  const [sequence] = await states({ zoneout: 0.7 }, 0, training);
  sequence.forEach((row, t) => {
    const before = sequence[t - 1] ?? new Array<number>(H).fill(1);
    expect(row.every((v, j) => v === 0 || v === before[j])).toBe(true);
    expect(Math.abs(share(row) / share(before) - 0.7)).toBeLessThan(0.15);
  });
});

test("at rest there is no dropout, and zoneout is the mean of old and new", async () => {
  for (const row of (await states({ recurrentDropout: 0.5 }, 1, {})).flat())
    expect(new Set(row)).toEqual(new Set([1]));
  const [sequence] = await states({ zoneout: 0.5 }, 0, {});
  sequence.forEach((row, t) => expect(new Set(row)).toEqual(new Set([0.5 ** (t + 1)])));
});

test("another draw has other masks, the same draw the same", async () => {
  const drawn = (draw: number): Promise<number[][][]> => states({ zoneout: 0.5 }, 0, { ...training, draw });
  expect(await drawn(3)).toEqual(await drawn(3));
  expect(await drawn(4)).not.toEqual(await drawn(3));
});
