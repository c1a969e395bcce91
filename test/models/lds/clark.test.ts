/**
 * Clark's unobserved components of American GDP: likelihood and states as Kim & Nelson (1999) print them
 * (test/golden/clark.py).
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lds } from "../../../src/models/lds/lds.ts";
import { close } from "../../close.ts";

interface Golden {
  readonly gdp: number[];
  readonly skipped: number;
  readonly parameters: [number, number, number, number, number];
  readonly logLikelihood: number;
  readonly states: [number, number, number][];
}

const file = new URL("../../golden/clark.json", import.meta.url);
/** Half a unit of the fourth decimal: the parameters are printed with six. */
const HALF = 5e-5;
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

test("level, cycle and slope of Clark's model are those that Kim and Nelson print", async () => {
  const [level, cycle, slope, phi1, phi2] = golden.parameters;
  const y = golden.gdp.map(Math.log);
  // a variance of 100 in each state, one step before the first value
  const last = 100 * (phi1 * phi1 + phi2 * phi2);
  using model = await lds({
    state: 4,
    output: 1,
    // level, cycle, the cycle a quarter ago, slope
    A: [1, 0, 0, 1, 0, phi1, phi2, 0, 0, 1, 0, 0, 0, 0, 0, 1],
    C: [1, 1, 0, 0],
    Q: [level ** 2, 0, 0, 0, 0, cycle ** 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, slope ** 2],
    R: [0],
    initial: {
      mean: [0, 0, 0, 0],
      covariance: [200, 0, 0, 100, 0, last, 100 * phi1, 0, 0, 100 * phi1, 100, 0, 100, 0, 0, 100],
    },
  });
  close(model.logLikelihood(y, { skip: golden.skipped }), golden.logLikelihood, { abs: 1e-5 });
  const { means } = model.filter(y);
  expect(golden.states).toHaveLength(y.length - golden.skipped);
  golden.states.forEach(([trend, gap, growth], i) => {
    const at = 4 * (golden.skipped + i);
    close([means[at], means[at + 1], means[at + 3]], [trend, gap, growth], { abs: HALF });
  });
});
