// Completes dist/ after tsc: the kernels as files for `unrolled/wasm/*`, and nothing left over from sources that are gone.
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const kernels = new Set();
for (const name of readdirSync("src/wasm/binary")) {
  const target = basename(name, ".ts"), { base64 } = await import(`../dist/wasm/binary/${target}.js`);
  kernels.add(`${target}.wasm`);
  writeFileSync(`dist/wasm/${target}.wasm`, Buffer.from(base64, "base64"));
}
for (const entry of readdirSync("dist", { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || kernels.has(entry.name)) continue;
  const path = join(entry.parentPath, entry.name), folder = dirname(path).slice("dist".length);
  if (!existsSync(join("src", folder, entry.name.replace(/(\.d\.ts|\.js)$/, ".ts")))) rmSync(path);
}
