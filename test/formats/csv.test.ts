/**
 * Tables as people have them: separators, headers, quotes, missing cells, and what is wrong with a broken
 * one.
 */
import { describe, expect, test } from "vitest";
import { readCsv } from "../../src/formats/csv.ts";

test.each([
  ["commas", "year,flow\n1871,1120\n1872,1160\n"],
  ["semicolons and a byte-order mark", "\ufeffyear;flow\r\n1871;1120\r\n1872;1160"],
  ["tabs", "year\tflow\n1871\t1120\n1872\t1160"],
  ["blanks", "year flow\n 1871  1120\n1872 1160\n\n"],
])("%s separate cells", (_, text) => {
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

const columns = (text: string): number[][] => {
  const table = readCsv(text);
  return table.names.map((_, i) => [...table.column(String(i + 1))]);
};

test("a comma inside a quoted name does not separate", () => {
  const table = readCsv('date;"price, EUR"\n1;2.5\n2;3\n');
  expect(table.names).toEqual(["date", "price, EUR"]);
  expect([...table.column("price, EUR")]).toEqual([2.5, 3]);
});

test("decimal commas are read between semicolons and tabs, with and without a header", () => {
  for (const s of [";", "\t"]) {
    expect(columns(`t${s}v\n3${s}0,295\n4${s}-1,5e3\n5${s}1.234,5\n`)).toEqual([
      [3, 4, 5],
      [0.295, -1500, 1234.5],
    ]);
    expect(columns(`0,0${s}0,000\n0,1${s}0,295\n`)).toEqual([
      [0, 0.1],
      [0, 0.295],
    ]);
  }
});

test(
  "where a column has decimal points its commas group thousands, and nothing is read a " +
    "thousandfold too small",
  () => {
    expect(columns("a;b\n1,234;1\n12.5;2")).toEqual([
      [1234, 12.5],
      [1, 2],
    ]);
    expect(() => readCsv("a;b\n0,5;1\n12.5;2", "t.csv").column("a")).toThrow(
      /t.csv: line 2, column "a" is "0,5", want a number/,
    );
  },
);

test("thousands in quotes are numbers", () => {
  const table = readCsv('year,flow\n1871,"1,120"\n1872,"-1,234,567.5"');
  expect([...table.column("flow")]).toEqual([1120, -1234567.5]);
  expect(table.numeric()).toEqual(["year", "flow"]);
});

test.each([
  ["blanks", " "],
  ["no-break blanks", "\u00a0"],
  ["narrow no-break blanks", "\u202f"],
  ["thin blanks", "\u2009"],
  ["figure blanks", "\u2007"],
  ["apostrophes", "'"],
  ["curved apostrophes", "\u2019"],
])("thousands grouped by %s are numbers, with a decimal comma or point behind them", (_, g) => {
  for (const [s, q] of [
    [";", ""],
    ["\t", ""],
    [",", '"'],
  ])
    for (const point of [",", "."]) {
      const cells = [`1${g}210${point}5`, `-12${g}345${g}678${point}25`, `980${point}5`];
      const text = `when${s}value\n${cells.map((cell, i) => `${i + 1}${s}${q}${cell}${q}`).join("\n")}\n`;
      expect(columns(text)[1]).toEqual([1210.5, -12345678.25, 980.5]);
      expect(readCsv(text).lastNumeric()).toBe("value");
    }
});

test.each(["1 21", "1 2100", "1 210'500", "0 210", "1\u00a0210 500", "12 34", "1 210,5,5"])(
  "%j is no number",
  (cell) => {
    expect(() => readCsv(`a;b\n${cell};1\n`, "t.csv").column("a")).toThrow(/line 2, column "a"/);
  },
);

test("the minus sign of office programs is one", () => {
  expect(columns("a;b\n\u22121,5;\u22121\u00a0000\n2,5;1e\u22123\n\u2212;1\n")).toEqual([
    [-1.5, 2.5, NaN],
    [-1000, 1e-3, 1],
  ]);
});

test("R's header without a name for the rows needs no quotes where these are counted", () => {
  const rows = ["1,5,6", "2,7,8", "3,9,1"];
  const r = readCsv(`time,value\n${rows.join("\n")}\n`);
  expect([r.names, [...r.column("value")]]).toEqual([
    ["", "time", "value"],
    [6, 8, 1],
  ]);
  const decimals = `time,value\n${[...rows, "7,5,2"].join("\n")}\n`;
  expect(() => readCsv(decimals, "t.csv")).toThrow("t.csv: line 2 has 3 cells, want 2 as in line 1");
});

test("a column of numbers but for a few cells is not passed over for one before it", () => {
  const rows = ["1,2.5,x", "2,oops,y", "3,4.5,z", "4,1.5,u"];
  const message = 't.csv: line 3, column "value" is "oops"';
  expect(() => readCsv(`id,value,note\n${rows.join("\n")}\n`, "t.csv").lastNumeric()).toThrow(message);
  const few = readCsv("id,value\n1,x\n2,y\n3,7\n");
  expect(few.lastNumeric()).toBe("id");
});

test("where cells of no column are numbers, the last one's are named, not the dates before it", () => {
  const text = "date,value\n2020-01-01,one\n2020-01-02,two\n";
  expect(() => readCsv(text, "t.csv").lastNumeric()).toThrow('t.csv: line 2, column "value" is "one"');
});

test("a quoted cell may have a line break, and lines after it keep their numbers", () => {
  const table = readCsv('note,v\n"two\r\nlines, ""both""",1\nx,y2\n', "t.csv");
  expect(table.rows).toBe(2);
  expect(() => table.column("v")).toThrow(/t.csv: line 4, column "v" is "y2"/);
  expect(() => table.column("note")).toThrow(/line 2, column "note" is "two\\nlines, \\"both\\""/);
});

test("lines that begin with # above the table are left out, and counted", () => {
  const table = readCsv("# made by hand, 2 columns;\n\n# more\nt,v\n1,2\n3,x\n", "t.csv");
  expect([...table.column("t")]).toEqual([1, 3]);
  expect(() => table.column("v")).toThrow(/line 6/);
  expect(() => readCsv("# nothing\n#", "t.csv")).toThrow(/the file is empty/);
});

test("the separator is the one that gives all rows one width", () => {
  expect(readCsv("day; hour,flow\n1,2\n3,4").names).toEqual(["day; hour", "flow"]);
  expect(readCsv("the flow,the level\n1,2\n3,4").names).toEqual(["the flow", "the level"]);
  expect(readCsv('"year" "the flow"\n1871 1120\n').names).toEqual(["year", "the flow"]);
  const bars = readCsv("the day|flow\n1|2,5\n3|4\n");
  expect([bars.names, [...bars.column("flow")]]).toEqual([
    ["the day", "flow"],
    [2.5, 4],
  ]);
});

describe("a broken table is named", () => {
  test.each([
    ["", /t.csv: the file is empty/],
    ["a,b\n", /t.csv: there is a header and nothing below it/],
    ["a,b\n1,2\n\n3\n", /t.csv: line 4 has 1 cells, want 2 as in line 1/],
    ['a,b\n1,"2\n3,4\n', /t.csv: line 2 opens a quote that never ends/],
  ])("%j", (text, message) => {
    expect(() => readCsv(text, "t.csv")).toThrow(message);
  });
  test("a word among numbers, and a column that is not there", () => {
    const table = readCsv("a,b\n1,2\n1,x1", "t.csv");
    expect(() => table.column("b")).toThrow(/t.csv: line 3, column "b" is "x1", want a number/);
    expect(() => table.column("c")).toThrow(/there is no column "c", want one of a, b/);
  });
});

test("two columns of one name are distinguished by their places, and the name alone is refused", () => {
  const table = readCsv("date,value,value\n2020-01-01,1,2\n2020-01-02,3,4\n", "t.csv");
  expect(table.numeric()).toEqual(["2", "3"]);
  expect([...table.column(table.lastNumeric())]).toEqual([2, 4]);
  expect(() => table.column("value")).toThrow('columns 2 and 3 are both named "value"');
});

test.each(["#N/A", "None", "<NA>", "-nan", "NaT", "n.a.", "\\N", "NULL"])(
  "%s is a missing number",
  (word) => {
    expect([...readCsv(`v,w\n1,2\n${word},3\n`).column("v")]).toEqual([1, NaN]);
  },
);

test("where no column is of numbers, the cell that hinders the fullest is named", () => {
  expect(() => readCsv("a,b\nx,1\ny,2\nz,three\n", "t.csv").lastNumeric()).toThrow(
    't.csv: line 4, column "b" is "three"',
  );
});

test("Excel's sep= and R's header without a name for the rows are understood", () => {
  expect(columns("sep=;\na;b\n1;2\n")).toEqual([[1], [2]]);
  const r = readCsv('"time" "value"\n"1" 5 6\n"2" 7 8\n');
  expect(r.names).toEqual(["", "time", "value"]);
  expect([...r.column("value")]).toEqual([6, 8]);
});

test("a first row of dates and numbers is no header", () => {
  const table = readCsv("2020-01-01,5\n2020-01-02,6\n");
  expect([table.rows, [...table.column("2")]]).toEqual([2, [5, 6]]);
  expect(readCsv("name,2019,2020\nx,1,2\n").names).toEqual(["name", "2019", "2020"]);
});

test("a blank line in a table of one column is a missing number, at its end it is none", () => {
  expect([...readCsv("v\n1\n\n3\n\n\n").column("v")]).toEqual([1, NaN, 3]);
});

test("a number beyond all numbers, and a hexadecimal one, are no numbers", () => {
  expect(() => readCsv("a;b\n1,5e999;2\n", "t.csv").column("a")).toThrow(/line 2/);
  expect(() => readCsv("a\n0x10\n", "t.csv").column("a")).toThrow(/line 2/);
});

test("four million empty lines are an empty file, and a hundred thousand columns too many", () => {
  expect(() => readCsv("\n".repeat(4e6), "t.csv")).toThrow("t.csv: the file is empty");
  expect(() => readCsv("a,".repeat(2e5), "t.csv")).toThrow("want at most 100000");
});

test("a name of several words above one column of numbers is one name", () => {
  const table = readCsv("Heart rate resting\n84.2\n83.1\n");
  expect(table.names).toEqual(["Heart rate resting"]);
  expect([...table.column("1")]).toEqual([84.2, 83.1]);
});
