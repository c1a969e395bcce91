/** Loading: one engine a precision, which variant of it, and the errors where it cannot be. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { packed as narrow } from "../../src/wasm/binary/float32.ts";
import { packed as fused } from "../../src/wasm/binary/float32relaxed.ts";
import { packed as packed64 } from "../../src/wasm/binary/float64.ts";
import { unpack } from "../../src/wasm/unpack.ts";
import { serveKernels } from "./kernel-server.ts";

const relaxedHere = WebAssembly.validate(unpack(fused));
/** The module under test, fresh: it remembers what was loaded. */
let wasm: typeof import("../../src/wasm/engine.ts");
let wasmErrors: typeof import("../../src/wasm/errors.ts");
let server: Awaited<ReturnType<typeof serveKernels>>;
let url: string;

beforeAll(async () => {
  server = await serveKernels();
  ({ url } = server);
});
afterAll(() => server.close());
beforeEach(async () => {
  vi.resetModules();
  wasm = await import("../../src/wasm/engine.ts");
  await import("../../src/wasm/built-in.ts");
  wasmErrors = await import("../../src/wasm/errors.ts");
});

test("one engine a precision, made once", async () => {
  const [first, second, other] = await Promise.all([
    wasm.engine("float32"),
    wasm.engine("float32"),
    wasm.engine("float64"),
  ]);
  expect(first).toBe(second);
  expect(first.memory.realBytes).toBe(4);
  expect(other.memory.realBytes).toBe(8);
  await wasm.init({ precision: ["float32", "float64"] });
  expect(await wasm.engine("float32")).toBe(first);
});

test("engineInfo says what is in use", async () => {
  expect(wasm.engineInfo()).toEqual({ variant: "simd", revectorize: false, engines: [] });
  await wasm.init();
  const { engines } = wasm.engineInfo();
  expect(engines).toMatchObject([{ precision: "float32", source: "simd" }]);
  expect(engines[0].memory.reserved).toBeGreaterThan(0);
  await wasm.init({ wasm: unpack(narrow) });
  expect(wasm.engineInfo().engines).toMatchObject([{ source: "given" }]);
});

test(
  "a relaxed variant where there is none, unknown options and foreign modules are errors that name " +
    "them, and nothing changes",
  async () => {
    const before = await wasm.engine("float32");
    if (!relaxedHere)
      await expect(wasm.init({ variant: "relaxed" })).rejects.toThrow(
        /variant is "relaxed", want a JavaScript engine with relaxed SIMD/,
      );
    await expect(wasm.init({ variant: "fast" as "simd" })).rejects.toThrow(
      /variant is "fast", want one of simd, relaxed/,
    );
    await expect(wasm.init({ precision: "float16" as "float32" })).rejects.toThrow(/precision is "float16"/);
    await expect(wasm.engine("float16" as "float32")).rejects.toThrow(
      new wasmErrors.OptionError(
        'engine: precision is "float16", want one of float32, float64; did you mean "float32"?',
      ),
    );
    await expect(wasm.init({ revectorize: "yes" as never })).rejects.toThrow(
      new wasmErrors.OptionError('init: revectorize is "yes", want true or false'),
    );
    await expect(wasm.init({ simd: true } as object)).rejects.toThrow(/unknown option "simd"/);
    await expect(wasm.init({ wasm: { float16: unpack(narrow) } as object })).rejects.toThrow(
      /unknown option "float16"/,
    );
    await expect(wasm.init({ wasm: unpack(packed64) })).rejects.toThrow(
      /given for float32 computes in the other precision/,
    );
    await expect(wasm.init({ wasm: Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0) })).rejects.toThrow(
      /has no kernels/,
    );
    await expect(wasm.init({ wasm: Uint8Array.of(1, 2, 3) })).rejects.toThrow(
      /init: the 3 bytes cannot be compiled to kernels: CompileError: .*, want unrolled\/wasm\/float32.wasm/,
    );
    await expect(wasm.init({ wasm: new URL(`${url}/missing.wasm`) })).rejects.toThrow(/answered 404/);
    expect(await wasm.engine("float32")).toBe(before);
    expect(wasm.engineInfo()).toMatchObject({ variant: "simd", engines: [{ source: "simd" }] });
  },
);

test.skipIf(!relaxedHere)(
  "the relaxed variant is for engines loaded after it was asked for (skipped where relaxed SIMD is missing)",
  async () => {
    const strict = await wasm.engine("float32");
    await wasm.init({ variant: "relaxed" });
    expect(await wasm.engine("float32")).not.toBe(strict);
    expect(wasm.engineInfo()).toMatchObject({ variant: "relaxed", engines: [{ source: "relaxed" }] });
  },
);

test("asking for 256-bit vectors changes nothing where V8 has none", async () => {
  await wasm.init({ revectorize: true });
  expect(wasm.engineInfo().revectorize).toBe(
    Number.parseInt(process.versions.node) >= 24 && process.arch === "x64",
  );
  expect((await wasm.engine("float32")).memory.realBytes).toBe(4);
});

test(
  "256-bit vectors are for engines loaded after the flag took hold: others are loaded anew, once, " +
    "and given ones stay",
  async () => {
    const setFlagsFromString = vi.fn();
    const versions = { ...process.versions, node: "24.0.0" };
    vi.stubGlobal(
      "process",
      Object.create(process, {
        arch: { value: "x64" },
        versions: { value: versions },
        getBuiltinModule: { value: () => ({ setFlagsFromString }) },
      }),
    );
    try {
      vi.resetModules();
      wasm = await import("../../src/wasm/engine.ts");
      await import("../../src/wasm/built-in.ts");
      const [first, given] = [
        await wasm.engine("float32"),
        (await wasm.init({ wasm: { float64: unpack(packed64) } }), await wasm.engine("float64")),
      ];
      await wasm.init({ revectorize: true });
      const second = await wasm.engine("float32");
      expect(wasm.engineInfo().revectorize).toBe(true);
      expect(second).not.toBe(first);
      expect(await wasm.engine("float64")).toBe(given);
      await wasm.init({ revectorize: true });
      expect(await wasm.engine("float32")).toBe(second);
      expect(setFlagsFromString.mock.calls).toEqual([["--experimental-wasm-revectorize"]]);
    } finally {
      vi.unstubAllGlobals();
    }
  },
);

test.skipIf(!relaxedHere)(
  "an engine still loading when another variant is asked for is not the one of models to come " +
    "(skipped where relaxed SIMD is missing)",
  async () => {
    const strict = wasm.engine("float32");
    await wasm.init({ variant: "relaxed" });
    expect(await wasm.engine("float32")).not.toBe(await strict);
  },
);
