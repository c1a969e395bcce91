/** What the page for those who come from elsewhere says of this library is there, and its programs say it. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const page = readFileSync(`${root}site/pages/coming-from.md`, "utf8");

/** All that the declarations of the build name: exports, members, options, and words of unions. */
const declared = new Set(
  readdirSync(`${root}dist`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".d.ts"))
    .flatMap((name) => readFileSync(`${root}dist/${name}`, "utf8").match(/[A-Za-z_]\w*/g) ?? []),
);
/** Words of a call that are the reader's own. */
const own = new RegExp(
  "^(net|model|bytes|items|data|options|event|series|controller|const|of|for|await|true|false|" +
    "H|O|V|T|lstm1)$",
);

/** Names in the code of the column `here` of all tables, by row. */
const names = (text: string): readonly { readonly row: string; readonly name: string }[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .flatMap((row) => {
      const cells = row.split(" | ");
      return [...cells[1].matchAll(/`([^`]+)`/g)].flatMap(([, code]) =>
        (code.match(/[A-Za-z_]\w*/g) ?? []).filter((name) => !own.test(name)).map((name) => ({ row, name })),
      );
    });
const unknown = (text: string): readonly string[] =>
  names(text)
    .filter(({ name }) => !declared.has(name) && name !== "unrolled")
    .map(({ row, name }) => `${name}, in ${row}`);

test("every name that the tables have for this library is one of it", () => {
  expect(names(page).length).toBeGreaterThan(100);
  expect(unknown(page)).toEqual([]);
});

test("a name that is not there is seen", () => {
  expect(unknown("| early stopping | `fit(items, { earlyHalt: 3 })` |")).toHaveLength(1);
});

test.each(["PyTorch", "Keras", "TensorFlow.js", "brain.js", "hmmlearn", "statsmodels"])(
  "%s has its table",
  (name) => expect(page).toMatch(new RegExp(`^## .*${name.replace(".", "\\.")}`, "m")),
);
