/** The checkers of kills and soaks pass where all is well, and see what is planted. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { verdict, type Look } from "../soak/verdict.js";

const run = (file: string, ...args: string[]): { code: number | null; out: string } => {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: "utf8" });
  return { code: status, out: stdout + stderr };
};

test("a program that is killed ends with equal bits; a torn file is seen", { timeout: 120_000 }, () => {
  const good = run("run.js", "--kills", "3", "--only", "library");
  expect(good.out).toContain("equal bits, no torn file");
  expect(good.code).toBe(0);
  const torn = run("run.js", "--kills", "2", "--only", "library", "--plant", "torn");
  expect(torn.out).toContain("torn: model");
  expect(torn.code).toBe(1);
});

test("a training that loses workers ends with equal bits; other bits are seen", { timeout: 120_000 }, () => {
  const good = run("workers.js", "--terminations", "4");
  expect(good.out).toContain("0 faults");
  expect(good.code).toBe(0);
  const other = run("workers.js", "--terminations", "1", "--plant", "bits");
  expect(other.out).toContain("other bits");
  expect(other.code).toBe(1);
});

test(
  "a soak that gives all back is flat; one that forgets 16 KiB a round is not",
  { timeout: 120_000 },
  () => {
    const only = ["--only", "arima,refused,stopped"];
    const good = run("../soak/run.js", "--minutes", "0.05", ...only);
    expect(good.out).toContain("memory is flat");
    expect(good.code).toBe(0);
    const leaks = run("../soak/run.js", "--minutes", "0.05", "--plant", "wasm", ...only);
    expect(leaks.out).toMatch(/kernels .* GROWS/);
    expect(leaks.code).toBe(1);
  },
);

test.each(["used", "reserved", "heap", "resident"] as const)(
  "the verdict sees %s grow by a slope, and bears noise",
  (key) => {
    const looks = (slope: number): Look[] =>
      Array.from({ length: 90 }, (_, i) => {
        const look = { second: 10 * i, used: 2 ** 20, reserved: 2 ** 23, heap: 2 ** 25, resident: 2 ** 27 };
        return { ...look, [key]: look[key] + slope * i + (key === "resident" ? (i % 7) * 1e5 : 0) };
      });
    expect(verdict(looks(0), 900).flat).toBe(true);
    expect(verdict(looks(0.02 * 2 ** 25), 900).flat).toBe(false);
    expect(() => verdict(looks(0).slice(0, 4), 900)).toThrow(/too few/);
  },
);

test("resident memory of a minute says nothing: engines still warm up", () => {
  const looks = Array.from({ length: 90 }, (_, second): Look => ({
    second,
    used: 2 ** 20,
    reserved: 2 ** 23,
    heap: 2 ** 25,
    resident: 2 ** 27 + second * 2 ** 20,
  }));
  const { rows, flat } = verdict(looks, 90);
  expect(flat).toBe(true);
  expect(rows.find(({ name }) => name === "resident")?.told).toBe(false);
});
