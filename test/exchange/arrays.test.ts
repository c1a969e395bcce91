/** Arrays of NumPy, in and out: every type, order and version against files that NumPy wrote. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dtypeOf, fromHalf, toHalf } from "../../src/exchange/arrays/dtypes.ts";
import { readNpy, writeNpy } from "../../src/exchange/arrays/npy.ts";
import { readNpz, writeNpz } from "../../src/exchange/arrays/npz.ts";
import { DataError, OptionError, ShapeError } from "../../src/wasm/errors.ts";
import { fuzz } from "./fuzz.ts";

interface Golden {
  files: { dtype: string; shape: number[]; values: (number | string | boolean)[]; file: string }[];
  versions: string[];
  zip: string;
  packed: string;
  refused: Record<string, string>;
}
const golden = JSON.parse(
  readFileSync(new URL("../golden/exchange/arrays.json", import.meta.url), "utf8"),
) as Golden;
const bytes = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, "base64"));
const numbers = (data: ArrayLike<unknown>): number[] => Array.from(data, Number);

describe("readNpy", () => {
  test.each(golden.files.map((file, i) => [file.dtype, i, file] as const))(
    "reads %s as NumPy wrote it (file %i)",
    (_, __, { dtype, shape, values, file }) => {
      const got = readNpy(bytes(file));
      expect(got.dtype).toBe(dtype);
      expect(got.shape).toEqual(shape);
      expect(numbers(got.data)).toEqual(values.map(Number));
    },
  );
  test("reads format versions 1 to 3 alike", () => {
    for (const file of golden.versions)
      expect(readNpy(bytes(file))).toEqual({
        shape: [2, 3],
        dtype: "float32",
        data: Float32Array.of(0, 1, 2, 3, 4, 5),
      });
  });
  test("refuses arrays of anything but numbers, by their type", () => {
    for (const [kind, words] of [
      ["text", /"<U2"/],
      ["complex", /"<c16"/],
      ["record", /a record/],
      ["object", /"\|O"/],
    ] as const)
      expect(() => readNpy(bytes(golden.refused[kind]))).toThrow(words);
  });
  test("says what is wrong with a file", () => {
    const good = writeNpy(Float32Array.of(1, 2, 3));
    expect(() => readNpy(good.subarray(0, -1))).toThrow(
      /readNpy: 11 bytes of elements, want 12 for float32 \[3\]: truncated/,
    );
    expect(() => readNpy(Uint8Array.of(80, 75, 3, 4))).toThrow(/does not begin as a .npy file/);
    expect(() => readNpy("x" as never)).toThrow(DataError);
    const future = good.slice();
    future[6] = 4;
    expect(() => readNpy(future)).toThrow(/version 4, this library reads 1 to 3/);
  });
});

describe("writeNpy", () => {
  test("what it writes is what NumPy writes, to the byte, in C order", () => {
    const plain = golden.files.filter(({ file }) => {
      const text = Buffer.from(file, "base64").toString("latin1");
      return text.includes("'fortran_order': False") && !text.includes("'>");
    });
    expect(plain.length).toBeGreaterThan(12);
    for (const { file } of plain) expect(writeNpy(readNpy(bytes(file)))).toEqual(bytes(file));
  });
  test("halves come back, and every double is rounded to the nearest", () => {
    for (let bits = 0; bits < 65536; ++bits)
      if (!Number.isNaN(fromHalf(bits))) expect(toHalf(fromHalf(bits))).toBe(bits);
    fc.assert(
      fc.property(fc.double({ min: -70000, max: 70000, noNaN: true }), (x) => {
        const at = toHalf(Math.abs(x));
        const got = Math.abs(Math.abs(x) - fromHalf(at));
        const around = [at - 1, at + 1].filter((bits) => bits >= 0 && bits < 0x7c00);
        if (at < 0x7c00)
          for (const bits of around) expect(got).toBeLessThanOrEqual(Math.abs(Math.abs(x) - fromHalf(bits)));
      }),
    );
  });
  test("refuses what is no array, and shapes that do not fit", () => {
    expect(() => writeNpy([1, 2] as never)).toThrow(OptionError);
    expect(() => writeNpy({ shape: [2], data: Float32Array.of(1) })).toThrow(ShapeError);
    expect(() => writeNpy({ shape: [1], data: Float32Array.of(1), dtype: "int8" })).toThrow(/convert/);
    expect(dtypeOf([1])).toBeUndefined();
  });
});

describe("npz", () => {
  test("archives of NumPy, stored and deflated, hold their arrays", async () => {
    for (const file of [golden.zip, golden.packed]) {
      const { a, b } = await readNpz(bytes(file));
      expect(a).toEqual({ shape: [2, 3], dtype: "float32", data: Float32Array.of(0, 1, 2, 3, 4, 5) });
      expect(b).toEqual({ shape: [3], dtype: "int64", data: BigInt64Array.of(0n, 1n, 2n) });
    }
  });
  test("what is written comes back, and the same arrays give the same bytes", async () => {
    const arrays = {
      x: { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) },
      __proto__x: Int8Array.of(-1),
      "λ/deep": Uint8Array.of(1, 0),
    };
    for (const compress of [false, true]) {
      const file = await writeNpz(arrays, { compress });
      expect(await writeNpz(arrays, { compress })).toEqual(file);
      const back = await readNpz(file);
      expect(Object.keys(back)).toEqual(Object.keys(arrays));
      expect(back.x.data).toEqual(arrays.x.data);
      expect(back["λ/deep"].data).toEqual(Uint8Array.of(1, 0));
    }
  });
  test("an archive that claims more than it can hold is refused before it is unpacked", async () => {
    const file = await writeNpz({ a: new Float32Array(1000) }, { compress: true });
    const at = Buffer.from(file).lastIndexOf("PK\u0001\u0002");
    new DataView(file.buffer).setUint32(at + 24, 2 ** 30, true);
    await expect(readNpz(file)).rejects.toThrow(/says it has 1073741824 bytes/);
    new DataView(file.buffer).setUint32(at + 24, 4000, true);
    await expect(readNpz(file)).rejects.toThrow(/does not unpack to the 4000 bytes/);
  });
  test("a changed byte is found by its checksum", async () => {
    const file = await writeNpz({ a: Float32Array.of(1, 2) });
    file[file.indexOf(0x93) + 130] ^= 1;
    await expect(readNpz(file)).rejects.toThrow(/"a.npy" does not match its checksum/);
  });
});

describe("10,000 changed files a reader", () => {
  test("readNpy reads or throws an error of this library", async () => {
    const files = golden.files.map(({ file }) => bytes(file));
    expect(await fuzz(files, 10_000, readNpy)).toEqual([]);
  });
  test("readNpz reads or throws an error of this library", async () => {
    expect(await fuzz([bytes(golden.zip), bytes(golden.packed)], 10_000, readNpz)).toEqual([]);
  });
});
