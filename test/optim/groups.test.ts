/** Parameter groups: what a pattern stands for, rates, decays, freezing, constraints, and every refusal. */
import { expect, test } from "vitest";
import {
  OptionError,
  adam,
  adamW,
  cosine,
  dense,
  fix,
  lds,
  network,
  nesterov,
  oneCycle,
  rnn,
  sgd,
  tie,
  warmUp,
  type Network,
  type NetworkConstraint,
  type Optimizer,
  type ParameterGroup,
} from "../../src/index.ts";
import { matches } from "../../src/optim/groups.ts";
import { close } from "../close.ts";

const items = Array.from({ length: 6 }, (_, i) => ({
  input: Array.from({ length: 2 * (3 + i) }, (__, j) => ((5 * i + 3 * j) % 7) / 3 - 1),
  target: Array.from({ length: 3 + i }, (__, t) => ((t + i) % 3) - 1),
}));
const make = (constraints: readonly NetworkConstraint[] = []): Promise<Network> =>
  network({
    input: 2,
    layers: [rnn(3), rnn(3), dense(1)],
    loss: "squared",
    precision: "float64",
    constraints: [...constraints],
  });
const values = (net: Network): Record<string, number[]> =>
  Object.fromEntries(net.parameters.map(({ name, data }) => [name, [...data]]));

async function trained(
  optimizer: Optimizer,
  constraints?: readonly NetworkConstraint[],
): Promise<{ before: Record<string, number[]>; after: Record<string, number[]> }> {
  const net = await make(constraints);
  const before = values(net);
  await net.fit(items, { optimizer, steps: 5, batch: 3 });
  const after = values(net);
  net.dispose();
  return { before, after };
}

test("a star stands for any characters, also none, and the other pieces keep their order", () => {
  for (const [pattern, name] of [
    ["lstm1.Wx", "lstm1.Wx"],
    ["lstm1.*", "lstm1.Wx"],
    ["*.b", "dense2.b"],
    ["*", ""],
    ["*1*W*", "lstm1.Wx"],
    ["a*a", "aa"],
  ] as const)
    expect(matches(pattern, name), `${pattern} ${name}`).toBe(true);
  for (const [pattern, name] of [
    ["lstm1", "lstm1.Wx"],
    ["*.b", "dense2.bias"],
    ["a*a", "a"],
    ["*W*1*", "lstm1.Wx"],
    ["", "a"],
  ] as const)
    expect(matches(pattern, name), `${pattern} ${name}`).toBe(false);
});

test("groups that say what the optimizer says change no bit", async () => {
  for (const [plain, grouped] of [
    [
      adam({ rate: 0.01, clip: 1 }),
      adam({ rate: 0.01, clip: 1, groups: [{ parameters: "rnn2.*", rate: 0.01 }] }),
    ],
    [adamW({ rate: 0.01 }), adamW({ rate: 0.5, groups: [{ parameters: ["rnn*", "dense*"], rate: 0.01 }] })],
    [
      sgd({ decay: 0.1 }),
      sgd({ decay: 0.1, groups: [{ parameters: "*.b" }, { parameters: "*", decay: 0.1 }] }),
    ],
    [nesterov({ clip: 0.1 }), nesterov({ clip: 0.1, groups: [{ parameters: "rnn1.Wx", rate: 0.01 }] })],
  ] as const)
    expect((await trained(grouped)).after).toEqual((await trained(plain)).after);
});

test("frozen parameters keep their bits, and count for no norm", async () => {
  for (const of of [sgd, nesterov, adam, adamW]) {
    const { before, after } = await trained(
      of({ rate: 0.05, groups: [{ parameters: "rnn1.*", frozen: true }] }),
    );
    for (const name of Object.keys(before))
      expect(JSON.stringify(after[name]) === JSON.stringify(before[name]), name).toBe(
        name.startsWith("rnn1."),
      );
  }
  const net = await make();
  const groups = [{ parameters: ["rnn*"], frozen: true }];
  const { gradient } = net.gradient(items);
  const own = gradient.filter(({ name }) => name.startsWith("dense")).flatMap(({ data }) => [...data]);
  const { history } = await net.fit(items, {
    optimizer: sgd({ groups }),
    steps: 1,
    batch: 6,
    shuffle: false,
  });
  close(history[0].gradientNorm as number, Math.sqrt(own.reduce((sum, d) => sum + d * d, 0)), { rel: 1e-12 });
  net.dispose();
});

test("the first group that names a parameter counts", async () => {
  const groups: ParameterGroup[] = [
    { parameters: "rnn1.Wx", rate: 0 },
    { parameters: "*", rate: 0.1 },
  ];
  const { before, after } = await trained(sgd({ groups }));
  expect(after["rnn1.Wx"]).toEqual(before["rnn1.Wx"]);
  expect(after["rnn1.Wh"]).not.toEqual(before["rnn1.Wh"]);
});

test("under constraints free parameters have the names of all that they move", async () => {
  const constraints = [tie("rnn1.Wh", "rnn2.Wh"), fix("dense3.b")];
  const both = { parameters: ["rnn1.Wh", "rnn2.Wh"], frozen: true };
  const { before, after } = await trained(adam({ groups: [both] }), constraints);
  expect(after["rnn2.Wh"]).toEqual(after["rnn1.Wh"]);
  expect(after["dense3.b"]).toEqual(before["dense3.b"]);
  expect(after["rnn1.Wx"]).not.toEqual(before["rnn1.Wx"]);
  const net = await make(constraints);
  const apart = adam({ groups: [{ parameters: "rnn1.*", rate: 0.1 }] });
  await expect(net.fit(items, { optimizer: apart })).rejects.toThrow(
    "adam: a constraint joins rnn1.Wh and rnn2.Wh, but groups tell them apart; put both in one",
  );
  expect(net.step).toBe(0);
  net.dispose();
});

test.each<[string, () => unknown, string]>([
  ["no list", () => adam({ groups: {} as never }), "adam: groups is Object, want an array"],
  ["nothing", () => adam({ groups: [null as never] }), "adam: groups[0] is null, want { parameters"],
  ["no names", () => sgd({ groups: [{} as never] }), "sgd: groups[0].parameters is undefined, want a name"],
  ["empty names", () => sgd({ groups: [{ parameters: [] }] }), "groups[0].parameters is array of 0"],
  ["a name that is a number", () => sgd({ groups: [{ parameters: [1 as never] }] }), "want a name, or some"],
  [
    "an unknown option",
    () => adamW({ groups: [{ parameters: "*", lr: 1 } as never] }),
    'adamW: groups[0]: unknown option "lr", want one of parameters, rate, decay, frozen',
  ],
  ["a negative rate", () => adamW({ groups: [{ parameters: "*", rate: -1 }] }), "groups[0]: rate is -1"],
  ["a negative decay", () => adamW({ groups: [{ parameters: "*", decay: -1 }] }), "groups[0]: decay is -1"],
  [
    "half frozen",
    () => adamW({ groups: [{ parameters: "*", frozen: 1 as never }] }),
    "frozen is 1, want true",
  ],
  [
    "frozen and moving",
    () => adamW({ groups: [{ parameters: "*", frozen: true, rate: 0 }] }),
    "frozen parameters have neither rate nor decay; leave them out",
  ],
  ["cosine without an end", () => cosine({ from: 1 } as never), "cosine: until is undefined"],
  ["cosine of an unknown option", () => cosine({ from: 1, til: 3 } as never), 'cosine: unknown option "til"'],
  ["cosine from below 0", () => cosine({ from: -1, until: 3 }), "cosine: from is -1"],
  ["oneCycle of no steps", () => oneCycle({ max: 1, steps: 0 }), "oneCycle: steps is 0, want a whole number"],
  ["oneCycle that rises for ever", () => oneCycle({ max: 1, steps: 9, rise: 2 }), "oneCycle: rise is 2"],
  ["oneCycle that divides by less than 1", () => oneCycle({ max: 1, steps: 9, divide: 0 }), "divide is 0"],
  ["warmUp of a negative rate", () => warmUp(-1, 3), "warmUp: rate is -1"],
  ["warmUp of half a step", () => warmUp(1, 0.5), "warmUp: steps is 0.5"],
])("%s is refused", (_, wrong, message) => {
  expect(wrong).toThrow(OptionError);
  expect(wrong).toThrow(message);
});

test("a pattern that stands for nothing is refused with the names, before anything changes", async () => {
  const net = await make();
  const optimizer = adam({ groups: [{ parameters: "lstm1.*", rate: 0.1 }] });
  await expect(net.fit(items, { optimizer })).rejects.toThrow(
    'adam: groups[0]: no parameter is named "lstm1.*", want some of rnn1.Wx',
  );
  await net.fit(items, { steps: 1 });
  net.dispose();
});

test("models whose numbers have no names refuse groups", async () => {
  const model = await lds({ state: 1, output: 1, seed: 1 });
  const optimizer = adam({ groups: [{ parameters: "*", rate: 0.1 }] });
  await expect(model.fit([Array.from({ length: 20 }, (_, t) => t % 3)], { optimizer })).rejects.toThrow(
    "adam: groups name parameters, and these have no names; leave groups out",
  );
  model.dispose();
});
