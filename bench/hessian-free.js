/**
 * Hessian-free: a CG step, a Gauss-Newton product against a gradient, and time to solution.
 *
 *   npm run build, then
 *   node bench/hessian-free.js            the quick figures and 5-bit memorization
 *   node bench/hessian-free.js --long     also temporal order T=50 and addition T=30 to the end (minutes)
 *   node bench/hessian-free.js --memory   only the kernel memory of a step on 10,000 sequences of 200 steps,
 *                                         in shards (half a minute)
 *
 * Each prints lines of JSON with --json. Times are of the wall; beside them the CPU seconds of the process,
 * which other work on the machine disturbs less. Kept in bench/results/hessian-free.txt.
 */
import { cpuSeconds } from "./clock.js";
import { facts } from "./harness.js";
import { dense, engine, hessianFree, longLag, network, Random, rnn, sparse } from "../dist/index.js";
import { percent } from "./summary.js";

const plainNet = (task, precision, seed = 1) =>
  network({
    input: task.symbols ? { symbols: task.input } : task.input,
    loss: task.loss,
    precision,
    seed,
    layers: [
      rnn(100, { init: { input: sparse({ scale: 0.25 }), recurrent: sparse({ spectralRadius: 1.1 }) } }),
      dense(task.output, { init: { input: sparse() } }),
    ],
  });

/**
 * Seconds, of the wall and of the CPU, of one CG step on `sequences` sequences of the task: the slope between
 * runs of 5 and 45 steps.
 */
async function cgStep(task, precision, sequences) {
  const spend = async (cgIterations) => {
    const net = await plainNet(task, precision);
    const wall = [];
    const busy = [];
    let from = cpuSeconds();
    for await (const { ms } of net.train(task, {
      optimizer: hessianFree({ cgIterations, cgTolerance: 0, weightDecay: 2e-5 }),
      batch: sequences,
      steps: 4,
    })) {
      wall.push(ms / 1000);
      busy.push(cpuSeconds() - from);
      from = cpuSeconds();
    }
    net.dispose();
    return { wall: Math.min(...wall.slice(1)), busy: Math.min(...busy.slice(1)) };
  };
  const long = await spend(45);
  const short = await spend(5);
  return { wall: (long.wall - short.wall) / 40, busy: (long.busy - short.busy) / 40 };
}

/** The same of one gradient of the same batch. */
async function gradient(task, precision, sequences) {
  const net = await plainNet(task, precision);
  const items = task.batch(sequences, new Random(net.engine, 1));
  let wall = Infinity;
  let busy = Infinity;
  for (let i = 0; i < 10; ++i) {
    const from = performance.now();
    const start = cpuSeconds();
    net.gradient(items);
    busy = Math.min(busy, cpuSeconds() - start);
    wall = Math.min(wall, (performance.now() - from) / 1000);
  }
  net.dispose();
  return { wall, busy };
}

/** Trains until fewer than `below` of 10,000 fresh sequences (or of all there are) are wrong. */
async function solve(title, task, precision, seed, { batch, below = 0.01, maxSteps = 60, lambda = 0.1 }) {
  const net = await plainNet(task, precision, seed);
  const random = new Random(await engine("float64"), 99, 5);
  const wrong = (count) => {
    const items = task.all ?? task.batch(count, random);
    const y = net.predict(items.map((item) => item.input));
    return items.filter((item, i) => task.wrong(item, y[i]) > 0).length / items.length;
  };
  let seconds = 0;
  let cg = 0;
  let steps = 0;
  let error = 1;
  let from = cpuSeconds();
  let busy = 0;
  for await (const report of net.train(task, {
    optimizer: hessianFree({ lambda, weightDecay: 2e-5 }),
    batch,
    steps: maxSteps,
  })) {
    busy += cpuSeconds() - from;
    seconds += report.ms / 1000;
    cg += report.cgIterations;
    ++steps;
    error = wrong(1000);
    if (error < below) error = wrong(10_000);
    if (error < below) break;
    from = cpuSeconds();
  }
  net.dispose();
  facts(title, [
    {
      name:
        `${title}, ${precision}, seed ${seed}: ${percent(error)} wrong after ${steps} ` +
        `steps, ${cg} CG; seconds`,
      value: seconds,
      unit: "s",
    },
    { name: "  CPU seconds of it", value: busy, unit: "s" },
  ]);
}

/**
 * Kernel memory of a step on 10,000 sequences of 200 steps, 100 units, float32, with the default curvature
 * batch: 1000.
 */
async function memory() {
  const count = 10_000;
  const task = longLag.addition({ lag: 190 });
  const net = await plainNet(task, "float32");
  const { memory } = net.engine;
  const items = task.batch(count, new Random(net.engine, 1));
  const steps = items.map((item) => item.input.length / task.input);
  const mean = steps.reduce((a, b) => a + b) / count;
  const from = performance.now();
  const {
    history: [report],
  } = await net.fit(items, {
    optimizer: hessianFree({ cgIterations: 2, lineSearchTries: 1, weightDecay: 2e-5 }),
    batch: count,
    shard: 100,
    steps: 1,
  });
  facts("kernel memory", [
    {
      name: `peak, ${count} × ${mean.toFixed(0)} × 100, float32, shards of 100`,
      value: memory.usage.peak / 2 ** 20,
      unit: "MiB",
      want: "≤ 1024",
    },
    {
      name: `  a step of ${report.cgIterations} CG iterations`,
      value: (performance.now() - from) / 1000,
      unit: "s",
    },
  ]);
  net.dispose();
}

async function figures() {
  const sized = longLag.addition({ lag: 30 });
  for (const [precision, want] of [
    ["float32", 0.05],
    ["float64", 0.1],
  ]) {
    const product = await cgStep(sized, precision, 300);
    const whole = await gradient(sized, precision, 300);
    facts("a CG step", [
      { name: `CG step, 300 × 33 × 100, ${precision}`, value: product.wall, unit: "s", want: `≤ ${want}` },
      { name: "  CPU seconds of it", value: product.busy, unit: "s" },
      {
        name: `in gradients of the same batch, ${precision}`,
        value: product.wall / whole.wall,
        want: "≤ 1.5",
      },
      { name: "  in CPU seconds", value: product.busy / whole.busy },
    ]);
  }
  for (const precision of ["float64", "float32"])
    for (const seed of [1, 2, 3])
      await solve("5-bit memorization, length 20", longLag.memory5({ lag: 10 }), precision, seed, {
        batch: 32,
        below: 1e-9,
      });
  if (process.argv.includes("--long")) {
    await solve("temporal order, T = 50", longLag.order2({ lag: 50 }), "float32", 1, { batch: 300 });
    await solve("addition, T = 30, to 2%", longLag.addition({ lag: 30 }), "float32", 1, {
      batch: 300,
      below: 0.02,
    });
  }
}

await (process.argv.includes("--memory") ? memory() : figures());
