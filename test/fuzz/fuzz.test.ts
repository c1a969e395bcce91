/** The fuzzer itself: it finds a planted fault of every kind, and makes the same inputs again. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const run = (...args: string[]): { code: number | null; out: string } => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL("run.js", import.meta.url)), ...args],
    { encoding: "utf8" },
  );
  return { code: status, out: stdout };
};

test.each(["crash", "hang", "foreign", "unsound", "memory"])(
  "a planted fault is found: %s",
  { timeout: 60_000 },
  (kind) => {
    const { code, out } = run("--only", `planted ${kind}`, "--inputs", "8");
    expect(out).toMatch(new RegExp(`${kind} at input 4 of 8 bytes`));
    expect(out).toContain("8 inputs, seed 1: faults");
    expect(code).toBe(1);
  },
);

test("a reader without faults passes, and the same seed gives the same inputs", { timeout: 60_000 }, () => {
  const refused = (): string[] => {
    const { code, out } = run("--only", "csv", "--inputs", "200", "--seed", "7");
    expect(code).toBe(0);
    return out.split("\n")[1].trim().split(/\s+/).slice(3, 9);
  };
  expect(refused()).toEqual(refused());
});
