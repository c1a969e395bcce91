// Builds dist/, unless it stands as these very sources made it: every command that needs it says
// `npm run build`, and only the first of them pays.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const STAMP = "build/dist.stamp";
const tsc = "node_modules/typescript/bin/tsc";

/** Files below these places, in one order whatever the machine. */
const filesOf = (places) =>
  places
    .flatMap((place) =>
      existsSync(place)
        ? readdirSync(place, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath, entry.name))
        : [],
    )
    .sort();

const single = [
  "asconfig.json",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "site/pages/guides/errors.md",
];

/** One hash of what dist/ is made from, and of dist/ itself. */
function state() {
  const hash = createHash("sha256");
  for (const path of [...single, ...filesOf(["assembly", "src", "scripts", "examples", "dist"])])
    hash.update(`${path}\0`).update(readFileSync(path));
  return hash.digest("hex");
}

const built = existsSync(STAMP) && readFileSync(STAMP, "utf8");
if (built && built === state()) {
  console.log("dist/ is as its sources made it");
} else {
  rmSync(STAMP, { force: true });
  for (const words of [
    ["scripts/build-wasm.js"],
    [tsc, "-p", "tsconfig.build.json"],
    ["scripts/dist.js"],
    ["scripts/llms.js"],
  ]) {
    const { status } = spawnSync(process.execPath, words, { stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  mkdirSync("build", { recursive: true });
  writeFileSync(STAMP, state());
}
