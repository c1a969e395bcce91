/** Every purpose has random numbers of its own: one table, and nobody beside it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { streams } from "../../src/wasm/streams.ts";

/** What follows `new Random(`, `randomNormal(` or `randomUniform(`, up to the bracket that closes it. */
function calls(text: string): string[] {
  const found: string[] = [];
  for (const { index, 0: start } of text.matchAll(/\b(?:new Random|\.random(?:Normal|Uniform))\(/g)) {
    let depth = 1;
    let end = index + start.length;
    for (; depth > 0 && end < text.length; ++end)
      depth += Number("([{".includes(text[end])) - Number(")]}".includes(text[end]));
    found.push(text.slice(index, end));
  }
  return found;
}

/** Calls that take their stream from elsewhere than the table. */
const faults = (path: string, text: string): string[] =>
  calls(text)
    .filter((call) => !/\bstreams\.\w+/.test(call))
    .map((call) => `${path}: ${call}`);

const root = new URL("../../src/", import.meta.url).pathname;

test("no purpose draws from a stream that the table does not name", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".ts") && path !== join("wasm", "random.ts"),
  );
  expect(files.flatMap((path) => faults(path, readFileSync(join(root, path), "utf8")))).toEqual([]);
});

test("no two purposes share a stream", () => {
  const numbers = Object.values(streams);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test("restarts of a fit stay clear of every other stream", () => {
  const restarts = [streams.restarts, streams.restarts + 10_000];
  for (const [name, stream] of Object.entries(streams))
    if (name !== "restarts") expect(stream < restarts[0] || stream > restarts[1], name).toBe(true);
});

test("the check itself: a literal stream and a stream left out are found", () => {
  expect(faults("x", "new Random(engine, seed, 1)")).toHaveLength(1);
  expect(faults("x", "new Random(await engine('float32'), seed)")).toHaveLength(1);
  expect(faults("x", "k.randomNormal(n, a, b, 7, 0, out)")).toHaveLength(1);
  expect(faults("x", "new Random(f(engine), g(seed), streams.samples)")).toEqual([]);
});
