/** docs/exchange.md shows the Python that test/exchange/pytorch.py runs, and names what the entry has. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as exchange from "../../src/exchange/index.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const page = read("../../docs/exchange.md");

test("the class Net of the page is the one that is tested", () => {
  const script = read("pytorch.py");
  const own = script
    .slice(script.indexOf("class Net(nn.Module)"), script.indexOf("# end of the snippet"))
    .trim();
  expect(own.length).toBeGreaterThan(1000);
  expect(page).toContain(own);
});

test("the page names every function of the entry", () => {
  const names = Object.keys(exchange);
  expect(names.length).toBeGreaterThan(9);
  expect(names.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`await ${name}`))).toEqual(
    [],
  );
});
