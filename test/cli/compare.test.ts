import { mkdtempSync, readFileSync, rmSync, existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, expect, test } from "vitest";
import { svg } from "../../src/figures/svg.ts";
import { main } from "../../src/cli/main.ts";
import { type RunResult, runWay } from "../../src/cli/compare/run.ts";
import { longLag } from "../../src/tasks/long-lag/long-lag.ts";
import { comparisonFigures, comparisonTable } from "../../src/cli/compare/comparison-table.ts";
import { solveByLeastRidge } from "../../src/cli/compare/least-ridge.ts";
import { NumericError } from "../../src/wasm/errors.ts";

/** Runs a command line; its exit code and what it wrote. */
async function command(
  args: string[],
  signal = new AbortController().signal,
): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await main(
    args,
    {
      write: (text: string) => {
        out += text;
      },
    },
    {
      write: (text: string) => {
        err += text;
      },
    },
    signal,
  );
  return { code, out, err };
}
const result = (out: string): RunResult[] =>
  (JSON.parse(out.trim().split("\n").pop()!) as { runs: RunResult[] }).runs;

test(
  "Hessian-free and an echo state network solve 5-bit memorization at T = 10; the last JSON line " +
    "tells it",
  async () => {
    const { code, out } = await command([
      "compare",
      "--tasks",
      "memory5",
      "--ways",
      "hf,esn",
      "--lag",
      "10",
      "--seeds",
      "1",
      "--budget",
      "60",
      "--json",
    ]);
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(lines[lines.length - 1].event).toBe("result");
    expect(
      result(out).map(({ task, way, lag, seed, solved, error }) => ({ task, way, lag, seed, solved, error })),
    ).toEqual([
      { task: "memory5", way: "hf", lag: 10, seed: 1, solved: true, error: 0 },
      { task: "memory5", way: "esn", lag: 10, seed: 1, solved: true, error: 0 },
    ]);
    expect(result(out).every((run) => run.sequences > 0 && run.seconds > 0)).toBe(true);
  },
  120_000,
);

test("finished runs are kept and not run again; figures are written; a second seed is new", async () => {
  const dir = mkdtempSync(join(tmpdir(), "compare-"));
  try {
    const args = [
      "compare",
      "--tasks",
      "memory5",
      "--ways",
      "esn",
      "--lag",
      "10",
      "--seeds",
      "1",
      "--out",
      dir,
      "--json",
    ];
    await command(args);
    const before = readFileSync(join(dir, "runs.jsonl"), "utf8");
    expect(before.trim().split("\n")).toHaveLength(1);
    expect(readFileSync(join(dir, "compare-memory5.svg"), "utf8")).toMatch(/^<svg/);
    const again = await command(args);
    expect(readFileSync(join(dir, "runs.jsonl"), "utf8")).toBe(before);
    expect(result(again.out)).toHaveLength(1);
    await command([...args, "--seed", "2"]);
    expect(readFileSync(join(dir, "runs.jsonl"), "utf8").trim().split("\n")).toHaveLength(2);
  } finally {
    rmSync(dir, { recursive: true });
  }
}, 120_000);

test("a run that is stopped is saved, and goes on with the sequences it has seen", async () => {
  const dir = mkdtempSync(join(tmpdir(), "compare-"));
  const args = [
    "compare",
    "--tasks",
    "order2",
    "--ways",
    "lstm",
    "--lag",
    "10",
    "--seeds",
    "1",
    "--budget",
    "0.6",
    "--out",
    dir,
  ];
  try {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 150);
    const { code, err } = await command(args, controller.signal);
    if (code === 0) return; // a machine so slow that the budget was over before the signal
    expect(code).toBe(1);
    expect(err).toMatch(/stopped in run 1\/1 order2 T=10 lstm seed 1; the same command goes on there/);
    const seen = (
      JSON.parse(readFileSync(join(dir, "order2-lstm-10-1.json"), "utf8")) as { sequences: number }
    ).sequences;
    const [run] = result((await command([...args, "--json"])).out);
    expect(run.sequences).toBeGreaterThanOrEqual(seen);
    expect(existsSync(join(dir, "order2-lstm-10-1.json"))).toBe(false);
    expect(readdirSync(dir).filter((name) => name.endsWith(".safetensors"))).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}, 120_000);

test(
  "a Hessian-free step does not outlive Ctrl-C or the budget: both stop it between CG iterations, " +
    "before it counts",
  async () => {
    const key = { task: "order2", way: "hf", lag: 100, seed: 1 } as const;
    const clock = (): number => performance.now();
    const controller = new AbortController();
    const short = { clock, test: 100 };
    setTimeout(() => controller.abort(), 1);
    const stopped = await runWay(key, { ...short, budget: 1000, signal: controller.signal });
    expect(stopped).toMatchObject({ interrupted: { sequences: 0 } });
    const over = await runWay(key, { ...short, budget: 0.01, signal: new AbortController().signal });
    expect(over).toMatchObject({ solved: false, sequences: 0 });
  },
  60_000,
);

test("a readout is solved by the least ridge that its sums bear", () => {
  const tried: number[] = [];
  const bears = (least: number) => ({
    solve(ridge = 0) {
      tried.push(ridge);
      if (ridge < least) throw new NumericError("not positive");
    },
  });
  solveByLeastRidge(bears(0), 1e-8);
  solveByLeastRidge(bears(5e-7), 1e-8);
  expect(tried.map((ridge) => Math.round(Math.log10(ridge)))).toEqual([-8, -8, -7, -6]);
  expect(() => solveByLeastRidge(bears(2), 1e-8)).toThrow(NumericError);
  const broken = { solve: () => assert.fail("another fault") };
  expect(() => solveByLeastRidge(broken, 1e-8)).toThrow("another fault");
});

test("a budget ends by its clock: a step goes on though a wall's would have stopped it", async () => {
  const key = { task: "memory5", way: "hf", lag: 10, seed: 1 } as const;
  const { signal } = new AbortController();
  const slow = (): number => performance.now() / 100;
  const over = await runWay(key, { clock: slow, test: 100, budget: 0.03, signal });
  expect("sequences" in over && over.sequences).toBeGreaterThan(0);
}, 60_000);

test("a budget of sequences ends a run at the same place, whatever the clock says", async () => {
  const key = { task: "memory5", way: "lstm", lag: 10, seed: 1 } as const;
  const { signal } = new AbortController();
  const run = (hours: number) => {
    let now = 0;
    return runWay(key, { sequences: 1000, test: 100, signal, clock: () => (now += 3_600_000 * hours) });
  };
  const [still, fast] = [await run(0), await run(5)];
  expect(still).toMatchObject({ sequences: 1000, seconds: 0 });
  expect({ ...fast, seconds: 0 }).toEqual(still);
});

test("initialization and momentum learn 5-bit memorization at T = 10 beyond chance in seconds", async () => {
  const { code, out } = await command([
    "compare",
    "--tasks",
    "memory5",
    "--ways",
    "momentum",
    "--lag",
    "10",
    "--seeds",
    "1",
    "--budget",
    "5",
    "--json",
  ]);
  expect(code).toBe(0);
  const [run] = result(out);
  expect(run.sequences).toBeGreaterThan(1000);
  expect(run.wrong).toBeLessThan(longLag.memory5({ lag: 10 }).chance);
}, 60_000);

test("wrong lists are refused by name, with exit code 2", async () => {
  for (const [args, text] of [
    [["--tasks", "adition"], /--tasks names "adition", want some of addition,/],
    [["--ways", "sgd"], /--ways names "sgd"/],
    [["--lag", "3"], /--lag names "3"/],
  ] as const) {
    const { code, err } = await command(["compare", ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(text);
  }
});

test("the table has a row for each task and lag, and means over seeds", () => {
  const run = (seed: number, error: number): RunResult => ({
    task: "xor",
    way: "lstm",
    lag: 50,
    seed,
    solved: error < 0.01,
    error,
    wrong: error,
    sequences: 1000 * seed,
    seconds: 2 * seed,
  });
  const lines = comparisonTable([run(1, 0), run(2, 0.3), { ...run(1, 0.5), way: "hf", lag: 30 }]).split("\n");
  expect(lines).toHaveLength(4);
  expect(lines[2]).toMatch(/^xor +30 .* 0\/1 +50% +1000 +2\.0$/);
  expect(lines[3]).toMatch(/^xor +50 +1\/2 +15% +1500 +3\.0$/);
});

test(
  "a figure of one lag has a bar for each way under its name, one of several lags a line for each " + "way",
  () => {
    const run = (way: string, lag: number, error: number): RunResult => ({
      task: "xor",
      way,
      lag,
      seed: 1,
      solved: false,
      error,
      wrong: error,
      sequences: 1,
      seconds: 1,
    });
    const drawn = (runs: RunResult[]): string => svg(comparisonFigures(runs)[0].figure);
    const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
    const bars = drawn([run("lstm", 30, 0.5), run("hf", 30, 0.25)]);
    const empty = drawn([run("lstm", 30, 0), run("hf", 30, 0)]);
    expect(bars).toContain("xor, T = 30");
    for (const name of ["lstm", "hf"]) expect(count(bars, new RegExp(`>${name}</text>`, "g"))).toBe(1);
    const heights = (text: string): number[] =>
      [...text.matchAll(/<rect [^>]*height="([\d.]+)"/g)].map(([, height]) => Number(height));
    const [lstm, hf] = heights(bars).filter((h, i) => h !== heights(empty)[i]);
    expect(lstm / hf).toBeCloseTo(2, 1);
    const lines = drawn([run("lstm", 30, 0.5), run("lstm", 50, 0.6), run("hf", 30, 0.2), run("hf", 50, 0.3)]);
    expect(count(lines, /stroke-linecap="round"/g)).toBe(2);
    expect(lines).not.toContain("T = 30");
  },
);
