/** What nets with optional parts need, fetched at once. */
import { expect, test } from "vitest";
import { fetchAhead } from "../../../src/models/network/fetch-ahead.ts";
import { optionalKinds } from "../../../src/models/network/kinds.ts";
import { provide, type Builds } from "../../../src/wasm/on-board.ts";
import { engine } from "../../../src/wasm/engine.ts";
import { optionalKernels } from "../../../src/wasm/optional-kernels.ts";

test("kernels are asked for together, and are there at the end with the optional kinds", async () => {
  const order: string[] = [];
  const build =
    (name: string, load: () => ReturnType<Builds["float32"]>): Builds["float32"] =>
    async () => {
      order.push(`asked for ${name}`);
      const found = await load();
      order.push(`has ${name}`);
      return found;
    };
  const never = (): never => {
    throw new Error("nobody asked");
  };
  provide({
    float32: never,
    float32relaxed: never,
    float64: build("float64", () => import("../../../src/wasm/binary/float64.ts")),
    float64relaxed: never,
    optional32: never,
    optional64: build("optional64", () => import("../../../src/wasm/binary/optional64.ts")),
  });
  await fetchAhead("float64");
  expect(order.slice(0, 2).sort()).toEqual(["asked for float64", "asked for optional64"]);
  expect(optionalKinds()).toBeDefined();
  expect(optionalKernels((await engine("float64")).kernels)).toBeDefined();
});
