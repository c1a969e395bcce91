// Sales follow advertising, but by how much changes: a coefficient that walks; its pace is found too.
import { stateSpace } from "unrolled/statespace";

const spec = {
  state: 2, // the coefficient, and a level
  output: 1,
  input: 1,
  parameters: { walk: "variance", level: "variance", noise: { kind: "variance", start: 1 } },
  varying: true,
  system: ({ walk, level, noise }, { input: [advertising] }) => ({
    A: [
      [1, 0],
      [0, 1],
    ],
    C: [[advertising, 1]],
    Q: [
      [walk, 0],
      [0, level],
    ],
    R: noise,
    initial: "diffuse",
  }),
};
const known = { walk: 0.02, level: 0.3, noise: 1 };
const starts = Object.entries(known).map(([name, start]) => [name, { kind: "variance", start }]);
const truth = await stateSpace({ ...spec, parameters: Object.fromEntries(starts) });
const inputs = [Array.from({ length: 200 }, (_, t) => 2 + ((t * 7) % 13) / 3)];
const { sequence, states } = truth.sample(200, { inputs, seed: 3 });

const model = await stateSpace(spec);
await model.fit(sequence, { inputs });
const { parameters, standardErrors } = model;
const { means, covariances } = model.smooth(sequence, { inputs });
const inside = means.filter(
  (x, k) => k % 2 === 0 && Math.abs(x - states[k]) < 1.96 * Math.sqrt(covariances[k * 2]),
);
const found = `${parameters.walk.toFixed(3)} ± ${standardErrors.walk.toFixed(3)}`;
console.log(`the variance of the walk is ${found}, in truth 0.02`);
console.log(`the coefficient lies in its 95% band at ${inside.length} of 200 steps`);
truth.dispose();
model.dispose();
