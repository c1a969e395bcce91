/** States of reservoirs: what the readout makes the predictions from. */
import { expect, test } from "vitest";
import { esn } from "../../src/models/esn/esn.ts";
import "../../src/index.ts";
import { reservoirStates } from "../../src/reservoirs/states.ts";
import { DisposedError } from "../../src/wasm/errors.ts";
import { close } from "../close.ts";

const wave = (T: number): number[] => Array.from({ length: T }, (_, t) => ((t * 7) % 11) / 11 - 0.4);

test.each([
  [
    "stacked and side by side",
    {
      reservoirs: [
        { units: 6, leak: 0.4 },
        { units: 5, hears: 0 },
      ],
    },
    11,
  ],
  ["orthogonal, hearing their own output", { units: 7, reservoir: "orthogonal", feedbackScale: 0.3 }, 7],
] as const)("the readout of [1; u; h] is what is predicted: %s", async (_, spec, N) => {
  using net = await esn({ input: 1, output: 1, washout: 3, ...spec });
  await net.fit([{ input: wave(40), target: wave(41).slice(1) }]);
  const sequences = [wave(20), wave(9)];
  const states = reservoirStates(net, sequences);
  const { readout } = net.parameters;
  const predicted = net.predict(sequences);
  sequences.forEach((u, i) => {
    expect(states[i].length).toBe(u.length * N);
    const by = u.map((x, t) =>
      [1, x, ...states[i].subarray(t * N, (t + 1) * N)].reduce((sum, z, d) => sum + z * readout[d], 0),
    );
    close(predicted[i], by, { abs: 1e-12 });
  });
  expect(reservoirStates(net, wave(9))).toEqual(states[1]);
});

test("they are there before a readout is, with the same bits, and all memory comes back", async () => {
  using net = await esn({ input: 1, output: 1, units: 6 });
  const before = reservoirStates(net, wave(9));
  const { used } = net.engine.memory.usage;
  await net.fit([{ input: wave(40), target: wave(40) }]);
  expect(reservoirStates(net, wave(9))).toEqual(before);
  expect(net.engine.memory.usage.used).toBe(used);
});

test("misuse is named", async () => {
  const net = await esn({ input: 1, output: 1, units: 6, feedbackScale: 1 });
  expect(() => reservoirStates(net, wave(9))).toThrow(/readout is not learned yet; call fit first/);
  expect(() => reservoirStates({} as never, wave(9))).toThrow(
    /reservoirStates: net is .*, want one that esn/,
  );
  await net.fit([{ input: wave(40), target: wave(40) }]);
  expect(() => reservoirStates(net, [])).toThrow(/reservoirStates: no sequences/);
  net.dispose();
  expect(() => reservoirStates(net, wave(9))).toThrow(DisposedError);
});
