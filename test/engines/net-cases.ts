/** Nets trained by gradient: one of every cell, op, loss and optimizer, in both precisions. */
import {
  Random,
  adam,
  beamSearch,
  bestPath,
  bidirectional,
  block,
  delayTaps,
  dense,
  dropout,
  embedding,
  engine,
  gru,
  hessianFree,
  keepOrthogonal,
  lem,
  lru,
  lstm,
  minGru,
  minLstm,
  momentum,
  nesterov,
  network,
  nextStep,
  orthogonal,
  rmsprop,
  rnn,
  sgd,
  slstm,
  subsample,
  tasks,
  tie,
  uniform,
  type DataItem,
  type NetworkSpec,
  type Precision,
  type TrainingData,
  type TrainOptions,
} from "../../src/index.ts";
import { sha256, type Hashes, type Parts } from "./hash.ts";
import { wave } from "./wave.ts";

const verse =
  "the machine that remembers adds the digits of the numbers, the carry and the column, " +
  "the letters and the lines; ";

type Net = Awaited<ReturnType<typeof network>>;

/**
 * Weights, losses, predictions, and the checkpoint with the states of optimizer and generator, after some
 * training.
 */
async function train(
  spec: NetworkSpec,
  data: TrainingData,
  probe: readonly DataItem[],
  options: TrainOptions,
  also?: (net: Net) => Parts | Promise<Parts>,
): Promise<string> {
  const net = await network(spec);
  try {
    const { history } = await net.fit(data, options);
    const { loss } = await net.evaluate(probe);
    const parts: Parts = [
      Float64Array.from(history.flatMap((record) => [record.loss, record.gradientNorm as number])),
      Float64Array.of(loss),
      ...net.predict(probe.map((item) => item.input)),
      ...net.parameters.map(({ data }) => data.slice()),
      net.save(),
    ];
    return await sha256([...parts, ...((await also?.(net)) ?? [])]);
  } finally {
    net.dispose();
  }
}

/** 200 most probable and 200 sampled characters, as symbols, and where the generator stands after. */
function write(net: Net): Parts {
  const random = new Random(net.engine, 7);
  const run = (choose: (p: ArrayLike<number>) => number): Int32Array<ArrayBuffer> => {
    const stream = net.stream();
    let symbol = 1;
    return Int32Array.from({ length: 200 }, () => (symbol = choose(stream.step([symbol]))));
  };
  const greedy = run((p) => Array.from(p).reduce((best, value, i) => (value > p[best] ? i : best), 0));
  return [greedy, run((p) => random.choice(p)), Float64Array.of(random.counter)];
}

/** Binary addition: recurrent nets by momentum, Nesterov, gradient descent, Hessian-free and Adam. */
async function additionCases(precision: Precision, random: Random): Promise<Hashes> {
  const sums = tasks.addition({ digits: 9 });
  const sumProbe = sums.batch(20, random);
  const out: Hashes = {};
  const add = async (
    name: string,
    layers: NetworkSpec["layers"],
    options: TrainOptions,
    more: Partial<NetworkSpec> = {},
  ): Promise<void> => {
    out[`${name}, addition, ${precision}`] = await train(
      { input: 2, layers, loss: "bernoulli", seed: 3, precision, ...more },
      sums,
      sumProbe,
      { batch: 24, steps: 40, ...options },
    );
  };
  await add("rnn logistic by momentum", [rnn(3, { activation: "logistic" }), dense(1)], {
    optimizer: momentum({ rate: 0.2, momentum: 0.9 }),
  });
  await add("rnn tanh by nesterov", [rnn(7), dense(1)], {
    optimizer: nesterov({ rate: 0.1, momentum: 0.95, clip: 1 }),
  });
  await add(
    "rnn relu by sgd, tied",
    [rnn(5, { activation: "relu", init: { recurrent: orthogonal(0.9) } }), dense(1)],
    { optimizer: sgd({ rate: 0.05 }) },
    { constraints: [tie({ name: "rnn1.Wh", indices: [1, 2] }, { name: "rnn1.Wh", indices: [5, 10] })] },
  );
  await add("rnn by hessian-free", [rnn(4), dense(1)], { optimizer: hessianFree(), steps: 6, batch: 30 });
  await add(
    "diagonal cells, lem and slstm by adam",
    [minGru(6), minLstm(5), block(5, lru(6)), lem(4), slstm(4), dense(1)],
    { optimizer: adam({ rate: 0.02 }) },
  );
  await add(
    "rnn kept orthogonal by adam",
    [rnn(6), dense(1)],
    { optimizer: adam({ rate: 0.02 }) },
    { constraints: [keepOrthogonal("rnn1.Wh")] },
  );
  await add("gru by adam", [gru(10), dropout(0.1), dense(1)], { optimizer: adam({ rate: 0.02 }) });
  return out;
}

/** The next letter of a text: gated nets, and what they write. */
async function textCases(precision: Precision): Promise<Hashes> {
  const text = tasks.text(verse.repeat(6), { window: 40 });
  const textProbe = text.pieces(3);
  const V = text.vocabulary.size;
  const out: Hashes = {};
  const read = async (
    name: string,
    layers: NetworkSpec["layers"],
    options: TrainOptions,
    stream = true,
  ): Promise<void> => {
    out[`${name}, text, ${precision}`] = await train(
      { input: { symbols: V }, layers, loss: "softmax", seed: 5, precision },
      text,
      textProbe,
      { batch: 9, steps: 25, ...options },
      stream ? write : undefined,
    );
  };
  await read("lstm, dropout, by adam", [lstm(24), dropout(0.2), lstm(13), dense(V)], {
    optimizer: adam({ rate: 0.01, decay: 1e-4 }),
  });
  await read(
    "lstm with peepholes on embedding by rmsprop",
    [embedding(V, 6), lstm(17, { peepholes: true }), dense(V)],
    { optimizer: rmsprop({ rate: 0.005 }) },
  );
  await read("gru reset before, truncated", [gru(19, { reset: "before" }), dense(V)], {
    optimizer: adam({ rate: 0.01 }),
    truncate: 13,
  });
  await read(
    "bidirectional lstm, sharded",
    [bidirectional(lstm(9)), dense(V)],
    { optimizer: adam({ rate: 0.01 }), shard: 4 },
    false,
  );
  await read("wide lstm, long enough for the optimizing compiler", [lstm(72), dense(V)], {
    optimizer: adam({ rate: 0.01 }),
    batch: 33,
    steps: 30,
  });
  return out;
}

/** The next step of waves. */
async function waveCases(precision: Precision): Promise<Hashes> {
  const waves = nextStep([wave(50, 0.1), wave(37, 0.23), wave(64, 0.31), wave(11, 0.05)], { columns: 2 });
  const out: Hashes = {};
  const follow = async (
    name: string,
    layers: NetworkSpec["layers"],
    options: TrainOptions,
  ): Promise<void> => {
    out[`${name}, waves, ${precision}`] = await train(
      { input: 2, layers, loss: "squared", seed: 8, precision },
      waves,
      waves,
      { batch: 3, steps: 30, ...options },
    );
  };
  await follow("leaky rnn", [rnn(12, { leak: 0.4, init: { recurrent: uniform(0.3) } }), dense(2)], {
    optimizer: momentum({ rate: 0.05, momentum: 0.8 }),
  });
  await follow("lstm of 1997 behind delay taps", [delayTaps(3), lstm(8, { forgetGate: false }), dense(2)], {
    optimizer: adam({ rate: 0.01 }),
  });
  await follow("bidirectional gru", [bidirectional(gru(6)), dense(2)], {
    optimizer: nesterov({ rate: 0.05, momentum: 0.9 }),
  });
  return out;
}

/** Labels without places, decoded by best path and by beam search. */
async function ctcCase(precision: Precision): Promise<Hashes> {
  const labelled: DataItem[] = Array.from({ length: 12 }, (_, i) => ({
    input: Float32Array.from({ length: 2 * (14 + i) }, (_, j) => ((7 * j + 3 * i) % 13) / 6 - 1),
    target: [i % 3, (5 * i) % 3, 2 - (i % 2)],
  }));
  const hash = await train(
    {
      input: 2,
      layers: [subsample({ steps: 2 }), bidirectional(lstm(8)), dropout(0.3), dense(4)],
      loss: "ctc",
      seed: 2,
      precision,
    },
    labelled,
    labelled,
    { batch: 6, steps: 40, optimizer: adam({ rate: 0.02 }) },
    async (net) => {
      const readings = net.predict(labelled.map((item) => item.input));
      const beams = await Promise.all(readings.map((y) => beamSearch(y, { classes: 4, width: 8 })));
      return [JSON.stringify([readings.map((y) => bestPath(y, 4)), beams])];
    },
  );
  return { [`ctc, decoded, ${precision}`]: hash };
}

/** What the generator draws next. */
async function randomNumbers(precision: Precision, random: Random): Promise<Hashes> {
  const draws = Float64Array.from(
    { length: 300 },
    (_, i) => [random.bits(), random.uniform(), random.normal(), random.integer(-5, 1000)][i % 4],
  );
  const hash = await sha256([draws, random.permutation(100), Float64Array.of(random.counter)]);
  return { [`random numbers, ${precision}`]: hash };
}

/** All cases of a precision. */
export async function netCases(precision: Precision): Promise<Hashes> {
  const random = new Random(await engine(precision), 11);
  return {
    ...(await additionCases(precision, random)),
    ...(await textCases(precision)),
    ...(await waveCases(precision)),
    ...(await ctcCase(precision)),
    ...(await randomNumbers(precision, random)),
  };
}
