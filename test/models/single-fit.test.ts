import { describe, expect, test } from "vitest";
import { DisposedError, OptionError } from "../../src/wasm/errors.ts";
import { Lifetime } from "../../src/models/lifetime.ts";
import { SingleFit } from "../../src/models/single-fit.ts";

/** A fit that ends when it is told to. */
function held() {
  let end = () => {};
  const done = new Promise<void>((resolve) => (end = resolve));
  return { done, end };
}

describe("one fit at a time", () => {
  test("a second one is refused until the first has ended, and by its name", async () => {
    const fits = new SingleFit(new Lifetime("model"));
    const { done, end } = held();
    expect(fits.check("fit")).toBe("model.fit");
    const first = fits.run(async () => {
      await done;
      return 7;
    });
    expect(() => fits.check("fit")).toThrow(OptionError);
    end();
    expect(await first).toBe(7);
    expect(fits.check("solve")).toBe("model.solve");
  });

  test("what throws puts back what it changed, and leaves the way free", async () => {
    const fits = new SingleFit(new Lifetime("model"));
    let parameters = 2;
    const broken = fits.run(
      () => Promise.reject(new Error("no")),
      () => (parameters = 1),
    );
    await expect(broken).rejects.toThrow("no");
    expect(parameters).toBe(1);
    expect(fits.check("fit")).toBe("model.fit");
  });

  test.each([
    { keepsMemory: true, atOnce: 0 },
    { keepsMemory: false, atOnce: 1 },
  ])("memory that a fit computes on is given back when it ends: $keepsMemory", async (options) => {
    const life = new Lifetime("model");
    let given = 0;
    life.own({ dispose: () => void ++given });
    const fits = new SingleFit(life, options);
    const { done, end } = held();
    const fit = fits.run(() => done);
    life.end();
    expect(given).toBe(options.atOnce);
    expect(() => fits.check("fit")).toThrow(DisposedError);
    end();
    await fit;
    expect(given).toBe(1);
  });
});
