/** Tables as people have them: separators, headers, quotes, missing cells, and what is wrong with a broken one. */
import { describe, expect, test } from "vitest";
import { readCsv } from "../../src/formats/csv.ts";

test.each([["commas", "year,flow\n1871,1120\n1872,1160\n"], ["semicolons and a byte-order mark", "\ufeffyear;flow\r\n1871;1120\r\n1872;1160"], ["tabs", "year\tflow\n1871\t1120\n1872\t1160"], ["blanks", "year flow\n 1871  1120\n1872 1160\n\n"]])("%s separate cells", (_, text) => {
  const table = readCsv(text);
  expect(table.names).toEqual(["year", "flow"]);
  expect([...table.column("flow")]).toEqual([1120, 1160]);
  expect([...table.column("1")]).toEqual([1871, 1872]);
  expect(table.numeric()).toEqual(["year", "flow"]);
});

test("numbers alone have no header", () => {
  expect([...readCsv("0.5\n-1e3\n2").column("1")]).toEqual([0.5, -1000, 2]);
  expect(readCsv("1,2\n3,4").names).toEqual(["1", "2"]);
});

test("missing cells are NaN, and a column of words is no column of numbers", () => {
  const table = readCsv('name,"a, b",c\nx,1,\n"y ""z""",NA,nan\n,3,?\n');
  expect(table.names).toEqual(["name", "a, b", "c"]);
  expect([...table.column("a, b")]).toEqual([1, NaN, 3]);
  expect([...table.column("c")]).toEqual([NaN, NaN, NaN]);
  expect(table.numeric()).toEqual(["a, b"]);
});

describe("a broken table is named", () => {
  test.each([["", /t.csv: the file is empty/], ["a,b\n", /t.csv: there is a header and nothing below it/], ["a,b\n1,2\n\n3\n", /t.csv: line 4 has 1 cells, want 2 as in line 1/]])("%j", (text, message) => { expect(() => readCsv(text, "t.csv")).toThrow(message); });
  test("a word among numbers, and a column that is not there", () => {
    const table = readCsv("a,b\n1,2\n1,x1", "t.csv");
    expect(() => table.column("b")).toThrow(/t.csv: line 3, column "b" is "x1", want a number/);
    expect(() => table.column("c")).toThrow(/there is no column "c", want one of a, b/);
  });
});
