/** The LSTM of `unrolled train series`. */
import { expect, test } from "vitest";
import { meanSquare } from "../../../src/forecasting/scores.ts";
import { recurrent } from "../../../src/cli/series/lstm.ts";
import { close } from "../../close.ts";

test("the weights that are kept are those whose error the note tells, not the last ones", async () => {
  let x = 1;
  const noise = Float64Array.from({ length: 90 }, () => (x = (x * 16807) % 2147483647) / 2 ** 31 - 0.5);
  const steps = 325;
  const fitted = await recurrent.fit(noise, {
    seed: 1,
    states: 1,
    cells: 12,
    steps,
    signal: new AbortController().signal,
    progress: () => {},
  });
  const kept = Number(/weights of step (\d+)/.exec(fitted.note)![1]);
  expect(kept).toBeLessThan(steps); // it learns so few values by heart
  const { means, variances } = fitted.oneStep(noise);
  const error = meanSquare(
    Float64Array.from(means).slice(1),
    noise.slice(1),
    Math.floor(0.85 * noise.length),
  );
  close(error, variances[0], { rel: 1e-12 });
  fitted.dispose();
});
