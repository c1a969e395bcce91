/** A fresh folder with the packed package installed in it, as a user has it, and the fixtures beside. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
export const modules = join(here, "node_modules");

/** Packs, installs; `folder` holds node_modules/unrolled, `files` lists the tarball. */
export function consumer() {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-package-"));
  const npm = (...args) =>
    execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [{ filename, files }] = JSON.parse(packed.slice(packed.search(/^\[/m)));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm("install", join(folder, filename), "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
  cpSync(join(here, "fixtures"), folder, { recursive: true });
  return {
    folder,
    tarball: join(folder, filename),
    files: files.map((file) => file.path),
    installed: join(folder, "node_modules/unrolled"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a program in a folder and reads the JSON of its last line. */
export function run(command, args, folder, env = {}) {
  const done = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    timeout: 120_000,
    env: { ...process.env, ...env },
  });
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${done.error?.message ?? done.stderr}`);
  return JSON.parse(done.stdout.trim().split("\n").at(-1));
}

export const read = (...path) => readFileSync(join(...path), "utf8");
