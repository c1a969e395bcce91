import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { experiments } from "../../src/cli/lecture/registry.ts";
import { unrolled } from "./terminal.ts";

const sections = { "7a": 9, "7b": 6, "7c": 5, "7d": 8, "7e": 5 };

test("the list has every claim of the lecture once, in order", async () => {
  const ids = Object.entries(sections).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, i) => `${section}-${i + 1}`),
  );
  const listed = experiments.map((e) => e.id);
  // a claim may have experiments of its own sentences: 7a-6-bits after 7a-6
  expect(listed.filter((id) => /^7[a-e]-[1-9]$/.test(id))).toEqual(ids);
  for (const [i, id] of listed.entries())
    if (!ids.includes(id) && id !== "7a-0") expect(listed[i - 1].slice(0, 4)).toBe(id.slice(0, 4));
  const { code, out } = await unrolled(["lecture"]);
  expect(code).toBe(0);
  for (const { id, claim, load } of experiments)
    expect(out).toContain(`  ${load ? "●" : "○"} ${id}  ${claim}\n`);
});

test("an experiment states its claim, prints its numbers and verdict, and writes its figure", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-"));
  const { code, out } = await unrolled(["lecture", "7c-2", "--out", join(folder, "new")]);
  expect(code).toBe(0);
  expect(out).toMatch(/^7c-2 {2}Binary addition is a finite automaton with four states\./);
  expect(out).toMatch(/ {2}wrong +0\n/);
  expect(out).toMatch(/Seen: Binary addition/);
  expect(readFileSync(join(folder, "new", "7c-2.svg"), "utf8")).toMatch(/^<svg [^]*<\/svg>\n$/);
});

/** Claims about the engine and the toy example; those about single models have their tests beside these. */
const shown = [
  "7a-1",
  "7b-1",
  "7b-2",
  "7b-3",
  "7b-4",
  "7b-5",
  "7b-6",
  "7c-1",
  "7c-2",
  "7c-3",
  "7c-4",
  "7c-5",
  "7d-1",
  "7a-8",
  "7a-9",
  "7d-2",
  "7d-3",
  "7d-5",
  "7d-6",
  "7e-1",
];
test.each(shown)(
  "%s is seen",
  async (id) => {
    const { code, events } = await unrolled(["lecture", id, "--json"]);
    expect(events().at(-1)).toMatchObject({ event: "result", id, verdict: true });
    expect(code).toBe(0);
  },
  120_000,
);

test("7e-3 is seen, with its label error beside published ones and the data that they are of", async () => {
  const { code, events } = await unrolled(["lecture", "7e-3", "--json"]);
  const { verdict, numbers } = events().at(-1) as {
    verdict: boolean;
    numbers: Record<string, number | string>;
  };
  expect([code, verdict]).toEqual([0, true]);
  expect(numbers["label error"]).toBeLessThan(0.1);
  const others = Object.entries(numbers).filter(([, value]) => typeof value === "string");
  expect(
    others.map(([, value]) =>
      /^(about )?[\d.]+% \(IAM-OnDB, (test|validation) lines\)$/.test(value as string),
    ),
  ).toEqual(others.map(() => true));
  for (const who of ["Graves et al. 2009", "RNNLIB", "Carbune et al. 2020"])
    expect(others.some(([name]) => name.startsWith(who))).toBe(true);
}, 120_000);

/** Those that train for minutes. */
const long = ["7d-4", "7d-7", "7d-8", "7e-2", "7e-4", "7e-5"];
test.each(long)(
  "%s begins, and Ctrl-C stops it",
  async (id) => {
    const controller = new AbortController();
    let started = false;
    const { run } = await experiments.find((e) => e.id === id)!.load!();
    const error: unknown = await run({
      seed: 1,
      signal: controller.signal,
      log() {},
      progress() {
        started = true;
        controller.abort();
      },
    }).catch((reason: unknown) => reason);
    expect(started).toBe(true);
    expect(error).toBe(controller.signal.reason);
  },
  30_000,
);
