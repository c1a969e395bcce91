/**
 * The identity script: trains a small net of every cell in both precisions, decodes and samples from it, fits
 * the models with closed-form inference, and reports the SHA-256 of all resulting bits. Every engine has to
 * give the same. Reaches the package's public names only.
 */
import {
  Random,
  adam,
  autoregressive,
  beamSearch,
  bestPath,
  bidirectional,
  delayTaps,
  dense,
  dropout,
  embedding,
  engine,
  esn,
  gru,
  hessianFree,
  hmm,
  init,
  lds,
  lstm,
  momentum,
  nesterov,
  network,
  nextStep,
  orthogonal,
  rmsprop,
  rnn,
  sgd,
  subsample,
  tasks,
  tie,
  uniform,
  type DataItem,
  type InitOptions,
  type NetworkSpec,
  type Precision,
  type TrainingData,
  type TrainOptions,
} from "../../src/index.ts";

/** Name of a case → hexadecimal SHA-256 of its bits. */
export type Hashes = Record<string, string>;

const verse =
  "the machine that remembers adds the digits of the numbers, the carry and the column, the letters and the lines; ".repeat(
    6,
  );
const precisions: readonly Precision[] = ["float32", "float64"];

type Net = Awaited<ReturnType<typeof network>>;
/** What a hash is taken of. */
type Parts = (ArrayBufferView<ArrayBuffer> | string)[];

/** SHA-256 of some bits one after another, hexadecimal. */
export async function sha256(parts: Parts): Promise<string> {
  const bytes = parts.map((part) =>
    typeof part === "string"
      ? new TextEncoder().encode(part)
      : new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  );
  const all = new Uint8Array(bytes.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of bytes) {
    all.set(part, at);
    at += part.length;
  }
  return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", all)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

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

/** A wave to follow, without a function whose bits differ between engines: x ← x + h·y, y ← y - h·x. */
function wave(length: number, step: number): Float64Array {
  const out = new Float64Array(2 * length);
  for (let t = 0, x = 0, y = 1; t < length; ++t) {
    x += step * y;
    y -= step * x;
    out[2 * t] = x;
    out[2 * t + 1] = y;
  }
  return out;
}

/** All cases of a precision. */
async function cases(precision: Precision): Promise<Hashes> {
  const sums = tasks.addition({ digits: 9 });
  const text = tasks.text(verse, { window: 40 });
  const random = new Random(await engine(precision), 11);
  const sumProbe = sums.batch(20, random);
  const textProbe = text.pieces(3);
  const V = text.vocabulary.size;
  const waves = nextStep([wave(50, 0.1), wave(37, 0.23), wave(64, 0.31), wave(11, 0.05)], { columns: 2 });
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
  await add("gru by adam", [gru(10), dropout(0.1), dense(1)], { optimizer: adam({ rate: 0.02 }) });
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
  await follow("leaky rnn", [rnn(12, { leak: 0.4, init: { recurrent: uniform(0.3) } }), dense(2)], {
    optimizer: momentum({ rate: 0.05, momentum: 0.8 }),
  });
  await follow("lstm of 1997 behind delay taps", [delayTaps(3), lstm(8, { forgetGate: false }), dense(2)], {
    optimizer: adam({ rate: 0.01 }),
  });
  await follow("bidirectional gru", [bidirectional(gru(6)), dense(2)], {
    optimizer: nesterov({ rate: 0.05, momentum: 0.9 }),
  });
  const labelled: DataItem[] = Array.from({ length: 12 }, (_, i) => ({
    input: Float32Array.from({ length: 2 * (14 + i) }, (_, j) => ((7 * j + 3 * i) % 13) / 6 - 1),
    target: [i % 3, (5 * i) % 3, 2 - (i % 2)],
  }));
  out[`ctc, decoded, ${precision}`] = await train(
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
  const draws = Float64Array.from(
    { length: 300 },
    (_, i) => [random.bits(), random.uniform(), random.normal(), random.integer(-5, 1000)][i % 4],
  );
  out[`random numbers, ${precision}`] = await sha256([
    draws,
    random.permutation(100),
    Float64Array.of(random.counter),
  ]);
  return out;
}

/** All numbers of a value, arrays in it as they are, in the order of its keys. */
function bits(value: unknown): Parts {
  if (ArrayBuffer.isView(value)) return [value as ArrayBufferView<ArrayBuffer>];
  if (typeof value === "number") return [Float64Array.of(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(bits) : [String(value)];
}

/**
 * The models with closed-form inference, in float64: fits, parameters, log-likelihoods, estimates, samples,
 * files.
 */
async function closedForm(): Promise<Hashes> {
  const out: Hashes = {};
  const series = [wave(60, 0.21), wave(35, 0.4)];
  const holes = series.map((x) => x.map((value, i) => (i % 17 === 4 ? NaN : value)));
  const symbols = [70, 41].map((length, k) =>
    Int32Array.from({ length }, (_, t) => (t * t + k * t + (t >> 3)) % 5),
  );
  for (const [emission, more, data] of [
    ["categorical", { symbols: 5 }, symbols],
    ["gaussian", { output: 2 }, holes],
    ["diagonal", { output: 2 }, series],
    ["poisson", {}, symbols],
  ] as const) {
    const model = await hmm({ states: 3, emission, seed: 4, ...more });
    const report = await model.fit(data, { iterations: 15, restarts: 2 });
    out[`hmm, ${emission}, float64`] = await sha256(
      bits([
        report,
        model.parameters,
        model.logLikelihood(data),
        model.viterbi(data[1]),
        model.predict(data[0]),
        model.forecast(4, { history: data[1] }),
        model.sample(50),
        model.save(),
      ]),
    );
    model.dispose();
  }
  for (const [name, fit] of [
    ["EM", { iterations: 15 }],
    ["gradient", { iterations: 15, optimizer: adam({ rate: 0.01 }) }],
  ] as const) {
    const model = await lds({ state: 3, output: 2, seed: 6 });
    const report = await model.fit(holes, fit);
    out[`lds by ${name}, float64`] = await sha256(
      bits([
        report,
        model.parameters,
        model.logLikelihood(holes),
        model.gradient(holes),
        model.smooth(holes[1]),
        model.forecast(4, { history: holes[0] }),
        model.sample(50),
        model.save(),
      ]),
    );
    model.dispose();
  }
  const taps = await autoregressive({ maxOrder: 4, output: 2 });
  const report = await taps.fit(holes);
  out["autoregression, float64"] = await sha256(
    bits([
      report,
      taps.parameters,
      taps.logLikelihood(holes),
      taps.forecast(4, { history: series[1] }),
      taps.sample(50),
      taps.save(),
    ]),
  );
  taps.dispose();
  const items = nextStep(series, { columns: 2 });
  const inputs = items.map(({ input }) => input);
  for (const reservoir of ["sparse", "orthogonal"] as const) {
    const net = await esn({
      input: 2,
      output: 2,
      units: 60,
      reservoir,
      leak: 0.7,
      biasScale: 0.2,
      noise: 1e-3,
      washout: 5,
      seed: 7,
    });
    const { rows } = await net.fit(items);
    out[`echo state network, ${reservoir}, float64`] = await sha256(bits([rows, net.predict(inputs)]));
    net.dispose();
  }
  return out;
}

/** Losses of one training: what a build whose bits may differ is held to. */
export async function losses(options: InitOptions, precision: Precision): Promise<number[]> {
  await init({ ...options, precision });
  const net = await network({
    input: 2,
    layers: [lstm(12), gru(7), dense(1)],
    loss: "bernoulli",
    seed: 3,
    precision,
  });
  const { history } = await net.fit(tasks.addition({ digits: 9 }), {
    batch: 24,
    steps: 40,
    optimizer: adam({ rate: 0.02 }),
  });
  net.dispose();
  return history.map((event) => event.loss);
}

/** The hashes of all cases, after `init(options)`. */
export async function identity(options: InitOptions = {}): Promise<Hashes> {
  await init({ ...options, precision: [...precisions] });
  const out: Hashes = {};
  for (const precision of precisions) Object.assign(out, await cases(precision));
  return Object.assign(out, await closedForm());
}
