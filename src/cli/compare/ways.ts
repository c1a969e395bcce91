/**
 * The four effective ways to learn a recurrent net (lecture 7d), each with one recipe for all tasks. Sizes
 * follow the papers: 100 tanh units for Hessian-free and momentum, memory cells for LSTM, fixed units by the
 * hundreds for the echo state network.
 */
import { esn } from "../../models/esn/esn.ts";
import type { EsnReservoir } from "../../models/esn/reservoir-options.ts";
import { constant, normal, sparse } from "../../models/network/initializers.ts";
import { dense } from "../../models/network/layers.ts";
import { lstm, rnn } from "../../models/network/recurrent-layers.ts";
import { network } from "../../models/network/network.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";
import { adam } from "../../optim/adam.ts";
import { hessianFree } from "../../optim/hessian-free.ts";
import { nesterov } from "../../optim/nesterov.ts";
import { piecewise } from "../../optim/schedule.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { engine } from "../../wasm/engine.ts";
import { centered, outputBias, taskMeans } from "../../tasks/centered.ts";
import { inputOf, type Task } from "../../train/task.ts";
import { solveByLeastRidge } from "./least-ridge.ts";
import { trainingLearner, type Way } from "./way.ts";

/** Whether symbols are to be kept and written again: such tasks want larger nets, or larger weights. */
const memorizes = (task: Task): boolean => task.name.startsWith("memory");
const create = (spec: NetworkSpec, saved?: Uint8Array): ReturnType<typeof network> =>
  saved ? network.load(saved) : network(spec);

/**
 * Way 1 (Hochreiter & Schmidhuber 1997; forget gate by Gers et al. 2000, open at the start; Adam). Where
 * symbols are to be kept, as many cells as the other nets have units, at a smaller rate.
 */
const lstmWay: Way = {
  name: "lstm",
  words: "LSTM, 32 cells (100 for memorization), forget gates open at the start, Adam",
  async start(task, lag, seed, signal, saved) {
    const { cells, rate } = memorizes(task) ? { cells: 100, rate: 0.003 } : { cells: 32, rate: 0.004 };
    const net = await create(
      {
        input: inputOf(task),
        loss: task.loss,
        seed,
        layers: [
          lstm(cells, { init: { gates: { f: constant(Math.log(lag)), i: constant(-1) } } }),
          dense(task.output),
        ],
      },
      saved,
    );
    return trainingLearner(net, task, adam({ rate, clip: 1 }), { batch: 50, signal });
  },
};

/** Way 2 (Martens & Sutskever 2011): structural damping, large fresh batches. */
const hessianFreeWay: Way = {
  name: "hf",
  words: "100 tanh units, Hessian-free with structural damping",
  async start(task, lag, seed, signal, saved) {
    const permuted = task.name === "permutation";
    const net = await create(
      {
        input: inputOf(task),
        loss: task.loss,
        seed,
        layers: [
          rnn(100, { init: { input: sparse({ scale: 0.25 }), recurrent: sparse({ spectralRadius: 1.1 }) } }),
          dense(task.output, { init: { input: sparse() } }),
        ],
      },
      saved,
    );
    const optimizer = hessianFree({ lambda: permuted ? 0.1 * lag : 0.1, mu: 1 / 30, weightDecay: 2e-5 });
    return trainingLearner(net, task, optimizer, {
      batch: task.all ? task.all.length : 1000,
      curvature: task.all ? task.all.length : 500,
      shard: 500,
      signal,
    });
  },
};

/**
 * Way 4 (Sutskever, Martens, Dahl & Hinton 2013): initialization, centering, Nesterov's momentum 0.9 for 1000
 * updates, then more. Where symbols are to be kept, input weights are three times as large: with small ones
 * 20-bit memorization falls to the level of chance.
 */
const momentumWay: Way = {
  name: "momentum",
  words: "100 tanh units, echo-state initialization, centering, Nesterov momentum .9 then .98",
  async start(task, _lag, seed, signal, saved) {
    const float64 = await engine("float64");
    const means = taskMeans(task, new Random(float64, seed, streams.means));
    const net = await create(
      {
        input: task.input,
        loss: task.loss,
        seed,
        layers: [
          rnn(100, {
            init: { input: normal(memorizes(task) ? 0.3 : 0.1), recurrent: sparse({ spectralRadius: 1.1 }) },
          }),
          dense(task.output, { init: { input: normal(0.1) } }),
        ],
      },
      saved,
    );
    if (!saved) net.parameters.find(({ name }) => name === "dense2.b")!.set(outputBias(float64, task, means));
    const same = centered(task, means);
    const learner = trainingLearner(
      net,
      same,
      nesterov({
        rate: 0.02,
        clip: 1,
        momentum: piecewise([
          [0, 0.9],
          [1000, 0.98],
        ]),
      }),
      { batch: 100, signal },
    );
    return { ...learner, predict: (items) => net.predict(items.map((item) => same.center(item).input)) };
  },
};

/**
 * Reservoirs that hear one another: units that mix what a step brings, an orthogonal memory of them so weakly
 * driven that it is nearly linear, and units without memory that mix what it holds. Sums of marked
 * numbers are linear in the memory; products and orders are not, but in the last they are.
 */
const stackedReservoirs = (lag: number): readonly EsnReservoir[] => [
  { units: 100, spectralRadius: 0, inputScale: 1.5, biasScale: 1 },
  { units: 100 + 5 * lag, reservoir: "orthogonal", hears: 0, inputScale: 0.1 },
  { units: 1200, hears: 1, spectralRadius: 0, inputScale: 2, biasScale: 1 },
];

/** Way 3 (Jaeger 2001, 2012): only the readout is learned. For memorization, the orthogonal memory alone. */
const esnWay: Way = {
  name: "esn",
  words: "echo state network: fixed units that mix, remember and mix again, ridge readout",
  async start(task, lag, seed) {
    const keep = memorizes(task);
    const net = await esn({
      input: inputOf(task),
      output: task.loss === "softmax" ? { classes: task.output } : task.output,
      seed,
      ...(keep
        ? { units: 500, reservoir: "orthogonal", inputScale: 0.05, ridge: 1e-10 }
        : { reservoirs: stackedReservoirs(lag), ridge: 1e-8 }),
    });
    const random = new Random(await engine("float64"), seed, streams.comparisonReservoir);
    const limit = task.all ? task.all.length : 20_000;
    let sequences = 0;
    return {
      async advance() {
        const items = task.all ?? task.batch(500, random);
        net.accumulate(items);
        solveByLeastRidge(net, net.spec.ridge);
        sequences += items.length;
        return { sequences, loss: NaN, done: sequences >= limit };
      },
      predict: (items) => net.predict(items.map((item) => item.input)),
      dispose: () => net.dispose(),
    };
  },
};

/** All ways by name, in the lecture's order. */
export const ways: Readonly<Record<string, Way>> = {
  lstm: lstmWay,
  hf: hessianFreeWay,
  esn: esnWay,
  momentum: momentumWay,
};
