// Compiles the kernels for every shipped target and writes each as a base64 module to src/wasm/binary/, so that
// one import works in Node, bundlers and pages without a loader or a fetch. What was compiled from the same
// sources is not compiled again.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const targets = ["float32", "float64", "float32relaxed", "float64relaxed"];
const asc = "node_modules/assemblyscript/bin/asc.js";

const kernels = readdirSync("assembly", { recursive: true })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join("assembly", name))
  .sort();
const hash = createHash("sha256");
for (const path of [
  ...kernels,
  "asconfig.json",
  "scripts/build-wasm.js",
  "node_modules/assemblyscript/package.json",
])
  hash.update(path).update(readFileSync(path));
const sources = hash.digest("hex");

/** Compiles one target, unless its module was made from these very sources. */
async function compile(target) {
  const module = `src/wasm/binary/${target}.ts`;
  const wasm = `build/wasm/${target}.wasm`;
  if (existsSync(module) && existsSync(wasm) && readFileSync(module, "utf8").includes(sources)) return;
  // closed-form inference runs in double precision only
  const more = target.startsWith("float64") ? ["assembly/inference/index.ts"] : [];
  await run(process.execPath, [asc, ...more, "--target", target]);
  const bytes = readFileSync(wasm);
  writeFileSync(
    module,
    `/** The ${target} kernels, ${bytes.length} bytes, made by scripts/build-wasm.js from sources ${sources}. */\n` +
      `export const base64: string =\n  "${bytes.toString("base64")}";\n`,
  );
  console.log(`${target}: ${bytes.length} bytes`);
}

mkdirSync("src/wasm/binary", { recursive: true });
for (let i = 0; i < targets.length; i += 2) await Promise.all(targets.slice(i, i + 2).map(compile));
