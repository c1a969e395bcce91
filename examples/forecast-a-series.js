// A series forecasts itself: the order of an autoregression by BIC, then three seasons ahead with 95% bands.
import { autoregressive } from "unrolled";

const season = [0, 2, 5, 9, 12, 14, 13, 10, 6, 3, 1, 0];
const noise = (t) => ((t * 7919) % 101) / 101 - 0.5;
const series = Float64Array.from({ length: 240 }, (_, t) => season[t % 12] + 0.01 * t + noise(t));

const model = await autoregressive({ maxOrder: 24, criterion: "bic" });
const { order } = await model.fit(series);
const { means, covariances } = model.forecast(36, { history: series });

let inside = 0;
means.forEach((mean, h) => {
  const truth = season[(240 + h) % 12] + 0.01 * (240 + h) + noise(240 + h);
  if (Math.abs(truth - mean) < 1.96 * Math.sqrt(covariances[h])) ++inside;
});
console.log(`order ${order}; ${inside} of 36 values to come lie in the 95% band`);
model.dispose();
