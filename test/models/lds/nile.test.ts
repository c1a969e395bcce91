/** The flow of the Nile, whose numbers are published. (Durbin & Koopman 2012, chapter 2.) */
import { describe, expect, test } from "vitest";
import { localLevel } from "../../../src/models/lds/local-level.ts";
import { adam } from "../../../src/optim/adam.ts";
import { close } from "../../close.ts";
import { csvColumn, dataPath, missing } from "../../data.ts";

const path = dataPath("series", "Nile.csv");
const PRINTED = 0.5e-5; // half a unit of the fifth decimal: the numbers were given to that many digits

describe.skipIf(!path)(`the Nile, local level model${missing("series", "Nile.csv")}`, () => {
  const nile = path ? csvColumn(path, "value") : [];

  test("has the log-likelihoods of the three conventions", async () => {
    const exact = await localLevel({ observation: 15099, level: 1469.1 });
    const wide = await localLevel({
      observation: 15099,
      level: 1469.1,
      initial: { mean: 0, covariance: 1e6 },
    });
    close(wide.logLikelihood(nile, { skip: 1 }), -632.537695, { abs: 0.5e-7 });
    close(exact.logLikelihood(nile), -633.4645636, { abs: 0.5e-7 });
    for (const [q, want] of [
      [1, -495.6851],
      [0.036, -492.529],
      [0.0973, -492.0707],
    ] as const) {
      const unit = await localLevel({ observation: 1, level: q });
      close(unit.logLikelihood(nile, { convention: "concentrated" }), want, { abs: 0.5e-4 });
      unit.dispose();
    }
    // the scale is concentrated out: it does not matter
    const scaled = await localLevel({ observation: 50, level: 50 });
    close(scaled.logLikelihood(nile, { convention: "concentrated" }), -495.6851, { abs: 0.5e-4 });
    for (const model of [exact, wide, scaled]) model.dispose();
  });

  test("has the published filtered and smoothed levels", async () => {
    const model = await localLevel({ observation: 15099, level: 1469.1 });
    const filtered = model.filter(nile);
    const smoothed = model.smooth(nile);
    close(filtered.means.slice(0, 3), [1120, 1140.92784, 1072.79853], { abs: PRINTED });
    close(filtered.covariances.slice(0, 3), [15099, 7899.73638, 5781.46994], { abs: PRINTED });
    close([filtered.means[99], filtered.covariances[99]], [798.3702926, 4032.1579418], { abs: 0.5e-7 });
    close(
      [smoothed.means[0], smoothed.means[50], smoothed.covariances[50]],
      [1111.66832, 829.55045, 2326.75687],
      { abs: PRINTED },
    );
    model.dispose();
  });

  test("has its maximum found by EM and by gradient", async () => {
    const em = await localLevel();
    const report = await em.fit(nile, { iterations: 4000, tolerance: 1e-10 });
    close(em.parameters.R, [15098.52], { rel: 1e-3 });
    // the likelihood is flat: EM stops 1e-8 nats below its top
    close(em.parameters.Q, [1469.18], { rel: 5e-3 });
    close(report.logLikelihood, -633.46456, { abs: 1e-5 });
    const steep = await localLevel({ observation: 10000, level: 3000 });
    const climbed = await steep.fit(nile, {
      iterations: 1500,
      optimizer: adam({ rate: (step) => 0.1 * 0.99 ** step }),
    });
    close([steep.parameters.R[0], steep.parameters.Q[0]], [15098.52, 1469.18], { rel: 1e-5 });
    close(climbed.logLikelihood, -633.46456, { abs: 1e-5 });
    em.dispose();
    steep.dispose();
  });

  test("has its maximum found by a default fit", async () => {
    const level = await localLevel();
    const { logLikelihood } = await level.fit(nile);
    close(logLikelihood, -633.4645636, { abs: 0.05 });
    close(level.parameters.Q, [1469.18], { rel: 0.1 });
    level.dispose();
  });
});

test(
  "the noise of a level begins at the size of the data, not at 1: the README's dozen flows have " +
    "their maximum, with a level that falls, within fifty iterations",
  async () => {
    const level = await localLevel();
    const flow = [1210, 1150, 1250, NaN, 1220, 1030, 1100, 774, 840, 874, 694, 940];
    const { converged } = await level.fit(flow, { iterations: 50 });
    const { means } = level.smooth(flow);
    const [Q] = level.parameters.Q;
    expect(converged).toBe(true);
    expect(means[0] - means.at(-1)!).toBeGreaterThan(300); // less than 1 from Q = 0.19
    for (const factor of [0.8, 1.25]) {
      // a maximum
      const beside = await localLevel({ level: Q * factor, observation: level.parameters.R[0] });
      expect(beside.logLikelihood(flow)).toBeLessThan(level.logLikelihood(flow));
      beside.dispose();
    }
    level.dispose();
  },
);
