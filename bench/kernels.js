/**
 * The kernels alone, one thread, in every tier: strict on the Node that starts this, strict, relaxed and
 * revectorized on Node 24, each in a process of its own. Products, elementary functions and cell steps stand
 * beside the multiply-and-add peak of the same process.
 *
 *   npm run bench:kernels -- [--only PATTERN] [--out FILE]
 *
 * Prints a table and writes it to bench/results/kernels.md, or with --only to nothing but what --out names.
 * Slices of a kernel alternate with slices of the peak, and the best of both is taken.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cases, Workspace } from "./kernel-cases.js";
import { PEAKS, buildPeak } from "./peak.js";

const SLICES = 60;
const SLICE_MS = 2;
const WARM_UP = 8;
const ROUNDS = 20_000;
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const node24 = join(root, "test/engines/node_modules/node24/bin/node");
const precisions = [
  { precision: "float32", real: 4 },
  { precision: "float64", real: 8 },
];
const tiers = [
  { node: process.execPath, name: "strict", build: "" },
  { node: node24, name: "strict", build: "" },
  { node: node24, name: "relaxed", build: "relaxed" },
  { node: node24, name: "revectorized", build: "", flags: ["--experimental-wasm-revectorize"] },
];
const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, out: { type: "string" }, build: { type: "string" } },
});
if (values.build === undefined) all();
else await measure(values.build);

/** Builds the peaks, runs each tier, writes the table. */
function all() {
  for (const build of ["", "relaxed"]) buildPeak(build);
  const results = tiers.map(({ node, name, build, flags = [] }) => {
    const done = spawnSync(
      node,
      [...flags, fileURLToPath(import.meta.url), `--build=${build}`, `--only=${values.only}`],
      { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 26 },
    );
    if (done.status !== 0)
      throw new Error(
        `bench/kernels.js: the ${name} tier ended with ${done.error?.message ?? done.status}, want ` +
          "0; Node 24 comes from npm ci --prefix test/engines",
      );
    const { version, rows } = JSON.parse(done.stdout);
    return { title: `Node ${version}, ${name}`, rows };
  });
  const text = markdown(results);
  const file = values.out ?? (values.only ? undefined : join(here, "results/kernels.md"));
  if (file) writeFileSync(file, text);
  console.log(text);
}

/** In a process of its own: every kernel of one build; prints JSON, and a line a kernel to stderr. */
async function measure(build) {
  const load = async (file) =>
    (await WebAssembly.instantiate(readFileSync(join(root, `build/wasm/${file}${build}.wasm`)))).instance
      .exports;
  const peaks = await load("peak");
  const pattern = new RegExp(values.only);
  const rows = [];
  const slice = slices(() => peaks.peak(ROUNDS, 1e-12));
  const wideSlice = slices(() => peaks.widePeak(ROUNDS, 1e-12));
  for (let i = 0; i < 200; ++i) {
    slice();
    wideSlice();
  }
  for (const { precision, real } of precisions) {
    const kernels = await load(precision);
    const lanes = 16 / real;
    for (const { name, make, flop, values: count, each } of cases.filter((c) => pattern.test(c.name))) {
      const run = slices(make(new Workspace(kernels, real)));
      let best = Infinity;
      let top = 0;
      for (let i = 0; i < SLICES; ++i) {
        top = Math.max(
          top,
          (PEAKS.peak * ROUNDS * lanes) / slice() / 1e6,
          (PEAKS.widePeak * ROUNDS * lanes) / wideSlice() / 1e6,
        );
        best = Math.min(best, run());
      }
      const work = flop ?? (each && count * each[real / 4 - 1]);
      const rate = work / best / 1e6;
      const row = {
        precision,
        name,
        each: each?.[real / 4 - 1],
        top,
        rate: flop && rate,
        ns: count && (best * 1e6) / count,
        fraction: work && rate / top,
      };
      rows.push(row);
      console.error(
        `${process.versions.node} ${build} ${precision} ${name.padEnd(26)} ` +
          `${(best * 1e3).toFixed(2).padStart(9)} µs  ${cell(row)}`,
      );
    }
  }
  console.log(JSON.stringify({ version: process.versions.node, rows }));
}

/** Milliseconds of one run, in slices of about SLICE_MS. */
function slices(run) {
  for (let i = 0; i < WARM_UP; ++i) run();
  const from = performance.now();
  run();
  const repeats = Math.max(1, Math.round(SLICE_MS / Math.max(performance.now() - from, 1e-4)));
  return () => {
    const start = performance.now();
    for (let i = 0; i < repeats; ++i) run();
    return (performance.now() - start) / repeats;
  };
}

function cell({ rate, ns, fraction }) {
  const speed = rate ? `${rate.toFixed(1)} GFLOP/s` : `${ns.toFixed(2)} ns`;
  return fraction ? `${speed}, ${fraction.toFixed(2)}` : speed;
}

function markdown(results) {
  const table = ({ precision }) => {
    const of = (rows) => rows.filter((row) => row.precision === precision);
    const line = (first, cells) => `| ${[first, ...cells].join(" | ")} |\n`;
    return (
      `## ${precision}\n\n` +
      line("kernel", ["operations a value", ...results.map(({ title }) => title)]) +
      `|---|---:|${results.map(() => "---:").join("|")}|\n` +
      line("peak", [
        "",
        ...results.map(({ rows }) => `${Math.max(...of(rows).map((row) => row.top)).toFixed(1)} GFLOP/s`),
      ]) +
      of(results[0].rows)
        .map(({ name, each }, i) => line(name, [each ?? "", ...results.map(({ rows }) => cell(of(rows)[i]))]))
        .join("")
    );
  };
  return `# The kernels alone

${cpus()[0].model.trim()}, one thread; \`npm run bench:kernels\`. GFLOP/s of products or ns a
value of the others, then the fraction of the peak: multiplications and additions in registers, measured in
the same process beside each kernel, fused in the relaxed build, in pairs of vectors where V8 joins them (the
better of two loops). Operations a value are additions, multiplications and divisions of reals; a division,
which takes several times as long, counts as one.

${precisions.map(table).join("\n")}`;
}
