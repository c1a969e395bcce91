/** Samples have the moments of what they are drawn from. */
import { expect, test } from "vitest";
import { close } from "../../close.ts";
import { using } from "./builders.ts";

test("samples have the emission's moments: symbols, counts large and small, correlated vectors", async () => {
  const mean = (x: Float64Array): number => x.reduce((a, b) => a + b, 0) / x.length;
  await using({ states: 1, emission: "poisson", emissionParameters: [[3.5]] }, (h) => {
    const { sequence } = h.sample(20_000);
    close(mean(sequence), 3.5, { abs: 3 * Math.sqrt(3.5 / 20_000) });
    close(mean(sequence.map((x) => (x - 3.5) ** 2)), 3.5, { abs: 0.2 });
  });
  await using({ states: 1, emission: "poisson", emissionParameters: [[1000]] }, (h) => {
    const { sequence } = h.sample(2000);
    close(mean(sequence), 1000, { abs: 3 * Math.sqrt(1000 / 2000) });
  });
  await using(
    {
      states: 1,
      emission: "gaussian",
      output: 2,
      emissionParameters: {
        means: [[1, 2]],
        covariances: [
          [
            [2, 1],
            [1, 3],
          ],
        ],
      },
    },
    (h) => {
      const { sequence } = h.sample(20_000);
      const z = Float64Array.from(
        { length: 20_000 },
        (_, t) => (sequence[2 * t] - 1) * (sequence[2 * t + 1] - 2),
      );
      close(mean(z), 1, { abs: 3 * Math.sqrt(7 / 20_000) });
    },
  );
});

test("large counts have the right probabilities", () =>
  using({ states: 1, emission: "poisson", emissionParameters: [[250]] }, (h) => {
    let p = -250; // ln e^-250·250^y/y!, term by term
    for (let y = 1; y <= 260; ++y) p += Math.log(250 / y);
    close(h.logLikelihood([[260]]), p, { rel: 1e-12 });
    expect(h.logLikelihood([[2 ** 53]])).toBeLessThan(-1e17);
  }));
