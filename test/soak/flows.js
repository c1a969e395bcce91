/**
 * What programs do for hours: every model made, fitted, asked everything, saved, read and given back, or
 * forgotten; beside them pools of workers, unrolled nets, ink, files of other programs, sound.
 */
import * as u from "../../dist/index.js";
import * as driven from "../../dist/driven/index.js";
import * as durations from "../../dist/durations/index.js";
import * as reservoirs from "../../dist/reservoirs/index.js";
import * as statespace from "../../dist/statespace/index.js";
import { fromPyTorch, toPyTorch, readNpy, writeNpy } from "../../dist/exchange/index.js";
import { frontEnd, writeWav, readWav } from "../../dist/speech/index.js";
import { argumentsOf, everyModel } from "../models/every-model.js";

/** Everything that a model answers. */
async function askAll(row, model) {
  for (const [name, list] of Object.entries(row.methods)) {
    if (row.refused?.includes(name)) continue;
    const answer = await model[name](...argumentsOf(list, model));
    if (name !== "stream") continue;
    for (let t = 0; t < 5; ++t) answer.step(row.step, row.stepInput);
    answer.reset();
    answer.dispose();
  }
}

const modelFlow = (row) => async (round) => {
  const model = await row.factory(row.spec);
  if (row.fit) await model.fit(...argumentsOf(row.fit, model));
  await askAll(row, model);
  const again = await row.factory.load(model.save());
  // one in four is forgotten: the collector gives its memory back
  if (round % 4 > 0) model.dispose();
  again.dispose();
};

const item = { input: [0.1, 0.2, 0.3, 0.4], target: [0.2, 0.3, 0.4, 0.5] };
const netSpec = { input: 1, layers: [u.lstm(4), u.dense(1)], loss: "squared" };

async function withPool() {
  const pool = await u.workerPool({ workers: 1 });
  const net = await u.network(netSpec);
  await net.fit([item, item], { steps: 3, shard: 1, pool, optimizer: u.adam({ rate: 0.01 }) });
  net.dispose();
  pool.dispose();
}

async function hessianFree() {
  const net = await u.network({ ...netSpec, precision: "float64" });
  await net.fit([item, item], { steps: 2, optimizer: u.hessianFree() });
  net.dispose();
}

async function stopped() {
  const net = await u.network(netSpec);
  const controller = new AbortController();
  const fit = net.fit([item], {
    steps: 1e6,
    optimizer: u.adam({ rate: 0.01 }),
    signal: controller.signal,
    onProgress: ({ step }) => step > 3 && controller.abort(),
  });
  await fit.catch(() => {});
  for await (const { step } of net.train([item], { steps: 100, optimizer: u.sgd({ rate: 0.1 }) }))
    if (step > 3) break;
  net.dispose();
}

async function refused() {
  const net = await u.network(netSpec);
  await net.fit([{ input: [NaN], target: [1] }], { steps: 1 }).catch(() => {});
  await u.network({ ...netSpec, loss: "hinge" }).catch(() => {});
  await u.network.load(net.save().subarray(0, 100)).catch(() => {});
  await net.fit([{ input: [1e30], target: [1e30] }], { steps: 1 }).catch(() => {});
  net.dispose();
}

async function exchanged() {
  const net = await u.network(netSpec);
  (await fromPyTorch(toPyTorch(net))).dispose();
  readNpy(writeNpy({ data: Float64Array.of(1, 2, 3), shape: [3] }));
  net.dispose();
}

async function heard() {
  const samples = Float64Array.from({ length: 4000 }, (_, t) => ((t * 37) % 101) / 101 - 0.5);
  const front = await frontEnd({ rate: 8000 });
  front.features(readWav(writeWav({ rate: 8000, samples })).samples);
  front.dispose?.();
}

async function unrolled() {
  const net = await u.network(netSpec);
  const deep = await u.unroll(net, 5);
  deep.dispose?.();
  net.dispose();
}

/** Flows by name; each gets the number of its round. Those that start threads run one round in `every`. */
export function flows() {
  const models = everyModel(u, { reservoirs, durations, driven, statespace }).map((row) => ({
    name: row.name,
    every: 1,
    run: modelFlow(row),
  }));
  return [
    ...models,
    { name: "pool", every: 50, run: withPool },
    { name: "Hessian-free", every: 2, run: hessianFree },
    { name: "stopped", every: 2, run: stopped },
    { name: "refused", every: 1, run: refused },
    { name: "exchange", every: 2, run: exchanged },
    { name: "sound", every: 2, run: heard },
    { name: "unrolled", every: 2, run: unrolled },
  ];
}
