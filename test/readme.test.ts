import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";

/** Every js block of the README is run as it stands, with the library taken from the sources. */
const blocks = [
  ...readFileSync(new URL("../README.md", import.meta.url), "utf8").matchAll(/```js\n([\s\S]*?)```/g),
].map(([, code]) => code);
const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (library: object, anomalies: object) => Promise<void>;

afterEach(() => {
  vi.restoreAllMocks();
});

test("the README has examples", () => expect(blocks.length).toBeGreaterThan(3));

test.each(blocks.map((code, i) => [i + 1, code] as const))(
  "example %i of the README runs",
  async (_, code) => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const body = code
      .replace(/import (\{[^}]*\}) from "unrolled";/, "const $1 = unrolled;")
      .replace(/import (\{[^}]*\}) from "unrolled\/anomalies";/, "const $1 = anomalies;");
    const run = new AsyncFunction("unrolled", "anomalies", body);
    await run(await import("../src/index.ts"), await import("../src/anomalies/index.ts"));
  },
);
