/**
 * Whether standard errors and intervals say how far estimates lie from the truth: models of known parameters
 * draw series, each is fitted, and 95% of the intervals ±1.96 standard errors must hold the truth, all but 27
 * in 10,000 of those of ±3, and 95% of those of `intervals`. Where the likelihood of a variance is skewed,
 * ± standard errors cannot, and only `intervals` are asked to.
 *
 *   npm run build && node bench/coverage.js [--count 500] [--only NAME]
 *
 * Prints counts by parameter, kept in bench/results/coverage.txt. Ends with code 1 where a share is further
 * from 95%, or above 0.27%, than three of its own standard errors.
 */
import { parseArgs } from "node:util";
import { arima, structural } from "../dist/index.js";
import { normalOf, parkMiller } from "./seeded.js";

const { values } = parseArgs({
  options: { count: { type: "string", default: "500" }, only: { type: "string", default: "" } },
});
const count = Number(values.count);
const N = 300;
const SEASON = 4;
/** Model, its parameters, and a series of them from normal numbers. */
const truths = {
  "AR(1)": {
    make: () => arima({ p: 1, intercept: false }),
    truth: { "ar.1": 0.6, variance: 1 },
    draw: (truth, normal) => arma(truth, normal),
  },
  "MA(1)": {
    make: () => arima({ q: 1, intercept: false }),
    truth: { "ma.1": 0.5, variance: 1 },
    draw: (truth, normal) => arma(truth, normal),
  },
  "local level": {
    make: () => structural({ level: true }),
    truth: { level: 0.5, irregular: 1 },
    draw: localLevel,
  },
  "level, slope and season of 4": {
    make: () => structural({ level: true, slope: true, seasonal: [SEASON] }),
    truth: { irregular: 1, level: 0.5, slope: 0.05, "seasonal.4": 0.1 },
    draw: trendAndSeason,
    skewed: true,
  },
  "ARIMA(0,1,1)(0,1,1) of 4": {
    make: () => arima({ d: 1, q: 1, seasonal: { D: 1, Q: 1, period: SEASON } }),
    truth: { "ma.1": -0.4, "seasonal.ma.1": -0.6, variance: 1 },
    draw: seasonalArima,
  },
};

/** Normal numbers of a seed. */
function normals(seed) {
  const uniform = parkMiller(seed * 7919 + 1);
  return () => normalOf(uniform);
}

/** A series of an AR(1) or MA(1), after 100 steps that are forgotten. */
function arma({ "ar.1": a = 0, "ma.1": b = 0, variance }, normal) {
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

/** A random walk seen through noise. */
function localLevel({ level: walk, irregular: noise }, normal) {
  let level = 10;
  return Array.from({ length: N }, () => {
    level += Math.sqrt(walk) * normal();
    return level + Math.sqrt(noise) * normal();
  });
}

/** A level whose slope walks too, and a season of four. */
function trendAndSeason({ irregular, level, slope, "seasonal.4": season }, normal) {
  let [mu, nu] = [10, 0];
  let gamma = [0, 1, -1];
  return Array.from({ length: N }, () => {
    const y = mu + gamma[0] + Math.sqrt(irregular) * normal();
    mu += nu + Math.sqrt(level) * normal();
    nu += Math.sqrt(slope) * normal();
    const sum = gamma.reduce((x, g) => x + g);
    gamma = [Math.sqrt(season) * normal() - sum, gamma[0], gamma[1]];
    return y;
  });
}

/** y_t - y_{t-1} - y_{t-m} + y_{t-m-1} = (1 + a·L)·(1 + A·L^m)·e_t, from zeros. */
function seasonalArima({ "ma.1": a, "seasonal.ma.1": A, variance }, normal) {
  const e = Array.from({ length: N + SEASON + 1 }, () => Math.sqrt(variance) * normal());
  const y = [];
  for (let t = 0; t < N; ++t) {
    const back = (k) => y[t - k] ?? 0;
    const noise = (k) => e[t + SEASON + 1 - k];
    const w = noise(0) + a * noise(1) + A * noise(SEASON) + a * A * noise(SEASON + 1);
    y.push(back(1) + back(SEASON) - back(SEASON + 1) + w);
  }
  return y;
}

/** Whether a share is 95% within three of its own standard errors. */
const covers = (held) => Math.abs(held / count - 0.95) <= 3 * Math.sqrt((0.95 * 0.05) / count);
const percent = (held) => `${((100 * held) / count).toFixed(1)}%`;
const rare = 0.0027 * count;

let wrong = 0;
for (const [name, { make, truth, draw, skewed }] of Object.entries(truths)) {
  if (!name.includes(values.only)) continue;
  const zero = () => Object.fromEntries(Object.keys(truth).map((parameter) => [parameter, 0]));
  const [held, far, within, refused] = [zero(), zero(), zero(), zero()];
  for (let seed = 1; seed <= count; ++seed) {
    const model = await make();
    const y = draw(truth, normals(seed));
    await model.fit(y);
    const intervals = await model.intervals(y, { level: 0.95 });
    for (const [parameter, value] of Object.entries(truth)) {
      if (!(parameter in model.parameters)) throw new Error(`${name} has no ${parameter}`);
      const z = Math.abs(model.parameters[parameter] - value) / model.standardErrors[parameter];
      const { lower, upper } = intervals[parameter];
      held[parameter] += z < 1.959964 ? 1 : 0;
      far[parameter] += z > 3 ? 1 : 0;
      within[parameter] += lower <= value && value <= upper ? 1 : 0;
      refused[parameter] += upper === Infinity ? 1 : 0;
    }
    model.dispose();
  }
  for (const parameter of Object.keys(truth)) {
    const normal = covers(held[parameter]) && far[parameter] <= rare + 3 * Math.sqrt(rare);
    const fine = covers(within[parameter]) && refused[parameter] === 0;
    if (!fine || !(normal || skewed)) ++wrong;
    const said = (good) => (good ? "as they should" : "WRONG");
    console.log(
      `${name} ${parameter}: of ${count} ± 1.96 standard errors ${held[parameter]} hold the truth ` +
        `(${percent(held[parameter])}), ${far[parameter]} are beyond 3: ` +
        `${skewed && !normal ? "skewed, not asked of them" : said(normal)}; ` +
        `of intervals ${within[parameter]} (${percent(within[parameter])}): ${said(fine)}`,
    );
  }
}
process.exit(wrong ? 1 : 0);
