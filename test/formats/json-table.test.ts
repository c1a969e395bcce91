/** Tables in JSON: lines and arrays give the same columns, and a refusal names line and column. */
import { expect, test } from "vitest";
import { isJsonTable, readJsonTable } from "../../src/formats/json-table.ts";

const kinds: Record<string, string> = {
  "lines of objects": '{"t":"a","y":1}\n\n{"y":null,"t":"b"}\n{"t":"c","y":"3.5"}\n',
  "an array of objects": '[\n {"t":"a","y":1},\n {"t":"b"},\n {"t":"c","y":3.5}\n]',
  "lines of arrays": '["a",1]\n["b","NA"]\n["c",3.5]',
  "an array of arrays": '[["a",1],["b",null],["c",3.5]]',
};

test.each(Object.entries(kinds))("%s hold a column of words and one of numbers", (_, text) => {
  const table = readJsonTable(text, "file");
  expect([isJsonTable(text), table.rows, table.names.length]).toEqual([true, 3, 2]);
  expect([...table.column(table.lastNumeric())]).toEqual([1, NaN, 3.5]);
  expect(table.texts(0)).toEqual(["a", "b", "c"]);
});

test("numbers alone are one column", () => {
  for (const text of ["[1, 2,\n null]", "1\n2\nnull"])
    expect([...readJsonTable(text).column("1")]).toEqual([1, 2, NaN]);
  expect(["1\n2", "a,b\n1,2", "[kg],m\n1,2"].map(isJsonTable)).toEqual([false, false, false]);
});

test.each([
  ['{"y":1}\n{"y":true}', 'file: line 2, column "y" is true, want a number'],
  ['[{"y":1},\n\n{"y":"x, ]"},\n {"y":{}}]', 'file: line 3, column "y" is x, ], want a number'],
  ['[{"t":1,"y":"x"},\n{"t":2,"y":2},\n{"t":3,"y":3},\n{"t":4,"y":4}]', 'line 1, column "y" is x, want'],
  ['{"y":1}\n[2]', "file: line 2 is"],
  ["[[1,2],\n[3]]", "file: line 2 has 1 cells, want 2 as in line 1"],
  ['{"y":1}\n{"y":2', "file: line 2: "],
  ["[1,\n2", "file: line 1: "],
  ["[]", "file: there are no rows"],
  ["{}", "file: the rows are empty"],
])("%j is refused with its place", (text, message) => {
  expect(() => {
    const table = readJsonTable(text, "file");
    table.column(table.lastNumeric());
  }).toThrow(message);
});
