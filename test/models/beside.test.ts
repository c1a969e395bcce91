/**
 * The rule of CONTRIBUTING for calls beside a training, over every model, every method and every kind of
 * training: a model that is read shows a whole step, what it says is what its file says, and no bit of the
 * training changes; what would write is refused; `dispose` and `signal` end it.
 */
import { describe, expect, test } from "vitest";
import * as u from "../../src/index.ts";
import * as driven from "../../src/driven/index.ts";
import * as durations from "../../src/durations/index.ts";
import * as reservoirs from "../../src/reservoirs/index.ts";
import * as statespace from "../../src/statespace/index.ts";
import { turn } from "../../src/wasm/turn.ts";
import { argumentsOf, everyModel, type Model, type Row } from "./every-model.js";
import { clockGoneOn } from "./clock-gone-on.ts";
import { poolHere } from "./pool-here.ts";

clockGoneOn();

/** The net inside a model of the table. */
const netOf = (model: Model): u.Network => ("net" in model ? model.net : model) as unknown as u.Network;
const engineOf = (model: Model): u.Engine =>
  ("engine" in model ? model : netOf(model)).engine as unknown as u.Engine;

type Options = Record<string, unknown>;
/** How the models of a row are trained: options beside those of its `fit`, by name. */
function trainings(row: Row, helper: Model): Record<string, Options> {
  const isNet = row.name.startsWith("network");
  if (isNet || row.name === "classifier" || row.name === "labeler" || row.name === "regressor")
    return {
      adam: { steps: 5, ...(isNet ? { weightNoise: 0.05 } : {}) },
      "Hessian-free": { steps: 2, optimizer: u.hessianFree({ cgIterations: 6 }) },
      shards: { steps: 4, shard: 1 },
      "a pool": { steps: 4, shard: 1, pool: poolHere(netOf(helper), turn) },
      "Hessian-free on a pool": {
        steps: 2,
        shard: 1,
        pool: poolHere(netOf(helper), turn),
        optimizer: u.hessianFree({ cgIterations: 4 }),
      },
      looks: { epochs: 3, steps: undefined, validation: row.fit![0].value, patience: 2, keepBest: true },
    };
  const [family] = row.name.split(" ");
  const more: Record<string, Record<string, Options>> = {
    hmm: { "EM with restarts": { iterations: 4, restarts: 2, tolerance: 0 } },
    hsmm: { "EM with restarts": { iterations: 4, restarts: 2, tolerance: 0 } },
    iohmm: { "EM with restarts": { iterations: 4, restarts: 2, tolerance: 0 } },
    lds: { EM: { iterations: 4, tolerance: 0 }, "a gradient": { iterations: 4, optimizer: u.adam() } },
    structural: { "quasi-Newton": { iterations: 6 } },
    arima: { "quasi-Newton": { iterations: 6 } },
    statespace: { "quasi-Newton": { iterations: 6 } },
    language: { "a gradient with restarts": { steps: 4, restarts: 3 } },
  };
  return more[family] ?? { fit: {} };
}

/** Methods that write what was learned: refused as fit is. */
const WRITING = ["accumulate", "solve", "clear"];
/** What maximizes the likelihood itself: refused by name while the model is trained, as a second fit is. */
const MAXIMIZING = ["intervals"];

/** An answer as text, but for times; numbers that JSON does not know too. */
const text = (answer: unknown): string =>
  JSON.stringify(answer, (name, value: unknown) => {
    if (name === "ms" || name === "seconds") return undefined;
    if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, String);
    return typeof value === "number" ? String(value) : value;
  });

interface Stream {
  step(...x: unknown[]): unknown;
  dispose(): void;
}
const openStream = (row: Row, model: Model): Stream | undefined =>
  row.methods.stream && !row.refused ? (model.stream() as Stream) : undefined;

/** What every method of a model says, as text. Promises are made at once and waited for at the end. */
async function everything(row: Row, model: Model): Promise<Record<string, string>> {
  const answers: Record<string, unknown> = {};
  for (const [name, list] of Object.entries(row.methods)) {
    if (WRITING.includes(name) || MAXIMIZING.includes(name)) continue;
    if (name !== "stream") answers[name] = model[name](...argumentsOf(list, model));
  }
  const stream = openStream(row, model);
  answers.stream = [1, 2, 3].map(() => text(stream?.step(row.step, row.stepInput)));
  stream?.dispose();
  if ("parameters" in model)
    answers.parameters = Array.isArray(model.parameters)
      ? netOf(model).parameters.map(({ name, data }) => [name, data])
      : model.parameters;
  const entries = Object.entries(answers).map(async ([name, answer]) => [name, text(await answer)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const bits = (model: Model): string => Buffer.from(model.save()).toString("latin1");

/** Fails where what a model says is not what its file says; its file's bits. */
async function look(row: Row, model: Model): Promise<string> {
  const file = model.save();
  const said = await everything(row, model); // the methods run before anything else can
  const copy = await row.factory.load(file);
  expect(await everything(row, copy)).toEqual(said);
  copy.dispose();
  return Buffer.from(file).toString("latin1");
}

/** What would write is refused by name. */
async function checkRefusals(row: Row, model: Model): Promise<void> {
  const refusal = { name: "OptionError", message: expect.stringMatching(/trained|fitted/) as string };
  await expect(model.fit(...argumentsOf(row.fit!, model))).rejects.toMatchObject(refusal);
  for (const name of WRITING)
    if (name in row.methods)
      expect(() => model[name](...argumentsOf(row.methods[name], model))).toThrow(u.OptionError);
  if (!Array.isArray(model.parameters)) return;
  if (row.name.startsWith("network"))
    await expect(
      netOf(model)
        .train(row.fit![0].value as u.DataItem[])
        .next(),
    ).rejects.toMatchObject(refusal);
  const [first] = netOf(model).parameters;
  expect(() => first.set(first.data)).toThrow(u.OptionError);
}

/** A model that answers everything: fitted once, and loaded from that. */
async function fittedFile(row: Row): Promise<Uint8Array> {
  const model = await row.factory(row.spec);
  await model.fit(...argumentsOf(row.fit!, model));
  const file = model.save();
  model.dispose();
  return file;
}

const start = (row: Row, model: Model, options: Options): Promise<unknown> => {
  const [data, usual] = argumentsOf(row.fit!, model) as [unknown, Options];
  return model.fit(data, { ...usual, ...options });
};

/** Calls `visit` at every turn while a promise is pending. */
async function beside(training: Promise<unknown>, visit: () => unknown): Promise<number> {
  let isOver = false;
  const over = (): void => void (isOver = true);
  training.then(over, over);
  let visits = 0;
  for (; !isOver; ++visits) {
    await visit();
    await turn();
  }
  return visits;
}

/** Every model that learns. */
const rows = everyModel(u, { reservoirs, durations, driven, statespace }).filter(({ fit }) => fit);

describe.each(rows)("$name", (row) => {
  /** Runs `law` with each kind of training of the row. */
  async function eachTraining(law: (file: Uint8Array, options: Options, name: string) => Promise<void>) {
    const file = await fittedFile(row);
    const helper = await row.factory.load(file);
    for (const [name, options] of Object.entries(trainings(row, helper))) await law(file, options, name);
    helper.dispose();
  }

  test("shows whole steps, answers as its file does, and trains to the same bits", async () => {
    await eachTraining(async (file, options, name) => {
      const alone = await row.factory.load(file);
      const report = text(await start(row, alone, options));
      const noted = await row.factory.load(file);
      const whole = new Set([bits(noted)]);
      await start(row, noted, { ...options, onProgress: () => whole.add(bits(noted)) });
      whole.add(bits(noted));
      const model = await row.factory.load(file);
      const open = openStream(row, model);
      const training = start(row, model, options);
      const seen = new Set<string>();
      const visits = await beside(training, async () => {
        const refused = checkRefusals(row, model); // at once: the training runs at this moment
        open?.step(row.step, row.stepInput);
        if (seen.size < 6) seen.add(await look(row, model));
        else await everything(row, model);
        await refused;
      });
      expect(visits, name).toBeGreaterThan(0);
      expect(text(await training), name).toBe(report);
      expect(bits(model) === bits(alone) && bits(noted) === bits(alone), name).toBe(true);
      expect([...seen].filter((state) => !whole.has(state)).length, `${name}: between steps`).toBe(0);
      for (const each of [alone, noted, model]) each.dispose();
    });
  });

  test("dispose ends it by name at any turn, touches no other, and gives the memory back", async () => {
    await eachTraining(async (file, options, name) => {
      const other = await row.factory.load(file);
      const before = bits(other);
      const first = await row.factory.load(file);
      await start(row, first, options); // a pool's helper takes its memory
      first.dispose();
      for (let wait = 0; wait < 4; ++wait) {
        const { used } = engineOf(other).memory.usage;
        const model = await row.factory.load(file);
        const open = openStream(row, model);
        const ended = start(row, model, options).then(
          () => "came to its end",
          (error: Error) => error,
        );
        for (let i = 0; i < wait; ++i) await turn();
        const { save } = model;
        model.dispose();
        expect(() => save.call(model), name).toThrow(u.DisposedError);
        if (open) expect(() => open.step(row.step, row.stepInput), name).toThrow(u.DisposedError);
        const fresh = await row.factory.load(file);
        const reason = await ended;
        if (reason !== "came to its end") expect(reason, name).toBeInstanceOf(u.DisposedError);
        else expect(wait, `${name}: ended before it was disposed`).toBeGreaterThan(0);
        expect(bits(fresh) === before && bits(other) === before, name).toBe(true);
        fresh.dispose();
        expect(engineOf(other).memory.usage.used, name).toBeLessThanOrEqual(used);
      }
      other.dispose();
    });
  });

  test("a signal ends it at any turn with a model that answers as its file does", async () => {
    await eachTraining(async (file, options, name) => {
      for (let wait = 0; wait < 3; ++wait) {
        const model = await row.factory.load(file);
        const controller = new AbortController();
        const ended = start(row, model, { ...options, signal: controller.signal }).catch((e: Error) => e);
        for (let i = 0; i < wait; ++i) await turn();
        controller.abort(new Error("enough"));
        const reason = await ended;
        if (reason instanceof Error) expect(reason.message, name).toBe("enough");
        await look(row, model);
        await start(row, model, options);
        model.dispose();
      }
    });
  });
});

test("all models at once train to the bits that each has alone", async () => {
  const all: { row: Row; file: Uint8Array; options: Options; helper: Model }[] = [];
  for (const row of rows) {
    const file = await fittedFile(row);
    const helper = await row.factory.load(file);
    for (const options of Object.values(trainings(row, helper))) all.push({ row, file, options, helper });
  }
  const train = async ({ row, file, options }: (typeof all)[number]): Promise<string> => {
    const model = await row.factory.load(file);
    await start(row, model, options);
    const trained = bits(model);
    model.dispose();
    return trained;
  };
  const alone: string[] = [];
  for (const one of all) alone.push(await train(one));
  const together = await Promise.all(all.map(train));
  expect(all.filter((_, i) => alone[i] !== together[i]).map(({ row }) => row.name)).toEqual([]);
  for (const { helper } of all) helper.dispose();
});
