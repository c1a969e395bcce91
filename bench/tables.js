/**
 * The hard tables, row by row: what each row's command is, and how the run that is kept in bench/results
 * ended, in the words of its last line. `npm run build`, then
 *
 *   node bench/tables.js [--only a,h]                what is kept, and what is not
 *   node bench/tables.js --run --only d [--seconds S] runs the rows of which nothing is kept, one after
 *                                                    another, S CPU seconds each at most (600; a table's
 *                                                    run of so many updates has no limit), and keeps their
 *                                                    logs
 *
 * What it prints is kept in bench/results/tables.txt. (c) may go over machines: unrolled compare --cluster
 * with the same options.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { columns, lineOf, readRuns, taskNames, wordsOf } from "./momentum-columns.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    run: { type: "boolean" },
    seconds: { type: "string", default: "600" },
  },
});

/** A row: the words of its command, and the file that keeps its log, named by the words if not told. */
const row = (words, file = `${words.replace(/^\S*\/|\.js| --/g, "").replace(/[ .]+/g, "-")}.txt`) => ({
  words,
  file: join("bench/results", file),
});
const long = (words, file) => row(`bench/long-lag.js ${words}`, file);
const seeds = (count) => Array.from({ length: count }, (_, i) => i + 1);
const others = ["multiplication", "xor", "order3", "memory5", "permutation"];
/** What was tried on ten symbols of five values: lags, and what else was asked. */
const tried = {
  growing: ["20,25,30,36,43,50,60,70,85,100", ""],
  ranges: ["20,20-22,20-25,22-28,25-32,28-38,32-45,40-55,50-70,60-85,75-100,100", " --learned 0.05"],
  orthogonal: ["100", " --start orthogonal"],
  short: ["10-20,10-40,20-80,40-100,100", " --start orthogonal --learned 0.05"],
};
/** Lags to 100 that grow as they are learned. */
const growing = (task) =>
  ({ xor: "30,60,100", multiplication: "30,60,100", order3: "50,100" })[task] ?? "25,50,100";
const momentum = "bench/results/momentum-table.txt";

/** What is asked, and its rows. */
const tables = {
  a: {
    asked: "Hessian-free: order and addition at T = 200, the other six tasks at T = 100, solved",
    rows: [
      long("hf order2 200 --batch 2000 --curvature 500", "hessian-free-order2-T200.txt"),
      long("hf addition 200 --batch 2000 --curvature 500", "hessian-free-addition-T200.txt"),
      long("hf order2 50,100,150,200 --batch 2000 --curvature 500", "hessian-free-order2-T200-growing.txt"),
      long(
        "hf addition 30,60,100,150,200 --batch 2000 --curvature 500",
        "hessian-free-addition-T200-growing.txt",
      ),
      ...others.map((task) =>
        long(`hf ${task} ${growing(task)} --batch 2000 --curvature 500`, `hessian-free-${task}-T100.txt`),
      ),
      ...Object.entries(tried).map(([how, [lags, more]]) =>
        long(
          `hf memory20 ${lags} --batch 2000 --curvature 500${more}`,
          `hessian-free-memory20-T100-${how}.txt`,
        ),
      ),
      long(
        "hf memory20 100 --units 128 --readout 128 --start turns --linear --batch 1000 --curvature 300",
        "hessian-free-memory20-T100-linear.txt",
      ),
    ],
  },
  b: {
    asked:
      "momentum: four tasks, 0, .9, .98, .995, in both forms, four seeds (Sutskever et al. 2013, table 5)",
    rows: taskNames.flatMap((task) =>
      columns.flatMap((column) =>
        seeds(4).map((seed) => {
          const run = wordsOf(task, column, seed);
          return { words: `bench/long-lag.js ${run}`, file: momentum, run };
        }),
      ),
    ),
  },
  c: {
    asked: "all eight tasks by four ways from three seeds, with one budget",
    rows: [row("dist/cli/main.js compare --lag 30 --seeds 3 --budget 30 --out build/compare", "compare.txt")],
  },
  d: {
    asked: "LSTM of 1997: addition T = 1000, multiplication, order of three symbols, ten seeds",
    rows: ["addition 1000", "multiplication 100", "order3 100"].flatMap((task) =>
      seeds(10).map((seed) => {
        const words = `${task} --variant hs97 --seed ${seed}`;
        return long(`lstm1997 ${words}`, `lstm1997/${task.replace(" ", "-")}-seed${seed}.txt`);
      }),
    ),
  },
  e: {
    asked: "order at T = 50..200 by one tanh net with Pascanu's regularizer, tried at up to 5000",
    rows: [
      long("flow order2 50-200"),
      ...seeds(3).map((seed) =>
        long(
          `flow order2 20-60,40-120,50-200,100-400 --rate 0.01,0.01,0.003,0.002 --seed ${seed}`,
          `long-lag-flow-order2-seed${seed}.txt`,
        ),
      ),
    ],
  },
  f: {
    asked: "adding at T = 10,000 and copying at T = 1000 by the cells of today",
    rows: [
      row(
        "bench/diagonal.js --lag 10000 --cell minGru --rate 0.01 --batch 16 --steps 1200",
        "adding-10000.txt",
      ),
      row(
        "bench/diagonal.js --task memory20 --lag 1000 --cell orthogonal --units 128 " +
          "--rate 0.0005 --steps 3000",
        "copying-1000-orthogonal.txt",
      ),
      row(
        "bench/diagonal.js --task memory20 --lag 1000 --cell lru --units 64 --steps 3000 --every 100",
        "copying-1000.txt",
      ),
    ],
  },
  g: {
    asked: "sequential and permuted MNIST by LSTM, LEM, LRU",
    rows: [
      row("bench/mnist.js", "mnist-lru.txt"),
      row("bench/mnist.js --permuted", "mnist-permuted-lru.txt"),
      ...["lstm", "lem"].flatMap((cell) => [
        row(`bench/mnist.js --cell ${cell} --units 64`, `mnist-${cell}.txt`),
        row(`bench/mnist.js --cell ${cell} --units 64 --permuted`, `mnist-permuted-${cell}.txt`),
      ]),
    ],
  },
  h: { asked: "Mackey-Glass 17, 1000 units: 10^-4.2 at 84 steps", rows: [row("bench/esn.js", "esn.txt")] },
};

/** The words by which a kept log ends, with what its head says of a run that was stopped. */
function outcome({ file, run }) {
  if (run) return readRuns(join(root, file)).get(run);
  const lines = readFileSync(join(root, file), "utf8").split("\n").filter(Boolean);
  const measured = lines.filter((one) => /NRMSE at 84|^wrong of the test set/.test(one));
  const verdicts = lines.filter((one) => /NOT solved|^solved:|^[Ss]topped/.test(one));
  const told = measured.length ? measured : new Set([...verdicts, lines.at(-1)]);
  return [...told].map((one) => one.trim()).join(`\n${" ".repeat(12)}`);
}

/** Whether a run's log is there, or its line where a table has one a run. */
const isKept = ({ file, run }) => (run ? readRuns(join(root, file)).has(run) : existsSync(join(root, file)));

/** Runs a row and keeps its log, or its last line where that is all that is kept; nothing where it fails. */
function make({ words, file, run }) {
  const limit = !run && words.startsWith("bench/long-lag.js") ? ["--seconds", values.seconds] : [];
  const all = [...words.split(" "), ...limit];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: root, encoding: "utf8" });
  const date = new Date().toISOString().slice(0, 10);
  if (status === 0 && run) appendFileSync(join(root, file), lineOf(run, stdout.trim().split("\n").at(-1)));
  else if (status === 0) writeFileSync(join(root, file), `node ${all.join(" ")}      ${date}\n\n${stdout}`);
  else console.log(`      failed: ${stderr.trim().split("\n").at(-1)}`);
}

const only = values.only?.split(",") ?? Object.keys(tables);
for (const name of only) {
  if (!Object.hasOwn(tables, name)) throw new Error(`--only names ${name}, want some of a to h`);
  const { asked, rows } = tables[name];
  if (values.run) for (const one of rows.filter((each) => !isKept(each))) make(one);
  const kept = rows.filter(isKept);
  console.log(`(${name}) ${asked}: ${kept.length} of ${rows.length} runs are kept`);
  for (const one of kept)
    console.log(`      node ${one.words}\n         ${one.file}\n            ${outcome(one)}`);
  const [next] = rows.filter((one) => !kept.includes(one));
  if (next) console.log(`      not run, as: node ${next.words}`);
}
