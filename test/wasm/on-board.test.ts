/** Engines without kernels on board, and JavaScript engines that take no bytes: errors name the remedy. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { packed as narrow } from "../../src/wasm/binary/float32.ts";
import { packed as optional32 } from "../../src/wasm/binary/optional32.ts";
import { packed as optional64 } from "../../src/wasm/binary/optional64.ts";
import { unpack } from "../../src/wasm/unpack.ts";

let core: typeof import("../../src/core.ts");
beforeEach(async () => {
  vi.resetModules();
  core = await import("../../src/core.ts");
});
afterEach(() => vi.restoreAllMocks());

const plain = () => ({ input: 1, layers: [core.dense(1)], loss: "squared" as const });
const pooled = () => ({ ...plain(), layers: [core.gru(3), core.pool("mean"), core.dense(1)] });
const refusal = async (promise: Promise<unknown>): Promise<string> => {
  const error = (await promise.then(
    () => new Error("taken"),
    (reason: unknown) => reason,
  )) as Error;
  return `${error.name}: ${error.message}`;
};

test("unrolled/core asks for kernels by name, and for those of layers that few nets use", async () => {
  expect(await refusal(core.network(plain()))).toMatch(
    /^OptionError: init: no float32 kernels are on board .* want init\({ wasm: { float32 } }\) with/,
  );
  await core.init({ wasm: unpack(narrow) });
  using net = await core.network(plain());
  expect(net.size).toBe(2);
  expect(await refusal(core.network(pooled()))).toMatch(/no optional32 kernels are on board/);
  await core.init({ wasm: { optional32: unpack(optional64) } });
  expect(await refusal(core.network(pooled()))).toMatch(
    /^DataError: .* has none of float32, want unrolled\/wasm\/optional32.wasm/,
  );
  await core.init({ wasm: { optional32: unpack(optional32) } });
  using mean = await core.network(pooled());
  expect(mean.predict([[1, 2, 3, 4]])[0]).toHaveLength(1);
});

test("where the engine compiles no bytes, as in workerd, the error says how to give a module", async () => {
  const module = await WebAssembly.compile(unpack(narrow));
  const { instantiate } = WebAssembly;
  // what workerd does: modules are instantiated, bytes refused
  vi.spyOn(WebAssembly, "instantiate").mockImplementation(((code: unknown, imports: object) =>
    code instanceof WebAssembly.Module
      ? instantiate(code, imports as WebAssembly.Imports)
      : Promise.reject(
          new WebAssembly.CompileError("Wasm code generation disallowed by embedder"),
        )) as typeof instantiate);
  await import("../../src/wasm/built-in.ts");
  expect(await refusal(core.network(plain()))).toMatch(
    /^OptionError: init: this .* engine does .* want init\({ wasm: { float32: module } }\) before/,
  );
  await core.init({ wasm: module });
  using net = await core.network(plain());
  expect(net.size).toBe(2);
});
