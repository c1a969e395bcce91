/**
 * Drivers killed or hurt in Great Britain, 1969 to 1984, and what seat belts changed, at the figures that
 * Durbin & Koopman print (2012, section 8.2). Their search ends earlier: its variances are less probable than
 * these.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { structural } from "../../../src/models/structural/structural.ts";
import { stateSpace } from "../../../src/statespace/state-space.ts";
import type { StateSpaceSpec } from "../../../src/statespace/spec.ts";
import { close } from "../../close.ts";

const file = new URL("../../golden/seatbelts.json", import.meta.url);
const { drivers, petrol } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly drivers: number[];
  readonly petrol: number[];
};
const y = drivers.map(Math.log);
const FEBRUARY_1983 = 169;
const inputs = [petrol.map((price, t) => [Math.log(price), Number(t >= FEBRUARY_1983)])];

/** A level, six pairs of sine and cosine, of which the last has no sine, and two weights that stay. */
const SIZE = 14;
const square = (): number[][] => Array.from({ length: SIZE }, () => Array<number>(SIZE).fill(0));
const A = square();
const C = Array<number>(SIZE).fill(0);
for (const i of [0, 12, 13]) A[i][i] = 1;
for (let i = 1, j = 1; j <= 6; ++j, i += 2) {
  const [c, s] = [Math.cos((j * Math.PI) / 6), Math.sin((j * Math.PI) / 6)];
  A[i][i] = c;
  C[i] = 1;
  if (j < 6) {
    A[i][i + 1] = s;
    A[i + 1][i] = -s;
    A[i + 1][i + 1] = c;
  }
}
C[0] = 1;

/** Where regression weights are diffuse too, as they have it. */
const regression = (variances: Record<"level" | "season" | "noise", number>): StateSpaceSpec => ({
  state: SIZE,
  output: 1,
  input: 2,
  varying: true,
  parameters: Object.fromEntries(
    Object.entries(variances).map(([name, start]) => [name, { kind: "variance", start } as const]),
  ),
  system: ({ level, season, noise }, { input }) => {
    const variances = [level, ...new Array<number>(11).fill(season), 0, 0];
    return {
      A,
      C: [[...C.slice(0, 12), ...input]],
      Q: square().map((row, i) => row.map((_, j) => (i === j ? variances[i] : 0))),
      R: noise,
    };
  },
});

test("level, season and noise have the printed variances", async () => {
  using s = await structural({ seasonal: [{ period: 12, harmonics: 6 }] });
  const { logLikelihood } = await s.fit(y);
  const printed = { irregular: 0.00341598, level: 0.000935852, season: 5.01096e-7 };
  const { irregular, level, "seasonal.12": season } = s.parameters;
  close(irregular, printed.irregular, { abs: 0.5e-7 });
  close(level, printed.level, { abs: 0.5e-7 });
  close(season, printed.season, { abs: 0.2e-9 });
  // the same model with nothing but the printed numbers, the weights of its inputs 0 for sure
  using theirs = await stateSpace({
    ...regression({ level: printed.level, season: printed.season, noise: printed.irregular }),
    system: (p, step) => ({
      ...regression({ level: 0, season: 0, noise: 0 }).system(p, step),
      initial: { diffuse: Array.from({ length: 12 }, (_, i) => i) },
    }),
  });
  const lost = logLikelihood - theirs.logLikelihood(y, { inputs });
  expect(lost).toBeGreaterThan(0);
  expect(lost).toBeLessThan(1e-5);
});

test("the price of petrol and the law have the printed effects and errors", async () => {
  const found = { level: 2.6769e-4, season: 1.162e-6, noise: 3.786e-3 };
  using m = await stateSpace(regression(found));
  const most = m.logLikelihood(y, { inputs });
  // no variance that is smaller or larger by a twentieth is more probable
  for (const name of ["level", "season", "noise"] as const)
    for (const factor of [0.95, 1.05]) {
      using beside = await stateSpace(regression({ ...found, [name]: factor * found[name] }));
      expect(beside.logLikelihood(y, { inputs })).toBeLessThan(most - 1e-4);
    }
  const { means, covariances } = m.filter(y, { inputs });
  const last = y.length - 1;
  const effect = (i: number): number[] => [
    means[last * SIZE + i],
    Math.sqrt(covariances[(last * SIZE + i) * SIZE + i]),
  ];
  close(effect(12), [-0.2914, 0.09832], { abs: 0.5e-5 });
  close(effect(13), [-0.23773, 0.04632], { abs: 1e-5 });
});
