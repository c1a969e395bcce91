import { expect, test } from "vitest";
import type { RunResult } from "../../src/cli/compare/run.ts";
import { workFigure } from "../../src/cli/compare/work-figure.ts";
import { svg } from "../../src/figures/svg.ts";

test("the work of one lag: a dot for each run that solved its task, a cross for each that did not", () => {
  const run = (way: string, seed: number, solved: boolean): RunResult => ({
    task: "xor",
    way,
    lag: 30,
    seed,
    solved,
    error: solved ? 0 : 0.5,
    wrong: 0,
    sequences: 1000 * seed,
    seconds: 0,
  });
  const drawn = svg(workFigure([run("lstm", 1, true), run("lstm", 2, true), run("hf", 1, false)]));
  const count = (pattern: RegExp): number => [...drawn.matchAll(pattern)].length;
  expect(count(/<circle [^>]*r="5"/g)).toBe(4);
  expect(count(/>×<\/text>/g)).toBe(2);
  for (const name of ["lstm", "hf", "xor"]) expect(count(new RegExp(`>${name}</text>`, "g"))).toBe(2);
});

test("the work of one lag: no dot and no cross is cut by the frame", () => {
  const run = (seed: number, solved: boolean): RunResult => ({
    ...{ task: "xor", way: "hf", lag: 30, seed, solved, error: 0, wrong: 0 },
    ...{ sequences: 1000 * seed, seconds: seed },
  });
  const drawn = svg(workFigure([run(1, true), run(2, true), run(9, false)]));
  const height = Number(/<rect [^>]*height="([\d.]+)" fill="none"/.exec(drawn)![1]);
  const marks = [...drawn.matchAll(/<circle [^>]*cy="([\d.-]+)"[^>]*r="5"|<text [^>]*y="([\d.-]+)"[^>]*>×/g)];
  const places = marks.map(([, dot, cross]) => Number(dot ?? cross));
  expect(places).toHaveLength(6);
  expect(Math.min(...places)).toBeGreaterThan(8);
  expect(Math.max(...places)).toBeLessThan(height - 8);
});
