/**
 * unrolled beside what a user would pick instead: the same weights and data, one thread, one process a
 * measurement, one run.
 *
 *   npm run bench:peers -- [--only tfjs-wasm,pytorch] [--workloads W1a,W2] [--samples 7] [--seconds 10]
 *     [--clock cpu] [--out FOLDER]
 *
 * Prints times and first losses and writes them to bench/results/peers.json and peers.md, or to FOLDER. It
 * measures the built library (dist/), also on the Node 24 of test/engines. Ends with 1 where first losses
 * differ: then the peers did not compute the same, and their times say nothing.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { rate } from "./arrays.js";
import { here, workloads, writeMaterial } from "./material.js";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    workloads: { type: "string" },
    samples: { type: "string", default: "7" },
    seconds: { type: "string", default: "10" },
    clock: { type: "string", default: "wall" },
    out: { type: "string", default: join(here, "../results") },
  },
});
const processor = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
const avx512 = / avx512f /.test(processor);
const node20 = process.execPath;
const node24 = join(here, "../../test/engines/node_modules/node24/bin/node");
const js = (script, backend, node = node20) => ({
  command: [node, join(here, script), ...(backend ? ["--backend", backend] : [])],
});
const python = (env) => ({
  command: ["/usr/bin/python3", join(here, "pytorch.py")],
  env: { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", ...env },
});

const peers = {
  unrolled: js("unrolled.js", "simd"),
  "unrolled, Node 24": js("unrolled.js", "simd", node24),
  "unrolled, revectorized": js("unrolled.js", "revectorize", node24),
  "unrolled, relaxed": js("unrolled.js", "relaxed", node24),
  pytorch: python({}),
  ...(avx512
    ? { "pytorch, avx512": python({ OPENBLAS_CORETYPE: "Cooperlake", ATEN_CPU_CAPABILITY: "avx512" }) }
    : {}),
  "tfjs-wasm": js("tfjs.js", "wasm"),
  "jax-js": js("jax.js"),
  "brain.js": js("brain.js"),
  "recurrent-js": js("recurrent.js"),
  "tfjs-cpu": js("tfjs.js", "cpu"),
  "onnxruntime-web": js("onnx.js"),
};
/**
 * The most that first losses may differ, relative to their size: float32 sums in another order differ by
 * less.
 */
const TOLERANCE = 1e-4;
const trains = (peer, name) => peer !== "onnxruntime-web" || workloads[name].loss === "none";
const chosen = (list, all) => {
  const names = list?.split(/,(?! )/) ?? Object.keys(all);
  for (const name of names)
    if (!(name in all)) throw new Error(`${name} is not one of ${Object.keys(all).join(" · ")}`);
  return names;
};
const peerNames = chosen(values.only, peers);
const names = chosen(values.workloads, workloads);

const folder = mkdtempSync(join(tmpdir(), "unrolled-peers-"));
const results = {};
mkdirSync(values.out, { recursive: true });
try {
  for (const name of names) {
    writeMaterial(folder, name);
    results[name] = {};
    for (const peer of peerNames.filter((peer) => trains(peer, name))) {
      const {
        command: [program, ...args],
        env,
      } = peers[peer];
      const done = spawnSync(
        program,
        [
          ...args,
          "--workload",
          name,
          "--material",
          folder,
          "--samples",
          values.samples,
          "--seconds",
          values.seconds,
          "--clock",
          values.clock,
        ],
        { encoding: "utf8", env: { ...process.env, ...env }, timeout: 600_000, maxBuffer: 1 << 26 },
      );
      const line = done.stdout?.trim().split("\n").at(-1) ?? "";
      let result;
      try {
        result = JSON.parse(line);
      } catch {
        result = {
          failed:
            done.error?.code === "ETIMEDOUT"
              ? "more than 10 minutes"
              : ((done.stderr || String(done.error))
                  .trim()
                  .split("\n")
                  .find((l) => /Error/.test(l)) ?? "no result"),
        };
      }
      result.first = result.first?.map((v) => v ?? NaN); // JSON has no NaN
      results[name][peer] = result;
      const losses = result.first?.map((v) => v.toPrecision(6)).join(" ");
      console.log(`${name}  ${peer}: ${result.failed ?? `${format(result.ms)} ms, losses ${losses}`}`);
    }
    write();
  }
  console.log(`\n${readFileSync(join(values.out, "peers.md"), "utf8")}`);
  const disagreeing = names.flatMap((name) =>
    peerNames
      .filter((peer) => results[name][peer]?.first && !results[name][peer].note)
      .map((peer) => ({ name, peer, said: agreement(results[name], peer) }))
      .filter(({ said }) => !said.startsWith("equal")),
  );
  for (const { name, peer, said } of disagreeing)
    console.log(`${name}, ${peer}: first losses ${said}, want at most ${TOLERANCE.toExponential()}`);
  if (disagreeing.length) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function format(ms) {
  if (ms >= 100) return ms.toFixed(0);
  return ms.toPrecision(ms >= 1 ? 3 : 2);
}

/**
 * Do the first losses agree with those of the first peer that gave any, to TOLERANCE of their size? NaN does
 * not.
 */
function agreement(row, peer) {
  const reference = Object.entries(row).find(([, r]) => r.first && !r.note)?.[1].first;
  const own = row[peer].first;
  if (row[peer].note) return row[peer].note;
  const worst = Math.max(
    ...own
      .slice(0, reference.length)
      .map((v, i) => Math.abs(v - reference[i]) / Math.max(Math.abs(reference[i]), 1e-3)),
  );
  return worst <= TOLERANCE
    ? `equal${own.length < 3 ? ` (${own.length})` : ""}`
    : `differs by ${worst.toExponential(1)}`;
}

/** The tables of what is known so far. */
function markdown() {
  const done = names.filter((name) => results[name]);
  const head = (title) =>
    `| ${title} | ${peerNames.join(" | ")} |\n|---|${peerNames.map(() => "---:").join("|")}|\n`;
  const entry = (name, peer, cell) => {
    const result = results[name][peer];
    if (result === undefined) return "";
    return result.failed ? "failed" : cell(result, peer, name);
  };
  const row = (name, cell) =>
    `| ${name} | ${peerNames.map((peer) => entry(name, peer, cell)).join(" | ")} |\n`;
  const ratio = (own) =>
    done
      .filter((name) => results[name][own]?.ms)
      .map((name) => row(name, (r) => (r.ms / results[name][own].ms).toPrecision(3)))
      .join("");
  const failures = done
    .flatMap((name) =>
      peerNames
        .filter((peer) => results[name][peer]?.failed)
        .map((peer) => `- ${name}, ${peer}: ${results[name][peer].failed}\n`),
    )
    .join("");
  const describe = (name) =>
    Object.entries(workloads[name])
      .map(([key, value]) => `${key} ${value}`)
      .join(", ");
  const table = (title, cell) => head(title) + done.map((name) => row(name, cell)).join("");
  const nodes = [process.versions.node];
  if (existsSync(node24)) nodes.push(spawnSync(node24, ["-v"], { encoding: "utf8" }).stdout.trim().slice(1));
  const clock = values.clock === "cpu" ? ", processor time: the machine was busy with other things" : "";
  const ratios = peerNames
    .filter((own) => own.startsWith("unrolled"))
    .map((own) => `${head(`time ÷ ${own}`)}${ratio(own)}\n`);
  return `# Beside its peers

${cpus()[0].model.trim()}, ${avx512 ? "with" : "without"} AVX-512, one thread, Node ${nodes.join(" and ")}.
One training step with its update (gradient descent at ${rate}; brain.js: its own rule), or one step of a
stream; milliseconds, median of at least 5 samples in one run (fewer where a step takes minutes)${clock}.
Compile time is not in it.

${table("ms a step", (r) => format(r.ms))}
${done.map((name) => `- ${name}: ${describe(name)}\n`).join("")}
${ratios.join("")}${table("first three losses", (_, peer, name) => agreement(results[name], peer))}
${table("first step less a later one, ms", (r) => format(Math.max(0, r.firstMs - r.ms)))}${
    failures && `\n${failures}`
  }`;
}

/** Writes what is known so far. */
function write() {
  writeFileSync(
    join(values.out, "peers.json"),
    JSON.stringify(
      {
        processor: cpus()[0].model.trim(),
        avx512,
        node: process.versions.node,
        clock: values.clock,
        workloads,
        results,
      },
      undefined,
      1,
    ) + "\n",
  );
  writeFileSync(join(values.out, "peers.md"), markdown());
}
