/** The order of an autoregression, chosen by a criterion. */
import { describe, expect, test } from "vitest";
import { autoregressive } from "../../../src/models/autoregressive/autoregressive.ts";
import { Random } from "../../../src/wasm/random.ts";
import { close } from "../../close.ts";
import { csvColumn, dataPath, missing } from "../../data.ts";
import { design, engine, plain } from "./builders.ts";

describe("choosing the order", () => {
  const r = new Random(engine, 9);
  const y = [0, 0, 0];
  for (let t = 3; t < 1500; ++t) y.push(0.5 * y[t - 1] - 0.4 * y[t - 3] + r.normal());

  test.each(["aic", "bic"] as const)("%s compares all orders on the same steps", async (criterion) => {
    const ar = await autoregressive({ maxOrder: 8, criterion });
    const { criteria, order } = await ar.fit(y);
    criteria!.forEach((got, p) => {
      const { X, Y } = design([y.map((v) => [v])], p, 8);
      const { logLikelihood } = plain(X, Y);
      close(got, -2 * logLikelihood + (criterion === "aic" ? 2 : Math.log(Y.length)) * (p + 2), {
        rel: 1e-10,
      });
    });
    expect(order).toBe(criteria!.indexOf(Math.min(...criteria!)));
    if (criterion === "bic") expect(order).toBe(3);
    ar.dispose();
  });

  test("a series that is predicted exactly ends at the least order that does it", async () => {
    const ar = await autoregressive({ maxOrder: 6, intercept: false });
    const sine = Array.from({ length: 60 }, (_, t) => Math.sin(0.3 * t));
    const { order } = await ar.fit(sine);
    expect(order).toBe(2); // sin((t+1)ω) = 2·cos ω·sin tω - sin((t-1)ω)
    close(ar.parameters.coefficients, [2 * Math.cos(0.3), -1], { rel: 1e-10 });
    close(
      ar.forecast(20, { history: sine }).means,
      Array.from({ length: 20 }, (_, t) => Math.sin(0.3 * (60 + t))),
      { abs: 1e-8 },
    );
    expect(ar.parameters.noise[0]).toBeLessThan(1e-24);
    ar.dispose();
  });

  const path = dataPath("series", "sunspot.year.csv");
  test.skipIf(!path)(`sunspots want more than two taps${missing("series", "sunspot.year.csv")}`, async () => {
    const ar = await autoregressive({ maxOrder: 15, criterion: "aic" });
    const { order } = await ar.fit(csvColumn(path!, "value"));
    expect(order).toBe(9); // as R's ar() and most textbooks have it
    ar.dispose();
  });
});
