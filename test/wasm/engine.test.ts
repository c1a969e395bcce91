/** Loading: which kernels, from where, and what is said when it cannot be. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { base64 as narrow } from "../../src/wasm/binary/float32.ts";
import { base64 as wide } from "../../src/wasm/binary/float64.ts";
import { base64 as fused } from "../../src/wasm/binary/float32relaxed.ts";

const bytes = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(base64, "base64"));
const relaxedHere = WebAssembly.validate(bytes(fused));
let server: Server, url: string;
/** The module under test, fresh: it remembers what was loaded. */
let wasm: typeof import("../../src/wasm/engine.ts");

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/missing.wasm") { response.writeHead(404); response.end(); return; }
    response.writeHead(200, { "content-type": request.url === "/typed.wasm" ? "application/wasm" : "text/plain" });
    response.end(bytes(narrow));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(async () => {
  vi.resetModules();
  wasm = await import("../../src/wasm/engine.ts");
});

test("one engine a precision, made once", async () => {
  const [first, second, other] = await Promise.all([wasm.engine("float32"), wasm.engine("float32"), wasm.engine("float64")]);
  expect(first).toBe(second);
  expect(first!.memory.realBytes).toBe(4);
  expect(other!.memory.realBytes).toBe(8);
  await wasm.init({ precision: ["float32", "float64"] });
  expect(await wasm.engine("float32")).toBe(first);
});

test("engineInfo says what is in use", async () => {
  expect(wasm.engineInfo()).toEqual({ variant: "simd", revectorize: false, engines: [] });
  await wasm.init();
  const { engines } = wasm.engineInfo();
  expect(engines).toMatchObject([{ precision: "float32", source: "simd" }]);
  expect(engines[0]!.memory.reserved).toBeGreaterThan(0);
  await wasm.init({ wasm: bytes(narrow) });
  expect(wasm.engineInfo().engines).toMatchObject([{ source: "given" }]);
});

test("kernels of one's own: bytes, buffer, module, response, address", async () => {
  const sources = [bytes(narrow), bytes(narrow).buffer, await WebAssembly.compile(bytes(narrow)), await fetch(`${url}/typed.wasm`),
    await fetch(`${url}/plain.wasm`), new URL(`${url}/typed.wasm`), new URL(`${url}/plain.wasm`), { float32: bytes(narrow) }];
  const seen = new Set<unknown>();
  for (const source of sources) {
    await wasm.init({ wasm: source });
    const { kernels, memory } = await wasm.engine("float32"), at = memory.allocate(8);
    kernels.fill(2, 0.5, at);
    expect([...memory.reals(at, 2)]).toEqual([0.5, 0.5]);
    seen.add(kernels);
  }
  expect(seen.size).toBe(sources.length);
});

test("kernels from a file address, as a package's import.meta.resolve gives it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-engine-")), file = join(folder, "float64.wasm");
  writeFileSync(file, bytes(wide));
  await wasm.init({ precision: "float64", wasm: pathToFileURL(file) });
  rmSync(folder, { recursive: true });
  expect((await wasm.engine("float64")).memory.realBytes).toBe(8);
});

test("a relaxed variant where there is none, unknown options and foreign modules are errors that name them, and nothing changes", async () => {
  const before = await wasm.engine("float32");
  if (!relaxedHere) await expect(wasm.init({ variant: "relaxed" })).rejects.toThrow(/variant is "relaxed", want a JavaScript engine with relaxed SIMD/);
  await expect(wasm.init({ variant: "fast" as "simd" })).rejects.toThrow(/variant is "fast", want one of simd, relaxed/);
  await expect(wasm.init({ precision: "float16" as "float32" })).rejects.toThrow(/precision is "float16"/);
  await expect(wasm.init({ simd: true } as object)).rejects.toThrow(/unknown option "simd"/);
  await expect(wasm.init({ wasm: { float16: bytes(narrow) } as object })).rejects.toThrow(/unknown option "float16"/);
  await expect(wasm.init({ wasm: bytes(wide) })).rejects.toThrow(/given for float32 computes in the other precision/);
  await expect(wasm.init({ wasm: Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0) })).rejects.toThrow(/has no kernels/);
  await expect(wasm.init({ wasm: Uint8Array.of(1, 2, 3) })).rejects.toThrow(WebAssembly.CompileError);
  await expect(wasm.init({ wasm: new URL(`${url}/missing.wasm`) })).rejects.toThrow(/answered 404/);
  expect(await wasm.engine("float32")).toBe(before);
  expect(wasm.engineInfo()).toMatchObject({ variant: "simd", engines: [{ source: "simd" }] });
});

test.skipIf(!relaxedHere)("the relaxed variant is for engines loaded after it was asked for (skipped where relaxed SIMD is missing)", async () => {
  const strict = await wasm.engine("float32");
  await wasm.init({ variant: "relaxed" });
  expect(await wasm.engine("float32")).not.toBe(strict);
  expect(wasm.engineInfo()).toMatchObject({ variant: "relaxed", engines: [{ source: "relaxed" }] });
});

test("asking for 256-bit vectors changes nothing where V8 has none", async () => {
  await wasm.init({ revectorize: true });
  expect(wasm.engineInfo().revectorize).toBe(Number.parseInt(process.versions.node) >= 24 && process.arch === "x64");
  expect((await wasm.engine("float32")).memory.realBytes).toBe(4);
});
