/** Lines of a table as they come on stdin. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { LineReader } from "../../../src/cli/series/line-reader.ts";

const read = (lines: readonly string[], column?: string): unknown[] => {
  const reader = new LineReader(column);
  return lines.map((line) => reader.read(line)).map((one) => one && [one.value, one.name]);
};

test("cells, with dates and a header, and JSON values give a number and the step's name each", () => {
  expect(read(["5", "", "NA", "7.5"])).toEqual([
    [5, undefined],
    undefined,
    [NaN, undefined],
    [7.5, undefined],
  ]);
  expect(read(["when,load", "2024-01-31 10:00,5"])).toEqual([undefined, [5, "2024-01-31 10:00"]]);
  expect(read(["2024-01-31;5", "2024-02-01;6"])).toEqual([
    [5, "2024-01-31"],
    [6, "2024-02-01"],
  ]);
  expect(read(['{"at":"10:00","v":3}', '{"at":"10:01","v":null}'])).toEqual([
    [3, "10:00"],
    [NaN, "10:01"],
  ]);
  expect(read(["[1,2]"])).toEqual([[2, "1"]]);
  expect(read(["when,a,b", "mon,1,2"], "a")).toEqual([undefined, [1, "mon"]]);
  expect(read(['{"a":4,"b":"x"}'], "a")[0]).toEqual([4, "x"]);
});

test("what is no number is refused by line and column", () => {
  expect(() => read(["a,b", "1,2", "1,x"])).toThrow(/stdin: line 3, column "b" is "x", want a number/);
  expect(() => read(['{"a":1}', '{"b":1}'], "a")).toThrow(/stdin: line 2, column "a" is missing/);
  expect(() => read(["[1,"])).toThrow(/stdin: line 1: .*; want a JSON value on each line/);
});

test("a pipe of JSON lines is watched", () => {
  const lines = Array.from({ length: 300 }, (_, t) =>
    JSON.stringify({ at: `step ${t}`, load: t === 250 ? 90 : (t * 7) % 5 }),
  );
  const args = ["dist/cli/main.js", "watch", "--file", "-", "--json"];
  const { stdout, status } = spawnSync(process.execPath, args, { input: lines.join("\n"), encoding: "utf8" });
  expect(status).toBe(0);
  expect(stdout).toContain('"step":"step 250"');
});
