// A series taken apart: level, slope and season of monthly sales by a structural model, what is known of its
// variances, tests of its errors, and a forecast with its interval, beside an ARIMA model of the same series.
import { arima, structural } from "unrolled";

const season = [12, 4, -3, -9, -12, -8, -2, 5, 9, 8, 2, -6];
const noise = (t) => ((t * 7919) % 101) / 25 - 2;
const sales = Array.from({ length: 120 }, (_, t) => 200 + 0.8 * t + season[t % 12] + noise(t));
const past = sales.slice(0, 108);
past[40] = NaN; // nobody counted

const model = await structural({ slope: true, seasonal: [12] });
await model.fit(past);
const { irregular } = await model.intervals(past, { level: 0.95 });
console.log(`variance of the noise: ${irregular.lower.toFixed(2)} to ${irregular.upper.toFixed(2)}`);
console.log(
  `AIC ${model.criteria(past).aic.toFixed(1)}, parts ${Object.keys(model.components(past)).join(", ")}`,
);

const { lower, upper } = model.forecast(12, { history: past, level: 0.95 });
const within = sales.slice(108).filter((y, k) => y > lower[k] && y < upper[k]).length;
console.log(`${within} of 12 months lie within the 95% interval`);

const other = await arima({ p: 0, d: 1, q: 1, seasonal: { P: 0, D: 1, Q: 1, period: 12 } });
await other.fit(past);
console.log(
  `ARIMA says ${other.forecast(1, { history: past }).means[0].toFixed(0)}, ` +
    `then ${sales[108].toFixed(0)} came`,
);

const again = await structural.load(model.save());
console.log(
  `the same after a file: ${again.forecast(1, { history: past, level: 0.95 }).lower[0] === lower[0]}`,
);
for (const each of [model, other, again]) each.dispose();
