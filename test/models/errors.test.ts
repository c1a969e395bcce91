import { describe, expect, test } from "vitest";
import {
  DataError,
  DisposedError,
  OptionError,
  ShapeError,
  adam,
  dense,
  dropout,
  embedding,
  esn,
  gru,
  hmm,
  languageModel,
  lds,
  lstm,
  network,
  rnn,
  sequenceClassifier,
  sequenceLabeler,
  sequenceRegressor,
  sgd,
  tasks,
  type DataItem,
  type Layer,
} from "../../src/index.ts";
import { nvar, selectEsn } from "../../src/reservoirs/index.ts";

const spec = { input: 2, layers: [lstm(3), dense(1)], loss: "bernoulli" } as const;
const good: DataItem = { input: [0, 1, 1, 0], target: [0, 1] };

test.each<[string, (spec: never) => Promise<unknown>]>(
  Object.entries({
    esn,
    hmm,
    languageModel,
    lds,
    network,
    nvar,
    selectEsn: () => selectEsn([], undefined as never),
    sequenceClassifier,
    sequenceLabeler,
    sequenceRegressor,
  }),
)("%s without any options says what it wants", async (name, make) => {
  await expect(make(undefined as never)).rejects.toThrow(OptionError);
  await expect(make(undefined as never)).rejects.toThrow(`${name}: `);
});

describe("options", () => {
  test.each<[string, () => unknown, string]>([
    [
      "an unknown activation",
      () => rnn(3, { activation: "sin" as "tanh" }),
      'rnn: activation is "sin", want one of identity, tanh, logistic, relu',
    ],
    [
      "an unknown option",
      () => lstm(3, { peephole: true } as object),
      'lstm: unknown option "peephole", want one of forgetGate, peepholes',
    ],
    ["a fraction of a unit", () => gru(2.5), "gru: units is 2.5, want a whole number of at least 1"],
    ["a rate of one", () => dropout(1), "dropout: rate is 1, want a number from 0 to"],
    [
      "an initializer of no kind",
      () => dense(1, { init: { input: { kind: "gauss" } as never } }),
      'dense.init.input: kind is "gauss"',
    ],
    [
      "a gate that a cell lacks",
      () => lstm(1, { init: { gates: { z: { kind: "constant", value: 1 } } } }),
      'lstm.init.gates: gate is "z", want one of i, f, g, o',
    ],
    ["columns given twice", () => rnn(3, { given: [1, 1] }), "names a column twice"],
  ])("%s is refused", (_, make, message) => expect(make).toThrow(message));

  test.each<[string, object, string]>([
    ["no layers", { layers: [] }, "layers is empty"],
    ["an unknown loss", { loss: "huberr" }, 'loss is "huberr", want one of squared, bernoulli, softmax'],
    ["an unknown precision", { precision: "float16" }, 'precision is "float16"'],
    ["a negative width", { input: -1 }, "input is -1"],
    ["a misspelt option", { layer: [] }, 'unknown option "layer"'],
    [
      "an embedding on reals",
      { layers: [rnn(2), embedding(3, 2), dense(1)] as Layer[] },
      "embedding2: stands on reals",
    ],
  ])("network refuses %s", async (_, change, message) => {
    await expect(network({ ...spec, ...change })).rejects.toThrow(message);
  });

  test("train refuses unknown and ill-typed options before it moves anything", async () => {
    const net = await network(spec);
    const before = net.save();
    await expect(net.fit([good], { step: 3 } as object)).rejects.toThrow(
      'network.fit: unknown option "step"',
    );
    await expect(net.fit([good], { steps: 1.5 })).rejects.toThrow("steps is 1.5, want a whole number");
    await expect(net.fit([good], { optimizer: "adam" } as object)).rejects.toThrow(
      'network.fit: optimizer is "adam", want one that a function made',
    );
    await expect(net.fit([good], { batch: 0 })).rejects.toThrow("batch is 0");
    expect(net.save()).toEqual(before);
    net.dispose();
  });
});

describe("data", () => {
  test.each<[string, unknown, string, new (message: string) => Error]>([
    ["no items", [], "data is empty", DataError],
    ["no data", null, "data is null", DataError],
    [
      "a wrong width",
      [{ input: [0, 1, 1], target: [0, 1] }],
      "item 0.input has 3 numbers, want a multiple of 2",
      ShapeError,
    ],
    [
      "a row of a wrong width",
      [good, { input: [[0, 1], [1]], target: [0, 1] }],
      "item 1.input: step 1 has 1 values, want 2",
      ShapeError,
    ],
    ["an empty sequence", [{ input: [], target: [] }], "item 0.input has no steps", DataError],
    [
      "NaN in the input",
      [good, good, { input: [0, NaN, 1, 1], target: [0, 1] }],
      "item 2.input: value 1 is NaN, want a finite number",
      DataError,
    ],
    [
      "infinity in the target",
      [{ input: [0, 1], target: [Infinity] }],
      "item 0.target: value 0 is Infinity",
      DataError,
    ],
    [
      "a target of another length",
      [{ input: [0, 1, 1, 0], target: [0] }],
      "item 0.target: 1 values, want [T,O] = [2,1]",
      ShapeError,
    ],
    [
      "a negative weight",
      [{ ...good, weight: [1, -1] }],
      "item 0.weight: value 1 is -1, want at least 0",
      DataError,
    ],
    ["weights of another length", [{ ...good, weight: [1, 1, 1] }], "item 0.weight: 3 values", ShapeError],
    [
      "initial states that nobody takes",
      [{ ...good, initial: [1] }],
      "item 0.initial has 1 values, want 0",
      ShapeError,
    ],
    ["text", "abc", 'data is "abc"', DataError],
  ])("%s is refused, and nothing changes", async (_, data, message, kind) => {
    const net = await network(spec);
    const before = net.save();
    const error = await net
      .fit(data as DataItem[], { steps: 1, optimizer: sgd() })
      .catch((e: unknown) => e as Error);
    expect((error as Error).message).toContain(message);
    expect(error).toBeInstanceOf(kind);
    expect(net.save({ training: false })).toEqual(before);
    net.dispose();
  });

  test("classes must be whole and below the number of outputs", async () => {
    const net = await network({ input: 1, layers: [rnn(2), dense(3)], loss: "softmax" });
    await expect(net.evaluate([{ input: [1], target: [3] }])).rejects.toThrow(
      "item 0.target: value 0 is 3, want a whole number from 0 to 2",
    );
    await expect(net.evaluate([{ input: [1], target: [0.5] }])).rejects.toThrow("value 0 is 0.5");
    net.dispose();
  });

  test("predict names the sequence", async () => {
    const net = await network(spec);
    expect(() =>
      net.predict([
        [0, 1],
        [0, 1, 2],
      ]),
    ).toThrow("network.predict: sequence 1.input has 3 numbers, want a multiple of 2");
    expect(() => net.predict([[0, NaN]])).toThrow("sequence 0.input: value 1 is NaN");
    const stream = net.stream();
    expect(() => stream.step([1])).toThrow("stream.step: x has 1 values, want 2");
    expect(() => stream.step([1, Infinity])).toThrow("x[1] is Infinity");
    net.dispose();
  });
});

describe("files", () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array, string]>([
    ["cut in its header", (b) => b.slice(0, 100), "truncated, or not a safetensors file"],
    ["cut in its data", (b) => b.slice(0, b.length - 8), "truncated file"],
    ["of three bytes", (b) => b.slice(0, 3), "3 bytes, want a safetensors file"],
    ["of text", () => new TextEncoder().encode('{ "weights": [1, 2, 3] }   '), "not a safetensors file"],
    [
      "of another library",
      () => {
        const h = new TextEncoder().encode('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}');
        const b = new Uint8Array(8 + h.length);
        b[0] = h.length;
        b.set(h, 8);
        return b;
      },
      "not saved by this library",
    ],
  ])("a file %s is refused", async (_, change, message) => {
    const net = await network(spec);
    const bytes = net.save();
    await expect(network.load(change(bytes))).rejects.toThrow(message);
    net.dispose();
  });

  test("a saved net is the net", async () => {
    const net = await network(spec);
    const copy = await network.load(net.save());
    const x = [[0, 1, 1, 0]];
    expect(copy.spec).toEqual(net.spec);
    expect(copy.predict(x)).toEqual(net.predict(x));
    net.dispose();
    copy.dispose();
  });
});

describe("after dispose", () => {
  test("every call throws, a second dispose does nothing, and the memory is free again", async () => {
    const probe = await network(spec);
    const { memory } = probe.engine;
    probe.dispose();
    const before = memory.usage.used;
    const net = await network(spec);
    const stream = net.stream();
    await net.fit(tasks.addition({ digits: 4 }), { steps: 2, optimizer: adam() });
    net.predict([[0, 1]]);
    net.dispose();
    net.dispose();
    for (const use of [
      () => net.predict([[0, 1]]),
      () => net.stream(),
      () => net.save(),
      () => net.parameters,
      () => stream.step([0, 1]),
    ])
      expect(use).toThrow(DisposedError);
    await expect(net.fit([good])).rejects.toThrow("network.fit: the model was disposed");
    await expect(net.evaluate([good])).rejects.toThrow(DisposedError);
    expect(memory.usage.used).toBe(before);
  });

  test("a net disposed in the middle of its training ends it", async () => {
    const net = await network(spec);
    await expect(
      (async () => {
        for await (const e of net.train([good], { steps: 10 })) if (e.step === 2) net.dispose();
      })(),
    ).rejects.toThrow(DisposedError);
  });
});

test("option errors are of their own class", () => expect(() => rnn(0)).toThrow(OptionError));
