/** Text out of bytes, and files of folders: nothing is guessed, and nothing is read outside of its folder. */
import { expect, test } from "vitest";
import { diskFolder } from "../../src/cli/disk.ts";
import { insideFolder, memoryFolder, readBytes, readText } from "../../src/formats/folder.ts";
import { parseObject } from "../../src/formats/json.ts";
import { decimal, decodeBytes, lines } from "../../src/formats/text.ts";
import { DataError } from "../../src/wasm/errors.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test("UTF-8, and UTF-16 with a byte-order mark, are read without the mark", () => {
  expect(decodeBytes(utf8("\ufeffnaïve 😀"), "t")).toBe("naïve 😀");
  const little = Buffer.from("\ufeffdéjà", "utf16le");
  expect(decodeBytes(little, "t")).toBe("déjà");
  expect(decodeBytes(little.swap16(), "t")).toBe("déjà");
  expect(decodeBytes(new Uint8Array(0), "t")).toBe("");
});

test.each([
  [
    "Windows-1252",
    Buffer.from("one\ntwo é\n", "latin1"),
    /t.txt: line 2 is not UTF-8 \(byte 0xe9\).*Windows-1252/,
  ],
  ["a character cut off", utf8("é").subarray(0, 1), /t.txt: line 1 is not UTF-8/],
  ["UTF-16 without a mark", Buffer.from("hello, world", "utf16le"), /t.txt: it looks like UTF-16 without/],
  ["half a character of UTF-16", Uint8Array.of(0xff, 0xfe, 0x41), /t.txt: it begins as utf-16le/],
])("%s is refused by name", (_, bytes, message) => {
  expect(() => decodeBytes(bytes, "t.txt")).toThrow(message);
  expect(() => decodeBytes(bytes, "t.txt")).toThrow(DataError);
});

test("formats from before Unicode may be Latin-1", () => {
  expect(decodeBytes(Uint8Array.of(0x68, 0xe9), "t", { legacy: "latin1" })).toBe("hé");
});

test("a decimal numeral is a number, and nothing else is", () => {
  expect([" 1", "", "0x10", "Infinity", "1e", "1,5", "٣"].map(decimal)).toEqual(Array(7).fill(NaN));
  expect(["1", "-0.5", "+2e3", ".5"].map(decimal)).toEqual([1, -0.5, 2000, 0.5]);
});

test("lines end in three ways, and keep their places", () => {
  const text = "a\r\nb\rc\n\nd";
  expect([...lines(text)].map(({ from, to }) => text.slice(from, to))).toEqual(["a", "b", "c", "", "d"]);
});

test("a name that leaves its folder is refused, in memory and on a disk", async () => {
  for (const name of ["../secret", "a/../../secret", "/etc/passwd", "c:\\x", "a\\..\\b", "a\0b"]) {
    expect(() => insideFolder("f", name)).toThrow(/outside of the folder/);
    await expect(readBytes(memoryFolder("f", { "../secret": "x" }), name)).rejects.toThrow(DataError);
    await expect(readBytes(diskFolder("/tmp"), name)).rejects.toThrow(/outside of the folder/);
  }
  expect(insideFolder("f", "a..b/c")).toBe("a..b/c");
  await expect(readText(memoryFolder("f", {}), "constructor")).rejects.toThrow("f/constructor: no such file");
});

test("JSON is bounded in depth and in the number of its values, and must be an object", () => {
  const parse = (text: string): unknown => parseObject(text, (fault) => new DataError(fault));
  expect(parse('{"a":[1,"[[[["]}')).toEqual({ a: [1, "[[[["] });
  expect(() => parse("[".repeat(1e5))).toThrow("nested deeper than 100");
  expect(() => parse(`{"a":[${"[],".repeat(3e5)}1]}`)).toThrow(/holds \d+ values/);
  for (const text of ["null", "[]", "3", "{", ""]) expect(() => parse(text)).toThrow(DataError);
});
