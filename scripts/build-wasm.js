// Compiles the kernels for every shipped target and writes each as a base64 module to src/wasm/binary/,
// so that one import works in Node, bundlers and pages without a loader or a fetch.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, statSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const targets = ["float32", "float64", "float32relaxed", "float64relaxed"];
const newest = (path) =>
  statSync(path).isDirectory()
    ? Math.max(...readdirSync(path).map((name) => newest(join(path, name))), 0)
    : statSync(path).mtimeMs;
const sources = Math.max(
  newest("assembly"),
  statSync("asconfig.json").mtimeMs,
  statSync("scripts/build-wasm.js").mtimeMs,
);

mkdirSync("src/wasm/binary", { recursive: true });
for (const target of targets) {
  const module = `src/wasm/binary/${target}.ts`;
  if (existsSync(module) && statSync(module).mtimeMs > sources) continue;
  // closed-form inference runs in double precision only
  const more = target.startsWith("float64") ? ["assembly/inference/index.ts"] : [];
  execFileSync("npx", ["--no-install", "asc", ...more, "--target", target], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  const bytes = readFileSync(`build/wasm/${target}.wasm`);
  writeFileSync(
    module,
    `/** The ${target} kernels, ${bytes.length} bytes, made by scripts/build-wasm.js. */\nexport ` +
      `const base64: string =\n  "${bytes.toString("base64")}";\n`,
  );
  console.log(`${target}: ${bytes.length} bytes`);
}
