/** Loading: which kernels, from where, and the error when it cannot be. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { WasmSource } from "../../src/wasm/wasm-source.ts";
import { unpack } from "../../src/wasm/unpack.ts";
import { packed as narrow } from "../../src/wasm/binary/float32.ts";
import { packed as packed64 } from "../../src/wasm/binary/float64.ts";
import { packed as fused } from "../../src/wasm/binary/float32relaxed.ts";

const relaxedHere = WebAssembly.validate(unpack(fused));
let server: Server;
let url: string;
/** The module under test, fresh: it remembers what was loaded. */
let wasm: typeof import("../../src/wasm/engine.ts");
let wasmErrors: typeof import("../../src/wasm/errors.ts");

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/missing.wasm") {
      response.writeHead(404);
      response.end();
      return;
    }
    if (request.url === "/page.wasm") {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><title>not here</title>");
      return;
    }
    response.writeHead(200, {
      "content-type": request.url === "/plain.wasm" ? "text/plain" : "application/wasm",
    });
    response.end(unpack(request.url === "/wide.wasm" ? packed64 : narrow));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
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

test("kernels of one's own: bytes, buffer, module, response, address", async () => {
  const sources = [
    unpack(narrow),
    unpack(narrow).buffer,
    await WebAssembly.compile(unpack(narrow)),
    await fetch(`${url}/typed.wasm`),
    await fetch(`${url}/plain.wasm`),
    new URL(`${url}/typed.wasm`),
    new URL(`${url}/plain.wasm`),
    { float32: unpack(narrow) },
  ];
  const seen = new Set<unknown>();
  for (const source of sources) {
    await wasm.init({ wasm: source });
    const { kernels, memory } = await wasm.engine("float32");
    const at = memory.allocate(8);
    kernels.fill(2, 0.5, at);
    expect([...memory.reals(at, 2)]).toEqual([0.5, 0.5]);
    seen.add(kernels);
  }
  expect(seen.size).toBe(sources.length);
});

test("kernels from a file address, as a package's import.meta.resolve gives it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-engine-"));
  const file = join(folder, "float64.wasm");
  writeFileSync(file, unpack(packed64));
  await wasm.init({ precision: "float64", wasm: pathToFileURL(file) });
  rmSync(folder, { recursive: true });
  expect((await wasm.engine("float64")).memory.realBytes).toBe(8);
});

test("the precisions to load are those that have a source", async () => {
  const sources = (): object[] =>
    wasm.engineInfo().engines.map(({ precision, source }) => ({ precision, source }));
  await wasm.init({ wasm: { float64: unpack(packed64) } });
  expect(sources()).toEqual([{ precision: "float64", source: "given" }]);
  await wasm.init({ wasm: { float32: new URL(`${url}/typed.wasm`), float64: fetch(`${url}/wide.wasm`) } });
  expect(sources()).toEqual([
    { precision: "float64", source: "given" },
    { precision: "float32", source: "given" },
  ]);
  await expect(
    wasm.init({ precision: "float32", wasm: { float32: unpack(narrow), float64: unpack(packed64) } }),
  ).rejects.toThrow(/wasm has float64, want one of the precisions asked for, float32; leave precision out/);
  await expect(wasm.init({ precision: [], wasm: unpack(narrow) })).rejects.toThrow(/wasm has float32/);
});

test(
  "promises of sources are waited for, and one that fails or keeps something else is an error that " +
    "says so",
  async () => {
    await wasm.init({ wasm: fetch(`${url}/typed.wasm`) });
    expect(wasm.engineInfo().engines).toMatchObject([{ precision: "float32", source: "given" }]);
    const before = await wasm.engine("float32");
    await expect(wasm.init({ wasm: Promise.resolve("float32.wasm") as never })).rejects.toThrow(
      new RegExp(
        '^init: wasm.float32 is a promise of "float32.wasm", ' +
          "want bytes, a WebAssembly.Module, a Response or a URL$",
      ),
    );
    await expect(wasm.init({ wasm: Promise.reject(new Error("no net")) })).rejects.toThrow(
      /init: wasm.float32 is a promise that failed: Error: no net, want unrolled\/wasm\/float32.wasm/,
    );
    expect(await wasm.engine("float32")).toBe(before);
  },
);

test("what is no source of kernels is an error that says what it is", async () => {
  const cases: [unknown, string][] = [
    ["float32.wasm", '"float32.wasm"'],
    [42, "42"],
    [null, "null"],
    [true, "true"],
    [[unpack(narrow)], "array of 1"],
    [{}, "Object"],
    [new Request(url), "Request"],
  ];
  for (const [source, shown] of cases) {
    await expect(wasm.init({ wasm: source as URL })).rejects.toThrow(
      new wasmErrors.OptionError(
        `init: wasm is ${shown}, want bytes, a WebAssembly.Module, a Response or a URL, or an object ` +
          "of them by precision",
      ),
    );
  }
  await expect(wasm.init({ wasm: { float32: 42 } as object })).rejects.toThrow(
    /^init: wasm.float32 is 42, want bytes, a WebAssembly.Module, a Response or a URL$/,
  );
  await expect(wasm.init({ wasm: { float64: undefined } as object })).rejects.toThrow(
    /wasm.float64 is undefined/,
  );
  expect(wasm.engineInfo().engines).toEqual([]);
});

test(
  "sources that cannot be read or compiled are errors of data that name them, the remedy and the " + "cause",
  async () => {
    const fails = async (source: WasmSource, cause: unknown, ...words: string[]): Promise<void> => {
      const error = (await wasm.init({ wasm: source }).catch((error: unknown) => error)) as Error;
      expect([
        error.name,
        error.message.startsWith("init: "),
        words.filter((word) => !error.message.includes(word)),
      ]).toEqual(["DataError", true, []]);
      expect(error.message).toMatch(/, want unrolled\/wasm\/float32\.wasm of this version$/);
      expect(error.cause).toMatchObject(cause as object);
    };
    await fails(Uint8Array.of(1, 2, 3), { name: "CompileError" }, "the 3 bytes cannot be compiled");
    await fails(
      new URL(`${url}/page.wasm`),
      { name: "CompileError" },
      `${url}/page.wasm (text/html) cannot be compiled`,
    );
    await fails(await fetch(`${url}/page.wasm`), { name: "CompileError" }, `${url}/page.wasm (text/html)`);
    await fails(
      new URL("http://127.0.0.1:1/float32.wasm"),
      { name: "TypeError" },
      "http://127.0.0.1:1/float32.wasm cannot be read",
      "fetch failed",
    );
    await fails(
      pathToFileURL(join(tmpdir(), "no-such-folder/float32.wasm")),
      { code: "ENOENT" },
      "no-such-folder/float32.wasm cannot be read",
      "ENOENT",
    );
    const read = await fetch(`${url}/plain.wasm`);
    await read.arrayBuffer();
    await fails(read, { name: "TypeError" }, "plain.wasm (text/plain) cannot be read");
  },
);

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
