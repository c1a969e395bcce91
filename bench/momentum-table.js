/**
 * Momentum in columns, as table 5 of Sutskever et al. 2013 has them: four tasks by momentum 0, .9, .98 and
 * .995 in Nesterov's and the classical form, by some seeds: at the paper's lags (momentum-columns.js tells
 * how), or with --lag N all at one lag that a small budget can learn.
 *
 *   npm run build && node bench/momentum-table.js --out FILE [--lag 30 --updates 2000] [--seeds 4]
 *     [--tasks addition,multiplication,memory5,memory20]
 *
 * FILE keeps a line a run; what it holds already is not run again, so a table that was stopped goes on, and
 * two that have different tasks may share it. Each run is one of bench/long-lag.js. The table tells wrong
 * sequences of 10,000 for sums and products, wrong symbols a sequence for memory, in the mean of the seeds.
 * Kept in bench/results: momentum-table.txt (the paper's lags), momentum-T30.txt.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { columns, lineOf, readRuns, taskNames, wordsOf } from "./momentum-columns.js";
import { mean } from "./summary.js";
import { needed, text } from "./options.js";

const { values: o } = parseArgs({
  options: {
    out: { type: "string" },
    lag: { type: "string" },
    updates: text("2000"),
    seeds: text("4"),
    tasks: text(taskNames.join(",")),
  },
});
needed("momentum-table", o, "out", "the file that keeps the runs");

/** Found on sums by seed 1: of three rates a column the best, or 2% of errors from it. */
const rateOf = (mu) => (mu === "0" ? "0.05" : "0.02");
const SETTLED = 5 / 6; // of the updates: momentum is .9 from there on
const tasks = o.tasks.split(",");
const seeds = Array.from({ length: Number(o.seeds) }, (_, i) => String(i + 1));
const program = fileURLToPath(new URL("long-lag.js", import.meta.url));

const wordsAtOne = (task, [mu, form], seed) =>
  `momentum ${task} ${o.lag} --mu ${mu} --form ${form} --rate ${rateOf(mu)} ` +
  `--updates ${o.updates} --settle ${Math.round(SETTLED * Number(o.updates))} --seed ${seed}`;
const runOf = o.lag ? wordsAtOne : wordsOf;

/** Last lines of the runs that FILE holds, by their words. */
const kept = readRuns(o.out);

function run(words) {
  const { stdout, status } = spawnSync(
    process.execPath,
    [...process.execArgv, program, ...words.split(" ")],
    { encoding: "utf8" },
  );
  const end = stdout.trim().split("\n").at(-1);
  if (status !== 0 || !/ updates: /.test(end)) throw new Error(`momentum-table: ${words} ended with ${end}`);
  kept.set(words, end);
  appendFileSync(o.out, lineOf(words, end));
  console.log(lineOf(words, end).trim());
}

/** What a run got wrong. */
function wrongOf(task, end) {
  const [, percent, symbols] = /: ([\d.]+)% of 10,000 wrong, ([\d.]+) symbols/.exec(end);
  return task.startsWith("memory") ? Number(symbols) : Number(percent);
}

for (const seed of seeds)
  for (const task of tasks)
    for (const column of columns) {
      const words = runOf(task, column, seed);
      if (!kept.has(words)) run(words);
    }

const cellOf = (task, column) => {
  const ends = seeds.map((seed) => kept.get(runOf(task, column, seed)));
  const wrong = ends.map((end) => wrongOf(task, end));
  const unit = task.startsWith("memory") ? "" : "%";
  return `${mean(wrong).toFixed(2)}${unit}`;
};
console.log(["", ...columns.map(([mu, form]) => (mu === "0" ? mu : `${mu} ${form}`))].join("\t"));
for (const task of tasks) console.log([task, ...columns.map((column) => cellOf(task, column))].join("\t"));
