/** Kernels of one's own: from where they may come, and the errors where they cannot. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { packed as narrow } from "../../src/wasm/binary/float32.ts";
import { packed as packed64 } from "../../src/wasm/binary/float64.ts";
import { unpack } from "../../src/wasm/unpack.ts";
import type { WasmSource } from "../../src/wasm/wasm-source.ts";
import { serveKernels } from "./kernel-server.ts";

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
