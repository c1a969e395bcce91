/** Sequences in tables, and the `.ts` files of the archives of time series. */
import { expect, test } from "vitest";
import { DataError, readSequences, readTimeSeriesFile } from "../../src/index.ts";
import { isTimeSeriesFile } from "../../src/formats/time-series-file.ts";

const table = "who,x,label,y\na,1,up,10\nb,2,down,20\na,3,up,30\nb,4,down,40\nb,5,flat,50\n";

test("rows that share a cell are one sequence, in the order of the table", () => {
  const { columns, sequences } = readSequences(table, { sequence: "who", beside: ["label"] });
  expect(columns).toEqual(["x", "y"]);
  expect(sequences.map(({ name, input, beside }) => [name, [...input], beside])).toEqual([
    ["a", [1, 10, 3, 30], [["up", "up"]]],
    ["b", [2, 20, 4, 40, 5, 50], [["down", "down", "flat"]]],
  ]);
});

test("without such a column the table is one sequence; columns can be chosen, and in another order", () => {
  const { columns, sequences } = readSequences(table, { columns: ["y", "2"] }, "t.csv");
  expect(columns).toEqual(["y", "2"]);
  expect(sequences).toHaveLength(1);
  expect([sequences[0].name, ...sequences[0].input.subarray(0, 4)]).toEqual(["t.csv", 10, 1, 20, 2]);
});

test("a case is its dimensions side by side, and its label", () => {
  const text = "# about\n@problemName x\n@classLabel true a b\n@data\n1,2,3:4,5,6:a\n\n7,8:9,1:b c\n";
  expect(isTimeSeriesFile(text)).toBe(true);
  expect(isTimeSeriesFile(table)).toBe(false);
  const { width, cases } = readTimeSeriesFile(text);
  expect(width).toBe(2);
  expect(cases.map(({ input, label }) => [[...input], label])).toEqual([
    [[1, 4, 2, 5, 3, 6], "a"],
    [[7, 9, 8, 1], "b c"],
  ]);
});

test("many blank lines and old line ends are read in linear time", () => {
  const blank = "\n".repeat(1e5); // a matcher that goes back over them would not end
  expect(isTimeSeriesFile(`${blank}x,y\n1,2\n`)).toBe(false);
  expect(isTimeSeriesFile(`${blank}# about\n@data\n`)).toBe(true);
  expect(readTimeSeriesFile("# about\r@data\r1,2:a\r3:b\r").cases).toHaveLength(2);
});

const archive =
  (lines: string): (() => unknown) =>
  () =>
    readTimeSeriesFile(`@data\n${lines}`, "f.ts");
test.each<[string, () => unknown, string]>([
  ["a gap", () => readSequences("x,y\n1,2\n,4\n"), 'table: column "x": row 2 is missing, want a number'],
  ["an unknown column", () => readSequences(table, { sequence: "id" }), 'there is no column "id"'],
  [
    "words as input",
    () => readSequences(table, { columns: ["label"] }),
    'column "label" is "up", want a number',
  ],
  ["no column of numbers", () => readSequences("a,b\nx,y\n"), "no column of numbers is left for the input"],
  ["no case", archive(""), "f.ts: there is no case behind @data"],
  ["a case without a label", archive("1,2,3\n"), "f.ts: line 2 has no label behind a colon"],
  ["another number of dimensions", archive("1:2:a\n1:a\n"), "line 3 has 1 dimensions, want 2"],
  ["dimensions of other lengths", archive("1,2:3:a\n"), "dimension 2 has 1 values, want 2"],
  ["a missing value", archive("1,?:a\n"), 'dimension 1, value 2 is "?", want a number'],
  ["an empty value", archive("1,:a\n"), 'value 2 is "", want a number'],
  ["time stamps", () => readTimeSeriesFile("@timeStamps true\n"), "cases with time stamps are not read"],
  ["no labels", () => readTimeSeriesFile("@classLabel false\n"), "the cases have no labels"],
  ["a case above @data", () => readTimeSeriesFile("@univariate true\n1:a\n"), "line 2 stands above @data"],
])("%s is refused", (_, wrong, message) => {
  expect(wrong).toThrow(DataError);
  expect(wrong).toThrow(message);
});
