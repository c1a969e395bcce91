/**
 * The arithmetic peak that kernels are measured against: independent multiply-and-add chains in registers, no
 * memory. Built with relaxed SIMD, each step is one fused instruction. The factor is an argument: V8 13.6
 * makes a constant one anew for each multiplication. The source is written here, since it says the same thing
 * once a chain.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CHAINS = 12;
const root = fileURLToPath(new URL("..", import.meta.url));

/** Multiplications and additions of whole vectors in a round of the module's two functions. */
export const PEAKS = { peak: 2 * CHAINS, widePeak: 4 * CHAINS };

/** A line for each chain. */
const chains = (line) => Array.from({ length: CHAINS }, (_, k) => line(k)).join("\n");

const source = `
@inline
function next(a: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, c, c);
  return f32x4.add(c, f32x4.mul(a, c));
}

export function peak(rounds: i32, factor: f32): f32 {
  const a = f32x4.splat(factor);
  ${chains((k) => `let c${k} = f32x4.splat(${k});`)}
  for (let i = 0; i < rounds; ++i) {
    ${chains((k) => `c${k} = next(a, c${k});`)}
  }
  let sum = f32x4.splat(0);
  ${chains((k) => `sum = f32x4.add(sum, c${k});`)}
  return f32x4.extract_lane(sum, 0);
}

// For an engine that joins two vectors into one of 256 bits: chains of pairs, which it finds by their stores.
export function widePeak(rounds: i32, factor: f32): void {
  const a = f32x4.splat(factor);
  ${chains((k) => `let l${k} = v128.load(0, ${32 * k}), h${k} = v128.load(0, ${32 * k + 16});`)}
  for (let i = 0; i < rounds; ++i) {
    ${chains((k) => `l${k} = next(a, l${k}); h${k} = next(a, h${k});`)}
  }
  ${chains((k) => `v128.store(0, l${k}, ${32 * k}); v128.store(0, h${k}, ${32 * k + 16});`)}
}
`;

/** Compiles the module with strict SIMD, or with relaxed where build is "relaxed"; returns its path. */
export function buildPeak(build = "") {
  const text = join(root, "build/wasm/peak.ts");
  const wasm = join(root, `build/wasm/peak${build}.wasm`);
  const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
  mkdirSync(join(root, "build/wasm"), { recursive: true });
  writeFileSync(text, source);
  const options = ["--config", "none", "--runtime", "stub", "-O3", "--initialMemory", "1", "--noAssert"];
  const features = build === "relaxed" ? ["simd", "relaxed-simd"] : ["simd"];
  const enabled = features.flatMap((feature) => ["--enable", feature]);
  execFileSync(process.execPath, [asc, text, ...options, ...enabled, "--outFile", wasm], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return wasm;
}
