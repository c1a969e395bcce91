import { expect, test } from "vitest";
import { extractAutomaton } from "../../src/analysis/extract-automaton.ts";
import { invariantBoxes } from "../../src/analysis/invariant-boxes.ts";
import { learnAddition } from "../../src/analysis/learn-addition.ts";
import { dense } from "../../src/models/network/layers.ts";
import { lstm, rnn } from "../../src/models/network/recurrent-layers.ts";
import { type Network, network } from "../../src/models/network/network.ts";
import { addition } from "../../src/tasks/addition.ts";

/**
 * The adder by hand: units count to 1, 2 and 3 ones among two digits and the carry; the carry is unit 2, the
 * sum digit 1 - 2 + 3. Weights of size `gain` make the units nearly binary.
 */
async function handMade(gain: number): Promise<Network> {
  const net = await network({
    input: 2,
    layers: [rnn(3, { activation: "logistic" }), dense(1)],
    loss: "bernoulli",
  });
  const set = (name: string, values: number[]): void =>
    net.parameters.find((p) => p.name === name)!.set(values.map((v) => v * gain));
  set("rnn1.Wx", [1, 1, 1, 1, 1, 1]);
  set("rnn1.Wh", [0, 0, 0, 1, 1, 1, 0, 0, 0]);
  set("rnn1.b", [-0.5, -1.5, -2.5]);
  set("rnn1.state", [0, 0, 0]);
  set("dense2.W", [1, -1, 1]);
  set("dense2.b", [-0.5]);
  return net;
}

test(
  "a net with weights set by hand is found to be the adder: four patterns, and proven for every " + "length",
  async () => {
    const net = await handMade(20);
    const task = addition();
    const found = await extractAutomaton(net, task);
    expect(found.patterns.length).toBe(4);
    expect(found.machine.next.length).toBe(4);
    expect(found.equivalent).toBe(true);
    expect(found.text()).toContain("→  no carry, print 0  0       → no carry, print 0");
    expect(found.svg()).toContain("carry");
    const { proven, boxes } = await invariantBoxes(net, task);
    expect(proven).toBe(true);
    expect(boxes.length).toBe(4);
    net.dispose();
  },
);

test("a net with one wrong weight differs from the adder, and nothing is proven of it", async () => {
  const net = await handMade(20);
  const task = addition();
  const Wh = net.parameters.find((p) => p.name === "rnn1.Wh")!;
  Wh.set(Wh.data.map((w, i) => (i === 4 ? 0 : w))); // the carry does not carry on
  const found = await extractAutomaton(net, task);
  expect(found.equivalent).toBe(false);
  expect(found.counterexample).toEqual(["1+1", "0+1"]);
  expect((await invariantBoxes(net, task)).proven).toBe(false);
  net.dispose();
});

test("soft weights let activities blur, and the proof refuses", async () => {
  const net = await handMade(4);
  const task = addition();
  expect((await invariantBoxes(net, task)).proven).toBe(false);
  net.dispose();
});

test(
  "a net that learned from 12 digits becomes the lecture's automaton and adds 64 digits without an " +
    "error",
  async () => {
    const { net, automaton, invariance } = await learnAddition({ seed: 6 });
    expect(automaton).toMatchObject({ equivalent: true });
    expect(automaton!.machine.next.length).toBe(4);
    expect(invariance!.proven).toBe(true);
    expect((await net.evaluate(addition({ digits: 64 }), { count: 1000, seed: 99 })).wrongSequences).toBe(0);
    expect(
      (await net.evaluate(addition({ digits: 500, minDigits: 500 }), { count: 10, seed: 99 })).wrongSequences,
    ).toBe(0);
    net.dispose();
  },
);

test("nets that have no automaton of this kind are refused by name", async () => {
  const plain = await network({ input: 2, layers: [dense(1)], loss: "bernoulli" });
  const deep = await network({ input: 2, layers: [lstm(3), dense(1)], loss: "bernoulli" });
  await expect(extractAutomaton(plain, addition())).rejects.toThrow(
    "extractAutomaton: the net has no recurrent layer",
  );
  await expect(invariantBoxes(deep, addition())).rejects.toThrow(
    "invariantBoxes: layers are lstm, dense, want [rnn(H)",
  );
  await expect(extractAutomaton(deep, addition(), { word: 3 } as object)).rejects.toThrow(
    'extractAutomaton: unknown option "word"',
  );
});
