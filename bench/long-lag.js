// Long runs on the long-lag tasks, one at a time. Every 500 updates (--look) 1,000 fresh sequences are looked
// at, with a line of figures if 8 CPU seconds (--every) have gone since the last. `npm run build`, then
//   node bench/long-lag.js hf order2 50 --batch 300                       Hessian-free, 100 tanh units
//         100,200: lag 100 until it is learned, then 200, by the same net and damping; learned is what
//         has less than --learned (.01) of 1,000 sequences wrong; --start orthogonal: recurrent weights
//         that turn the state and keep its length, in place of sparse ones; turns: each pair of units
//         turned by an angle of its own; --units N; --readout N: tanh units that read the state;
//         --linear: units without tanh, whose recurrent weights stay orthogonal
//   node bench/long-lag.js momentum memory20 80 --rate 0.002 --mu 0.98    initialization + Nesterov;
//         with a list of lags --rate may be one, as for flow; --form classical: Polyak's; --input the
//         scale of input weights; --center 0 leaves centering out;
//         --settle N: momentum .9 again from update N on, as in the paper's last updates;
//         --updates N: so many in all, solved or not, and then what is wrong of 10,000
//   node bench/long-lag.js flow order2 50-200                             50 tanh units, gradient descent,
//         clipped, with errorFlow (--weight 2); lags are drawn, 50 to 200; when it is solved, lags of up to
//         5000 are tried; 20-60,50-200: shorter ones before, until they are learned
//   node bench/long-lag.js lstm1997 addition 500 --variant hs97           8 cells, Adam; --forget 1: a gate
// Other options: --seed N --seconds S (CPU, at most; 600, without end where --updates is) --clip N
// --curvature N --double; --checkpoint FILE: what was stopped goes on from there with the same words, to the
// same bits. What runs gave is kept in bench/results/.
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { writeWhole } from "../dist/cli/output-file.js";
import {
  adam,
  centered,
  constant,
  dense,
  engine,
  hessianFree,
  longLag,
  lstm,
  momentum,
  nesterov,
  network,
  normal,
  orthogonal,
  outputBias,
  piecewise,
  Random,
  rnn,
  sgd,
  sparse,
  taskMeans,
  uniform,
} from "../dist/index.js";
import { cpuSeconds } from "./clock.js";
import { LINEAR, setTurns } from "./turns.js";
import { percent } from "./summary.js";
import { text } from "./options.js";

const {
  values: o,
  positionals: [way, name, lag],
} = parseArgs({
  allowPositionals: true,
  options: {
    seed: text("1"),
    seconds: { type: "string" },
    variant: text("ms11"),
    batch: { type: "string" },
    curvature: { type: "string" },
    rate: { type: "string" },
    mu: text("0.98"),
    form: text("nesterov"),
    clip: text("1"),
    center: text("1"),
    forget: text("0"),
    input: text("0.1"),
    lambda: text("0.1"),
    every: text("8"),
    look: text("500"),
    settle: { type: "string" },
    updates: { type: "string" },
    learned: text("0.01"),
    start: text("sparse"),
    units: text("100"),
    readout: text("0"),
    linear: { type: "boolean", default: false },
    weight: text("2"),
    double: { type: "boolean", default: false },
    checkpoint: { type: "string" },
  },
});
const limit = +(o.seconds ?? (o.updates ? Infinity : 600));
const at = (T) => longLag[name]({ lag: T, variant: o.variant });
const ranges = lag.split(",").map((range) => {
  const [shortest, longest = shortest] = range.split("-").map(Number);
  return [shortest, longest];
});
const isMixed = ranges.length > 1 || ranges.some(([shortest, longest]) => shortest !== longest);
const longestLag = Math.max(...ranges.flat());
/** Of the run that goes on: its net, and below what else a run remembers. */
const kept = o.checkpoint && existsSync(o.checkpoint) ? readFileSync(o.checkpoint) : undefined;
const been = kept ? JSON.parse(readFileSync(`${o.checkpoint}.json`, "utf8")) : {};
/** The lags that are learned now: a place in the list of ranges. */
let course = been.course ?? 0;
const task = isMixed ? mixture() : at(longestLag);
const float64 = await engine("float64");
const seed = +o.seed;

/** The task at lags that are drawn for each sequence from the range which is learned now. */
function mixture() {
  const tasks = new Map();
  const draw = (random) => {
    const T = random.integer(...ranges[course]);
    if (!tasks.has(T)) tasks.set(T, at(T));
    return tasks.get(T).batch(1, random)[0];
  };
  const batch = (count, random) => Array.from({ length: count }, () => draw(random));
  return { ...at(longestLag), all: undefined, batch };
}

/** A net for the task. symbols: whether its inputs come as whole numbers. */
const netOf = (layers, symbols = task.symbols) =>
  kept
    ? network.load(kept)
    : network({
        input: symbols ? { symbols: task.input } : task.input,
        loss: task.loss,
        precision: o.double ? "float64" : "float32",
        seed,
        layers,
      });

/** The rate of the lags that are learned now: of a list one each, the last for those that are left. */
function rateOf(usual) {
  const rates = (o.rate ?? usual).split(",").map(Number);
  return () => rates[course] ?? rates.at(-1);
}

/** First weights of Hessian-free's nets: few and large, as in the paper, or a turn that forgets nothing. */
const starts = {
  sparse: { input: sparse({ scale: 0.25 }), recurrent: sparse({ spectralRadius: 1.1 }) },
  orthogonal: { input: normal(0.1), recurrent: orthogonal() },
  turns: {}, // set once the net is there
};

/** Each way: the net, its task, its optimizer, and how it sees an item. */
const makers = {
  async hf() {
    const net = await netOf([
      rnn(+o.units, { init: starts[o.start], ...(o.linear ? LINEAR : {}) }),
      ...(+o.readout
        ? [dense(+o.readout, { activation: "tanh" }), dense(task.output)]
        : [dense(task.output, { init: { input: sparse() } })]),
    ]);
    if (o.start === "turns" && !kept) setTurns(net, float64, +o.units, seed);
    const batch = +(o.batch ?? 300);
    return {
      net,
      task,
      see: (item) => item.input,
      options: {
        batch,
        curvature: +(o.curvature ?? batch),
        shard: 1000,
        optimizer: hessianFree({ lambda: +o.lambda, weightDecay: 2e-5 }),
      },
    };
  },
  async momentum() {
    const means = taskMeans(task, new Random(float64, seed, 77));
    const same = centered(task, +o.center ? means : { input: new Float64Array(task.input) });
    const net = await netOf(
      [
        rnn(100, { init: { input: normal(+o.input), recurrent: sparse({ spectralRadius: 1.1 }) } }),
        dense(task.output, { init: { input: normal(0.1) } }),
      ],
      false,
    );
    if (+o.center && !kept)
      net.parameters.find((p) => p.name === "dense2.b").set(outputBias(float64, task, means));
    const optimizer = { nesterov, classical: momentum }[o.form]({
      rate: rateOf("0.02"),
      momentum: piecewise([[0, 0.9], [1000, +o.mu], ...(o.settle ? [[+o.settle, 0.9]] : [])]),
      ...(+o.clip ? { clip: +o.clip } : {}),
    });
    return {
      net,
      task: same,
      see: (item) => same.center(item).input,
      options: { batch: +(o.batch ?? 100), optimizer },
    };
  },
  async flow() {
    const net = await netOf([
      rnn(50, { init: { input: normal(0.1), recurrent: sparse({ spectralRadius: 0.95 }) } }),
      dense(task.output, { init: { input: normal(0.1) } }),
    ]);
    const optimizer = sgd({ rate: rateOf("0.01"), clip: +o.clip });
    const options = { batch: +(o.batch ?? 20), optimizer, errorFlow: +o.weight };
    return { net, task, see: (item) => item.input, options };
  },
  async lstm1997() {
    const small = uniform(0.1);
    const forgetGate = o.forget === "1";
    const gates = { i: constant(-2), ...(forgetGate ? { f: constant(Math.log(longestLag)) } : {}) };
    const net = await netOf([
      lstm(8, { forgetGate, initialState: "zero", init: { input: small, recurrent: small, gates } }),
      dense(task.output, { init: { input: small } }),
    ]);
    return {
      net,
      task,
      see: (item) => item.input,
      options: { batch: +(o.batch ?? 10), optimizer: adam({ rate: +(o.rate ?? 0.01), clip: +o.clip }) },
    };
  },
};
const { net, task: trained, see, options } = await makers[way]();
const fresh = new Random(float64, 12345, 7);

/** Wrong sequences (fraction) and wrong symbols a sequence, of the task learned or of another. */
function test(count, of = task) {
  const items = of.all ?? of.batch(count, fresh);
  const y = net.predict(items.map(see));
  const wrong = items.map((item, i) => task.wrong(item, y[i]));
  return {
    error: wrong.filter((w) => w > 0).length / items.length,
    symbols: wrong.reduce((a, b) => a + b, 0) / items.length,
  };
}

/** A net that learned ranges of lags, at those it never saw. */
function tryLonger() {
  if (!isMixed) return;
  for (const T of [500, 1000, 2000, 5000])
    console.log(`lag ${T}: ${percent(test(1000, at(T)).error, 1)} of 1,000 wrong`);
}

/** What the net gets wrong of 10,000 at the lags that were asked, and what it took. */
function conclude(how, steps) {
  course = ranges.length - 1;
  const { error, symbols } = test(10_000);
  console.log(
    `${how}: ${percent(error)} of 10,000 wrong, ${symbols} symbols a ` +
      `sequence, ${steps} steps, ${steps * options.batch} ` +
      `sequences, ${cg ? `${cg} CG, ` : ""}${busy.toFixed(1)} CPU s`,
  );
}

if (been.looks) fresh.counter = been.looks;
let printed = cpuSeconds();
let mean = been.mean ?? NaN;
let cg = been.cg ?? 0;
let busy = been.busy ?? 0;
let saved = busy;

/** Keeps the run, each minute and at its end. */
function keep(last) {
  if (!o.checkpoint || (busy - saved < 60 && !last)) return;
  saved = busy;
  const state = { course, mean, cg, busy, looks: fresh.counter };
  writeWhole(o.checkpoint, net.save());
  writeWhole(`${o.checkpoint}.json`, JSON.stringify(state));
}

/** A line of figures after a step. */
function tell(event, { error, symbols }) {
  printed = cpuSeconds();
  const more =
    way === "hf"
      ? `loss ${event.loss.toFixed(5)} after ${event.after.toFixed(5)} ` +
        `λ ${event.lambda.toPrecision(3)} ρ ${event.rho.toPrecision(3)} CG ${event.cgIterations} ` +
        `chosen ${event.chosen} α ${event.stepLength.toPrecision(2)}`
      : `loss ${mean.toPrecision(4)}`;
  console.log(
    `step ${event.step}  sequences ${event.step * options.batch}  ${more}  ` +
      `wrong ${percent(error, 1)}  symbols ${symbols.toFixed(4)}  CPU ${busy.toFixed(1)} s`,
  );
}

let from = cpuSeconds();
for await (const event of net.train(trained, { ...options, steps: 2 ** 31 - 1 })) {
  busy += cpuSeconds() - from;
  mean = Number.isNaN(mean) ? event.loss : 0.98 * mean + 0.02 * event.loss;
  cg += event.cgIterations ?? 0;
  const isLate = busy > limit;
  if (way === "hf" || event.step % +o.look === 0 || isLate) {
    const wrong = test(1000);
    if (way === "hf" || cpuSeconds() - printed > +o.every || isLate) tell(event, wrong);
    if (wrong.error < +o.learned && course < ranges.length - 1) {
      console.log(`lags of ${ranges[course].join("-")} are learned, ${busy.toFixed(1)} CPU s`);
      ++course;
    } else if (!o.updates && wrong.error < 0.01 && test(10_000).error < 0.01) {
      conclude("solved", event.step);
      tryLonger();
      break;
    }
  }
  if (event.step >= +o.updates) {
    conclude(`${o.updates} updates`, event.step);
    break;
  }
  keep(isLate);
  if (isLate) break;
  from = cpuSeconds();
}
net.dispose();
