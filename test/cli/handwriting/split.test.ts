/** Lines and writers that validate, where the data do not say which. */
import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { diskFolder } from "../../../src/cli/disk.ts";
import type { Ink } from "../../../src/handwriting/ink.ts";
import { readHandwriting, withSplits } from "../../../src/handwriting/read-folder.ts";
import { unrolled } from "../terminal.ts";
import { file, inks, write } from "./files.ts";

test("lines without splits get them: every tenth line validates, and the screen says so", async () => {
  const bare = write("bare", inks, () => undefined);
  const notices: string[] = [];
  const valid = await readHandwriting(diskFolder(bare), {
    split: "valid",
    onNotice: (line) => notices.push(line),
  });
  expect(valid.map(({ text }) => text)).toEqual([inks[0].text, inks[10].text]);
  expect(notices).toEqual([`${bare} has no splits: every tenth line is "valid", the others "train".`]);
  expect(await readHandwriting(diskFolder(bare), { split: "train" })).toHaveLength(18);
  expect((await readHandwriting(diskFolder(bare))).every(({ split }) => split === undefined)).toBe(true);
  const { code, out: screen } = await unrolled([
    "train",
    "handwriting",
    "--data",
    bare,
    "--out",
    file("bare.safetensors"),
    "--epochs",
    "1",
    "--size",
    "60",
    "--workers",
    "0",
  ]);
  expect([code, screen.split("\n").slice(0, 2)]).toEqual([
    0,
    [notices[0], "18 lines to learn from, 2 to validate on."],
  ]);
});

test("a UNIPEN tree has no splits: every tenth writer validates, and no writer does both", async () => {
  mkdirSync(file("unipen/data"), { recursive: true });
  for (let w = 0; w < 12; ++w) {
    writeFileSync(
      file(`unipen/data/w${String(w).padStart(2, "0")}.dat`),
      `.WRITER_ID w${w}\n.COORD X Y\n.PEN_DOWN\n0 0\n9 9\n.PEN_UP\n.SEGMENT WORD 0 OK "a"\n.SEGMENT ` +
        `WORD 0 OK "b"\n`,
    );
  }
  const notices: string[] = [];
  const valid = await readHandwriting(diskFolder(file("unipen")), {
    split: "valid",
    onNotice: (line) => notices.push(line),
  });
  expect(valid.map(({ writer }) => writer)).toEqual(["w0", "w0", "w10", "w10"]);
  expect(notices[0]).toContain('every tenth writer is "valid"');
  expect(await readHandwriting(diskFolder(file("unipen")), { split: "train" })).toHaveLength(20);
});

test("a split by place leaves lines on both sides as soon as there are two", () => {
  const lines = (writers: (string | undefined)[]): Ink[] =>
    writers.map((writer, i) => ({ id: String(i), text: "a", writer, points: new Float32Array(3) }));
  const splits = (writers: (string | undefined)[]): string =>
    withSplits(lines(writers))
      .map(({ split }) => split![0])
      .join("");
  expect(splits(["x", "x"])).toBe("vt");
  expect(splits(["x", "y", "x"])).toBe("vtv");
  expect(splits([undefined, "y", undefined])).toBe("vtt");
  expect(splits(new Array<undefined>(11).fill(undefined))).toBe("vtttttttttv");
});
