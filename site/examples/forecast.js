// What sells next year? The forecaster finds the season, tries models in backtests beside the season before,
// averages the best, and says how sure it is.
import { forecaster, plot, svg } from "unrolled";

const season = [90, 70, 85, 100, 120, 140, 150, 145, 115, 95, 110, 160];
const noise = (t) => ((t * 7919) % 101) / 101 - 0.5;
const sales = Float64Array.from({ length: 108 }, (_, t) => 200 + t + season[t % 12] + 30 * noise(t));
const [known, truth] = [sales.slice(0, 96), sales.slice(96)];

const f = await forecaster({ horizon: 12, models: ["ets", "ar"], seed: 1 });
await f.fit(known);
const { model, means, lower, upper, scores } = f.forecast();

const past = Array.from({ length: 48 }, (_, i) => 48 + i);
const coming = Array.from({ length: 12 }, (_, h) => 96 + h);
postMessage(
  svg(
    plot({
      title: "The year that the forecaster has not seen",
      x: { label: "month" },
      y: { label: "sales" },
      marks: [
        { kind: "band", x: coming, y: lower, y2: upper, label: "90%" },
        { kind: "line", x: past, y: past.map((t) => known[t]), label: "known" },
        { kind: "line", x: coming, y: means, label: model },
        { kind: "points", x: coming, y: truth, label: "what came" },
      ],
    }),
  ),
);
const inside = truth.filter((v, h) => v >= lower[h] && v <= upper[h]).length;
console.log(`${model}: ${inside} of 12 months within the band of 90%`);
const best = Math.min(...Object.values(scores).map(({ mase }) => mase));
console.log(`MASE ${best.toFixed(2)}; of the season before ${scores.seasonalNaive.mase.toFixed(2)}`);
f.dispose();
