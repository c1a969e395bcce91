// Two shops, each with a season and days of a known campaign: models compete, the best are averaged.
import { forecaster } from "unrolled";

const season = [90, 70, 85, 100, 120, 140, 150, 145, 115, 95, 110, 160];
const noise = (t) => ((t * 7919) % 101) / 101 - 0.5;
const campaign = Array.from({ length: 108 }, (_, t) => Number(t % 17 === 5));
const shop = (level, gain) =>
  Float64Array.from(campaign, (on, t) => level + season[t % 12] + gain * on + 12 * noise(t + level));
const [north, south] = [shop(200, 60), shop(500, 90)];
const known = 96;

const f = await forecaster({ horizon: 12, season: 12, models: ["ets", "structural"], seed: 1 });
const sales = { north: north.slice(0, known), south: south.slice(0, known) };
await f.fit(sales, { inputs: { campaign } });

const answers = f.forecastAll();
const truth = { north: north.slice(known), south: south.slice(known) };
for (const [name, { model, lower, upper, scores }] of Object.entries(answers)) {
  const inside = truth[name].filter((v, h) => v >= lower[h] && v <= upper[h]).length;
  const best = Math.min(...Object.values(scores).map(({ mase }) => mase));
  console.log(`${name}: ${model}; ${inside} of 12 months within the band of 90%`);
  console.log(`  MASE ${best.toFixed(2)}, of the season before ${scores.seasonalNaive.mase.toFixed(2)}`);
}
f.dispose();
