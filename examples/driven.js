// Customers who leave when prices rise: the price drives how likely they are to change their state of mind.
import { iohmm } from "unrolled/driven";

const truth = await iohmm({
  states: 2,
  input: 1,
  // log-odds beside staying, constant first: a higher price makes leaving the glad state likelier
  transitions: [
    [
      [0, 0],
      [-2, 3],
    ],
    [
      [-1, -3],
      [0, 0],
    ],
  ],
  coefficients: [[[10, -1]], [[4, -2]]],
  covariances: [[[1]], [[1]]],
});
const inputs = [Array.from({ length: 600 }, (_, t) => Math.sin(t / 20))];
const { sequence, states } = truth.sample(600, { inputs, seed: 1 });

const model = await iohmm({ states: 2, input: 1 });
await model.fit([sequence], { inputs });
const { coefficients, transitions } = model.parameters;
const glad = coefficients[0] > coefficients[2] ? 0 : 1;
const path = model.viterbi([sequence], { inputs })[0].states.map((state) => (state === glad ? 0 : 1));
const right = path.filter((state, t) => state === states[t]).length;
const slope = transitions[(glad * 2 + (1 - glad)) * 2 + 1];
console.log(
  `${right} of 600 states are right; log-odds of leaving rise by ${slope.toFixed(1)} with the price`,
);
truth.dispose();
model.dispose();
