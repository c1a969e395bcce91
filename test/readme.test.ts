/**
 * Every js block of the README and of the pages of the site is run as it stands, with the library taken from
 * the sources.
 */
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const texts = readdirSync(`${root}site/pages`, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => `site/pages/${name}`);
const found = ["README.md", ...texts].flatMap((path) =>
  [...readFileSync(root + path, "utf8").matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => ({
    path,
    code,
  })),
);
/** What stands in two texts runs once; the program that writes a file is run by the tests of the package. */
const blocks = found.filter(
  ({ code }, i) => !code.includes("node:fs") && found.findIndex((other) => other.code === code) === i,
);
/** What the examples import, by the name of the entry. */
const entries: Readonly<Record<string, () => Promise<object>>> = {
  unrolled: () => import("../src/index.ts"),
  "unrolled/anomalies": () => import("../src/anomalies/index.ts"),
  "unrolled/driven": () => import("../src/driven/index.ts"),
  "unrolled/durations": () => import("../src/durations/index.ts"),
  "unrolled/reservoirs": () => import("../src/reservoirs/index.ts"),
  "unrolled/speech": () => import("../src/speech/index.ts"),
  "unrolled/statespace": () => import("../src/statespace/index.ts"),
  "unrolled/handwriting": () => import("../src/handwriting/index.ts"),
};
const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (library: (name: string) => Promise<object>) => Promise<void>;

afterEach(() => {
  vi.restoreAllMocks();
});

test("the README and the pages have programs", () => expect(blocks.length).toBeGreaterThan(8));

test.each(blocks.map(({ path, code }, i) => [`program ${i + 1}, of ${path},`, code] as const))(
  "%s runs",
  async (_, code) => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const body = code.replace(/import (\{[^}]*\}) from ("[^"]*");/g, "const $1 = await library($2);");
    await new AsyncFunction("library", body)((name) => entries[name]());
  },
);
