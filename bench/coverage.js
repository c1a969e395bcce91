/**
 * Whether standard errors say how far estimates lie from the truth: models with known parameters draw series,
 * each is fitted, and 95% of the intervals ±1.96 standard errors must hold the truth, all but 1 in 300 of
 * them within 3.
 *
 *   npm run build && node bench/coverage.js [--count 500]
 *
 * Ends with code 1 where a share is further from 95% than three of its own standard errors.
 */
import { parseArgs } from "node:util";
import { arima } from "../dist/index.js";

const { values } = parseArgs({ options: { count: { type: "string", default: "500" } } });
const count = Number(values.count);
const N = 300;
const truths = {
  "AR(1)": [
    { p: 1, intercept: false },
    { "ar.1": 0.6, variance: 1 },
  ],
  "MA(1)": [
    { q: 1, intercept: false },
    { "ma.1": 0.5, variance: 1 },
  ],
};

/** Normal numbers by a fixed generator (Park & Miller 1988; sums of twelve uniforms). */
function normals(seed) {
  let state = seed * 7919 + 1;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b) - 6;
}

/** A series of the model, after 100 steps that are forgotten. */
function draw({ "ar.1": a = 0, "ma.1": b = 0, variance }, seed) {
  const normal = normals(seed);
  const y = [];
  let last = 0;
  let old = 0;
  for (let t = 0; t < N + 100; ++t) {
    const e = Math.sqrt(variance) * normal();
    last = a * last + e + b * old;
    old = e;
    y.push(last);
  }
  return y.slice(100);
}

let wrong = 0;
for (const [name, [spec, truth]] of Object.entries(truths)) {
  const held = {};
  const far = {};
  for (let seed = 1; seed <= count; ++seed) {
    const model = await arima(spec);
    await model.fit(draw(truth, seed));
    for (const [parameter, value] of Object.entries(truth)) {
      const z = Math.abs(model.parameters[parameter] - value) / model.standardErrors[parameter];
      held[parameter] = (held[parameter] ?? 0) + (z < 1.959964 ? 1 : 0);
      far[parameter] = (far[parameter] ?? 0) + (z > 3 ? 1 : 0);
    }
    model.dispose();
  }
  for (const parameter of Object.keys(truth)) {
    const share = held[parameter] / count;
    const fine = Math.abs(share - 0.95) <= 3 * Math.sqrt((0.95 * 0.05) / count);
    if (!fine) ++wrong;
    console.log(
      `${name} ${parameter}: ${held[parameter]} of ${count} intervals hold the truth ` +
        `(${(100 * share).toFixed(1)}%), ${far[parameter]} beyond 3: ${fine ? "as they should" : "WRONG"}`,
    );
  }
}
process.exit(wrong ? 1 : 0);
