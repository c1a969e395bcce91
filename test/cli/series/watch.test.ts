/** `unrolled watch`: alarms of a column, its figure and its table, and what is refused. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unrolled } from "../terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-watch-"));
const path = join(folder, "load.csv");
const hour = (t: number): string => new Date(Date.UTC(2024, 0, 1, t)).toISOString().slice(0, 16);
const load = Array.from({ length: 500 }, (_, t) => 40 + 3 * Math.abs(((t + 6) % 24) - 12) + ((t * t) % 13));
load[300] = 400;
writeFileSync(path, `when,load\n${load.map((v, t) => `${hour(t)},${v}`).join("\n")}\n`);

test("a spike is named by its date, drawn, and marked in the table", async () => {
  const [figure, out] = [join(folder, "load.svg"), join(folder, "out.csv")];
  const args = ["watch", "--json", "--file", path, "--changes", "--figure", figure, "--out", out];
  const { code, events } = await unrolled(args);
  expect(code).toBe(0);
  const all = events();
  expect(all[0]).toMatchObject({ event: "alarm", step: "2024-01-13 12:00", value: 400 });
  expect(all.at(-1)).toMatchObject({
    event: "result",
    task: "watch",
    column: "load",
    season: 24,
    steps: 500,
  });
  expect(readFileSync(figure, "utf8")).toContain("threshold");
  const rows = readFileSync(out, "utf8").trim().split("\n");
  expect(rows[0]).toBe("step,value,score,alarm,change");
  expect(rows[301].split(",")[3]).toBe("1");
  expect(rows).toHaveLength(501);
});

test("people read a table with what was expected, and how dates were read", async () => {
  const { out } = await unrolled(["watch", "--file", path]);
  expect(out).toMatch(/500 steps, a season of 24; dates of column when, year-month-day/);
  expect(out).toMatch(/2024-01-13 12:00 +400 +\d\d/);
});

test.each([
  [["--file", "none.csv"], /none.csv: cannot be read/],
  [["--file", "-", "--figure", "x.svg"], /--figure needs a file, not stdin/],
  [["--file", path, "--risk", "2"], /--risk is "2", want a number/],
  [[], /--file is missing/],
])("%j is refused by name", async (args, message) => {
  const { code, err } = await unrolled(["watch", ...args]);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});
