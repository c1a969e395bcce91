import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";

/** Every js block of the README is run as it stands, with the library taken from the sources. */
const blocks = [
  ...readFileSync(new URL("../README.md", import.meta.url), "utf8").matchAll(/```js\n([\s\S]*?)```/g),
].map(([, code]) => code);
/** What the examples import, by the name of the entry. */
const entries: Readonly<Record<string, () => Promise<object>>> = {
  unrolled: () => import("../src/index.ts"),
  "unrolled/anomalies": () => import("../src/anomalies/index.ts"),
  "unrolled/handwriting": () => import("../src/handwriting/index.ts"),
};
const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (library: (name: string) => Promise<object>) => Promise<void>;

afterEach(() => {
  vi.restoreAllMocks();
});

test("the README has examples", () => expect(blocks.length).toBeGreaterThan(3));

test.each(blocks.map((code, i) => [i + 1, code] as const))(
  "example %i of the README runs",
  async (_, code) => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const body = code.replace(/import (\{[^}]*\}) from ("[^"]*");/g, "const $1 = await library($2);");
    await new AsyncFunction("library", body)((name) => entries[name]());
  },
);
