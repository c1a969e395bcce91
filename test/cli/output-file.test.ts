/** Files that commands write: refused before any work, written whole or not at all. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkOutputFile, checkOutputFolder, writeWhole } from "../../src/cli/output-file.ts";
import { unrolled } from "./terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-output-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = file("text.txt");
writeFileSync(text, "the rain came down and the sun came up. ".repeat(40));
const table = file("table.csv");
writeFileSync(table, `v\n${Array.from({ length: 60 }, (_, t) => Math.sin(t)).join("\n")}\n`);

/** Commands that would work for minutes, so that only a look before the work ends them at once. */
const long: Record<string, string[]> = {
  text: ["train", "text", "--file", text, "--steps", "100000000", "--out"],
  addition: ["train", "addition", "--digits", "1000", "--out"],
  series: ["train", "series", "--file", table, "--model", "lstm,esn", "--out"],
  figure: ["train", "series", "--file", table, "--model", "lstm,esn", "--figure"],
};

test.each(Object.entries(long))(
  "%s: a folder in place of a file is refused before any work",
  async (_, args) => {
    const { code, err, out } = await unrolled([...args, folder]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("is a folder, want a file");
  },
);

test.each(Object.entries(long))(
  "%s: a file in place of the folder is refused before any work",
  async (_, args) => {
    const { code, err, out } = await unrolled([...args, join(text, "x")]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/text\.txt.*(ENOTDIR|EEXIST)/);
  },
);

test.each(Object.entries(long))("%s: a pipe is refused, and is still a pipe", async (name, args) => {
  const pipe = file(`pipe-${name}`);
  execFileSync("mkfifo", [pipe]);
  const { code, err } = await unrolled([...args, pipe]);
  expect(code).toBe(2);
  expect(err).toContain("no regular file but a device, pipe or socket");
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

test("a device is refused, also behind a link, and is still a device", () => {
  const link = file("link-to-null");
  symlinkSync("/dev/null", link);
  for (const path of ["/dev/null", link]) {
    expect(() => checkOutputFile("out", path)).toThrow("no regular file");
    expect(() => writeWhole(path, "x")).toThrow("no regular file");
  }
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  expect(existsSync("/dev/null.partial")).toBe(false);
});

test("a link goes on to lead to what is written, and one to nothing is refused", () => {
  writeFileSync(file("real"), "old");
  symlinkSync(file("real"), file("link"));
  checkOutputFile("out", file("link"));
  writeWhole(file("link"), "new");
  expect([lstatSync(file("link")).isSymbolicLink(), readFileSync(file("real"), "utf8")]).toEqual([
    true,
    "new",
  ]);
  symlinkSync(file("nothing"), file("dangling"));
  expect(() => checkOutputFile("out", file("dangling"))).toThrow("is a link to nothing");
});

test("looking at a file changes nothing but that missing folders are made", () => {
  writeFileSync(file("kept"), "kept");
  const before = readdirSync(folder).sort();
  checkOutputFile("out", file("kept"));
  checkOutputFile("out", file("new"));
  checkOutputFile("out", undefined);
  expect(readdirSync(folder).sort()).toEqual(before);
  expect(readFileSync(file("kept"), "utf8")).toBe("kept");
  checkOutputFile("out", file("a/b/c.svg"));
  checkOutputFolder("figure", file("d/e"));
  expect([existsSync(file("a/b")), existsSync(file("a/b/c.svg")), existsSync(file("d/e"))]).toEqual([
    true,
    false,
    true,
  ]);
  expect(() => checkOutputFolder("figure", file("kept"))).toThrow("is a file, want a folder");
  expect(() => checkOutputFile("out", "")).toThrow("--out is empty");
});

test("rights of the old file are the new one's", () => {
  writeFileSync(file("mine"), "x");
  chmodSync(file("mine"), 0o640);
  writeWhole(file("mine"), "y");
  expect(lstatSync(file("mine")).mode & 0o777).toBe(0o640);
});

/** A disk of 256 KB, where this machine lets one be mounted. */
const disk = file("disk");
mkdirSync(disk);
const mounted =
  process.platform === "linux" &&
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]).status === 0;
afterAll(() => {
  if (mounted) execFileSync("umount", [disk]);
});

test.runIf(mounted)("a full disk leaves the old file, frees the new one, and is named", () => {
  const path = join(disk, "model");
  writeWhole(path, "old");
  expect(() => writeWhole(path, Buffer.alloc(1 << 20))).toThrow(
    /model: cannot be written \(ENOSPC\); the file that was there is as it was/,
  );
  expect([readdirSync(disk), readFileSync(path, "utf8")]).toEqual([["model"], "old"]);
  writeWhole(path, Buffer.alloc(100_000)); // the room is there again
});

test.runIf(mounted)("a disk that cannot be written to is named before any work", async () => {
  execFileSync("mount", ["-o", "remount,ro", disk]);
  try {
    for (const args of Object.values(long)) {
      const { code, err, out } = await unrolled([...args, join(disk, "x")]);
      expect([code, out]).toEqual([1, ""]);
      expect(err).toContain("EROFS");
    }
  } finally {
    execFileSync("mount", ["-o", "remount,rw", disk]);
  }
});

test("where the new file cannot take the place of the old, the old is as it was and nothing is left", () => {
  const path = file("blocked");
  writeFileSync(path, "old");
  mkdirSync(`${path}.partial`); // in the way of the new file
  expect(() => writeWhole(path, "new")).toThrow(
    /cannot be written \(\w+\); the file that was there is as it was/,
  );
  expect(readFileSync(path, "utf8")).toBe("old");
});
