// The Lorenz system from 400 points: products of delayed values forecast it, and a search finds an echo state
// network for one of its variables.
import { nvar, selectEsn } from "unrolled/reservoirs";

const rows = [[-8, 8, 27]];
for (let i = 0; i < 7000; ++i) {
  const [x, y, z] = rows.at(-1);
  const h = 0.0025;
  rows.push([x + h * 10 * (y - x), y + h * (x * (28 - z) - y), z + h * (x * y - (8 / 3) * z)]);
}
const series = rows.filter((_, i) => i % 10 === 0).slice(200);
const past = series.slice(0, 450);

const model = await nvar({ input: 3, delays: 2, says: "increment", ridge: 1 });
await model.fit([{ input: past.slice(0, -1), target: past.slice(1) }]);
const { means } = model.forecast(40, { history: past });
console.log(`40 steps ahead x is ${means[117].toFixed(2)}, the system's ${series[489][0].toFixed(2)}`);
console.log(
  `of ${model.parameters.features.length} features: ${model.parameters.features.slice(-2).join(", ")}`,
);

const x = Float64Array.from(past, ([value]) => value / 10);
const found = await selectEsn(
  [{ input: x.subarray(0, -1), target: x.subarray(1) }],
  { input: 1, output: 1, units: 60, washout: 50 },
  { trials: 8, horizon: 10 },
);
const [best] = found.candidates;
console.log(
  `radius ${best.spectralRadius.toFixed(2)}, leak ${best.leak.toFixed(2)}: error ${best.error.toFixed(3)}`,
);
found.model.dispose();
model.dispose();
