/** The program as a process: Ctrl-C within a second, kills, resumed trainings with the same bits. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, compileProgram, type Program } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-process-"));
const file = (name: string): string => join(folder, name);
let program: Program;

const content = "the rain came down and the sun came up and the day went on. ".repeat(60);
const textArgs = (out: string, ...more: string[]): string[] => [
  ...["train", "text", "--json", "--file", file("text.txt"), "--cells", "16", "--steps", "120"],
  ...["--batch", "8", "--window", "16", "--out", file(out), ...more],
];

beforeAll(async () => {
  program = compileProgram();
  writeFileSync(file("text.txt"), content);
  writeFileSync(file("long.txt"), content.repeat(800));
  const noise = (t: number): number => Math.sin(t / 3) + Math.sin(t * t);
  writeFileSync(file("long.csv"), `v\n${Array.from({ length: 40_000 }, (_, t) => noise(t)).join("\n")}\n`);
  expect((await program.run(textArgs("writer"))).code).toBe(0);
  expect(
    (await program.run(["train", "addition", "--seed", "6", "--json", "--out", file("adder")])).code,
  ).toBe(0);
}, 120_000);
afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** How a program ended that got Ctrl-C `wait` ms after its start; again with twice the wait where it did
 * not listen yet. */
async function interrupted(args: string[], wait = 2500): Promise<Ended & { ms: number }> {
  const { child, ended } = program.start(args);
  await new Promise((resolve) => setTimeout(resolve, wait));
  const start = performance.now();
  child.kill("SIGINT");
  const end = await ended;
  if (end.signal === "SIGINT" && wait < 30_000) return interrupted(args, 2 * wait);
  return { ...end, ms: performance.now() - start };
}

/** All of them would work for minutes; on an idle machine they stop within a second. */
const FAR_FROM_DONE = 15_000;

test.each([
  ["eval of sums", () => ["eval", file("adder"), "--sums", "100000000"]],
  ["eval of a text", () => ["eval", file("writer"), "--file", file("long.txt")]],
  ["sample", () => ["sample", file("writer"), "--length", "100000000", "--json"]],
  ["forecasts", () => ["train", "series", "--file", file("long.csv"), "--model", "lstm,esn,hmm,lds"]],
])("Ctrl-C stops %s long before it is done", { timeout: 120_000 }, async (_, args) => {
  const { ms, code, err } = await interrupted(args());
  expect(code).toBe(1);
  expect(err).toContain("stopped by Ctrl-C");
  expect(ms).toBeLessThan(FAR_FROM_DONE);
});

test(
  "a text stopped half way and resumed ends with the bits of one that was not",
  { timeout: 60_000 },
  async () => {
    let stopped = 0;
    for (const wait of [700, 900]) {
      rmSync(file("stopped"), { force: true });
      const { child, ended } = program.start(textArgs("stopped"));
      child.stdout!.once("data", () => setTimeout(() => child.kill("SIGINT"), wait - 700));
      if ((await ended).code === 1) ++stopped;
      else continue;
      const resumed = await program.run(textArgs("stopped", "--resume"));
      expect([resumed.code, resumed.err]).toEqual([0, ""]);
      expect(readFileSync(file("stopped")).equals(readFileSync(file("writer")))).toBe(true);
    }
    expect(stopped).toBeGreaterThan(0);
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  },
);

test(
  "an addition stopped half way and resumed ends with the bits of one that was not",
  { timeout: 60_000 },
  async () => {
    const args = ["train", "addition", "--seed", "6", "--json", "--out", file("half")];
    const { child, ended } = program.start(args);
    child.stdout!.once("data", () => child.kill("SIGINT"));
    const { code, err } = await ended;
    expect(code).toBe(1);
    expect(err).toContain("--resume goes on");
    const resumed = await program.run([...args, "--resume"]);
    expect([resumed.code, resumed.err]).toEqual([0, ""]);
    expect(readFileSync(file("half")).equals(readFileSync(file("adder")))).toBe(true);
  },
);

test.each([
  [["--resume"], "--resume needs --out FILE"],
  [["--resume", "--out", "/no/such/model"], "--resume: /no/such/model: cannot be read (ENOENT)"],
])("resuming from nothing is refused before any work: %j", async (more, message) => {
  for (const command of [["text", "--file", file("text.txt")], ["addition"]]) {
    const { code, err } = await program.run(["train", ...command, ...more]);
    expect([code, err.includes(message)]).toEqual([2, true]);
  }
});

test("resuming a model of another task, or with another text, is refused", async () => {
  const other = await program.run(["train", "addition", "--resume", "--out", file("writer")]);
  expect([other.code, other.err.includes('a model of task "text"')]).toEqual([2, true]);
  const args = ["train", "text", "--resume", "--out", file("writer"), "--file", file("long.txt")];
  const another = await program.run(args);
  expect([another.code, another.err.includes("trained on another text")]).toEqual([2, true]);
});
