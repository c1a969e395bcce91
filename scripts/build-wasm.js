// Compiles the kernels for every shipped target and writes each as a module of text to src/wasm/binary/ (see
// src/wasm/unpack.ts), so that one import works in Node, bundlers and pages without a loader or a fetch. What
// was compiled from the same sources is not compiled again.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const core = "assembly/index.ts";
// closed-form inference runs in double precision only
const inference = "assembly/inference/index.ts";
const targets = {
  float32: [core],
  float64: [core, inference],
  float32relaxed: [core],
  float64relaxed: [core, inference],
  float32forward: ["assembly/forward.ts"],
  speech: ["assembly/speech/index.ts"],
  optional32: ["assembly/optional/index.ts"],
  optional64: ["assembly/optional/index.ts"],
};
/** Where the core's constants begin: those of the optional kernels, in the same memory, end before it. */
const CORE_BASE = 1024;
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

/** Throws where the constants of optional kernels reach into the core's. */
function checkEnd(target, bytes) {
  const env = { memory: new WebAssembly.Memory({ initial: 1 }) };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
  if (exports.optionalEnd.value > CORE_BASE)
    throw new Error(`${target}: constants end at ${exports.optionalEnd.value}, want at most ${CORE_BASE}`);
}

/** Bytes as src/wasm/unpack.ts reads them. */
function pack(bytes) {
  const count = new Uint32Array(256);
  for (const byte of bytes) ++count[byte];
  const order = Uint8Array.from(count.keys()).sort((a, b) => count[b] - count[a] || a - b);
  const letter = (number) => {
    const code = number + 35;
    return code === 92 ? "~" : String.fromCharCode(code);
  };
  const words = [];
  order.forEach((byte, number) => {
    words[byte] = ["", "!", " "][Math.floor(number / 91)] + letter(number % 91);
  });
  return {
    size: bytes.length,
    order: Buffer.from(order).toString("hex"),
    text: Array.from(bytes, (byte) => words[byte]).join(""),
  };
}

/** Compiles one target, unless its module was made from these very sources. */
async function compile(target) {
  const module = `src/wasm/binary/${target}.ts`;
  const wasm = `build/wasm/${target}.wasm`;
  if (existsSync(module) && existsSync(wasm) && readFileSync(module, "utf8").includes(sources)) return;
  await run(process.execPath, [asc, ...targets[target], "--target", target]);
  const bytes = readFileSync(wasm);
  if (target.startsWith("optional")) checkEnd(target, bytes);
  writeFileSync(
    module,
    `/** The ${target} kernels, ${bytes.length} bytes, made by ` +
      `scripts/build-wasm.js from sources ${sources}. */\n` +
      `export const packed = ${JSON.stringify(pack(bytes), null, 2)};\n`,
  );
  console.log(`${target}: ${bytes.length} bytes`);
}

mkdirSync("src/wasm/binary", { recursive: true });
const names = Object.keys(targets);
for (let i = 0; i < names.length; i += 2) await Promise.all(names.slice(i, i + 2).map(compile));
