/** What the commands on handwriting refuse, and lines with characters that a net does not know. */
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { unrolled, type Finished } from "../terminal.ts";
import { data, file, inks, train, write } from "./files.ts";

test.each([
  [["train", "handwriting"], "--data is missing"],
  [
    ["train", "handwriting", "--data", data, "--net", "big"],
    '--net is "big", want one of hierarchical, optical, graves, live',
  ],
  [
    ["train", "handwriting", "--data", data, "--optimizer", "sgd"],
    '--optimizer is "sgd", want one of adam, momentum',
  ],
  [
    ["train", "handwriting", "--data", data, "--momentum", "2"],
    '--momentum is "2", want a number from 0 to 1',
  ],
  [
    ["train", "handwriting", "--data", data, "--input", "sound"],
    '--input is "sound", want one of pen, image',
  ],
  [
    ["train", "handwriting", "--data", data, "--units", "48"],
    "the net hierarchical is given units for 1 levels, want 2 to 8, as in [48, 72]",
  ],
  [["train", "handwriting", "--data", data, "--units", "48,x"], "units is NaN, want a whole number"],
  [["train", "handwriting", "--data", data, "--ahead", "1.5"], "--ahead is 1.5, want a whole number"],
])("wrong usage ends with 2 and says what is wrong: %j", async (args, message) => {
  const { code, err } = await unrolled(args);
  expect([code, err.includes(message)], err).toEqual([2, true]);
});

test("eval refuses a language without a beam, and a beam of no prefixes, with 2", async () => {
  const net = file("refusing.safetensors");
  expect((await train("--out", net)).code).toBe(0); // the later of two options counts
  const read = (...args: string[]): Promise<Finished> =>
    unrolled(["eval", net, "handwriting", "--data", data, ...args]);
  expect(await read("--language", "text.txt")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--language needs --beam N") as string,
  });
  expect(await read("--beam", "0")).toMatchObject({
    code: 2,
    err: expect.stringContaining('--beam is "0", want a number from 1') as string,
  });
  expect(await read("--show=-1")).toMatchObject({
    code: 2,
    err: expect.stringContaining('--show is "-1"') as string,
  });
  expect(await unrolled(["eval", net, "text", "--file", "x"])).toMatchObject({
    code: 2,
    err: expect.stringContaining('a model of task "handwriting", not of "text"') as string,
  });
  expect(await read("--split", "test")).toMatchObject({
    code: 1,
    err: expect.stringContaining(
      'no handwriting of split "test", there is train, valid; "all" takes every line',
    ) as string,
  });
});

test(
  "eval reads lines with characters that the net does not know: they are errors, " + "and counted",
  async () => {
    const net = file("knowing.safetensors");
    const strange = inks
      .slice(15)
      .map((ink, i) => ({
        ...ink,
        text: [`${ink.text}é`, "Ω€𝒳", "", `${ink.text} ${ink.text}`, ink.text][i],
      }));
    expect((await train("--out", net)).code).toBe(0);
    writeFileSync(file("strange.txt"), strange.map(({ text }) => text).join("\n"));
    const read = (name: string, ...args: string[]): Promise<Finished> =>
      unrolled(["eval", net, "handwriting", "--data", file(name), "--split", "all", "--show", "5", ...args]);
    write("known", inks.slice(15), () => undefined);
    write("strange", strange, () => undefined);
    expect((await read("known", "--json")).events().at(-1)).toMatchObject({ unknown: 0, unknownKinds: "" });
    for (const args of [[], ["--beam", "4"], ["--beam", "4", "--language", file("strange.txt")]]) {
      const { code, err, events } = await read("strange", "--json", ...args);
      const result = events().at(-1)!;
      const lines = events().filter(({ event }) => event === "line");
      expect([code, err]).toEqual([0, ""]);
      expect(result).toMatchObject({ event: "result", lines: 4, unknown: 5, unknownKinds: " éΩ€𝒳" });
      expect(lines.find(({ want }) => want === "Ω€𝒳")!.edits).toBeGreaterThanOrEqual(3);
      const edits = lines.reduce((sum, line) => sum + (line.edits as number), 0);
      const characters = strange.reduce((n, { text }) => n + [...text].length, 0);
      expect(result.labelError).toBe(edits / characters);
    }
    const { out: shown } = await read("strange");
    expect(shown).toContain("1 of 5 pieces do not say what is written and are left out");
    expect(shown).toContain(
      '5 of the characters are not in the alphabet of the net and count as errors: " éΩ€𝒳"',
    );
  },
);
