// A machine that washes and spins: each phase has its typical length, which a table of durations learns.
import { hsmm } from "unrolled/durations";

const truth = await hsmm({
  states: 2,
  durations: {
    max: 6,
    probabilities: [
      [0, 0, 0.2, 0.6, 0.2, 0],
      [0, 1, 0, 0, 0, 0],
    ],
  },
  emission: "gaussian",
  emissionParameters: { means: [[0], [2]], covariances: [[[0.5]], [[0.5]]] },
  seed: 1,
});
const { sequence, states } = truth.sample(600, { seed: 2 });

const model = await hsmm({ states: 2, durations: { max: 6 }, emission: "gaussian", seed: 3 });
await model.fit(sequence, { iterations: 60 });
const { durations, emission } = model.parameters;
const low = emission.means[0] < emission.means[1] ? 0 : 1;
const table = [...durations.subarray(low * 6, low * 6 + 6)].map((p) => p.toFixed(2));
console.log(`the low phase lasts 1 .. 6 steps with ${table.join(" ")}`);
const path = model.viterbi(sequence).states.map((state) => (state === low ? 0 : 1));
const right = path.filter((state, t) => state === states[t]).length;
console.log(`${right} of ${states.length} steps are in the right phase`);
truth.dispose();
model.dispose();
