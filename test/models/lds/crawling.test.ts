/** EM crawls where a variance goes to 0: the fit turns to quasi-Newton steps by itself. */
import { expect, test } from "vitest";
import { lds } from "../../../src/models/lds/lds.ts";
import { localLevel } from "../../../src/models/lds/local-level.ts";
import { structural } from "../../../src/models/structural/structural.ts";
import type { EmEvent, EmReport } from "../../../src/train/em.ts";

/** Noise about a line: neither a level that walks nor a slope that changes. */
const noise = (T: number): Float64Array => Float64Array.from({ length: T }, (_, t) => Math.sin(1.7 * t * t));
const line = noise(200).map((x, t) => x + 0.03 * t);

function neverFalls({ history, iterations }: EmReport): void {
  expect(history).toHaveLength(iterations + 1);
  for (let i = 1; i < history.length; ++i)
    expect(history[i]).toBeGreaterThan(history[i - 1] - 1e-6 * Math.abs(history[i]));
}

test("a level that does not walk is found within the iterations of the default", async () => {
  using level = await localLevel();
  using s = await structural({});
  const y = noise(200);
  const events: EmEvent[] = [];
  const report = await level.fit(y, { onProgress: (event) => events.push(event) });
  const { logLikelihood } = await s.fit(y);
  // EM alone does not end in these hundred
  expect(report.converged).toBe(true);
  expect(logLikelihood - report.logLikelihood).toBeLessThan(1e-5);
  neverFalls(report);
  expect(events.map(({ iteration }) => iteration)).toEqual(
    Array.from({ length: report.iterations }, (_, i) => i + 1),
  );
});

test("a trend whose two variances go to 0 is found within 150 iterations", async () => {
  const spec = { state: 2, output: 1, A: [1, 1, 0, 1], C: [1, 0], initial: "diffuse" } as const;
  using model = await lds({ ...spec, fixed: ["A", "C"], diagonal: ["Q"] });
  using s = await structural({ slope: true });
  const report = await model.fit(line, { iterations: 150 });
  const { logLikelihood } = await s.fit(line);
  expect(report.converged).toBe(true);
  expect(logLikelihood - report.logLikelihood).toBeLessThan(1e-3);
  neverFalls(report);
});

test("where a covariance is singular EM goes on alone, and ends where it is told to", async () => {
  using model = await lds({
    state: 2,
    output: 1,
    A: [1, 1, 0, 1],
    C: [1, 0],
    Q: [0.1, 0, 0, 0],
    fixed: ["A", "C"],
    diagonal: ["Q"],
  });
  const report = await model.fit(line, { iterations: 70, tolerance: 0 });
  expect(report.iterations).toBe(70);
  neverFalls(report);
});
