// An occasionally dishonest casino (Durbin et al. 1998): from the rolls alone, which die was thrown when?
import { hmm } from "unrolled";

const casino = await hmm({
  states: 2,
  emission: "categorical",
  symbols: 6,
  startprob: [0.5, 0.5],
  transmat: [
    [0.95, 0.05],
    [0.1, 0.9],
  ],
  emissionParameters: {
    probabilities: [
      [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6],
      [0.1, 0.1, 0.1, 0.1, 0.1, 0.5],
    ],
  },
});
const { sequence, states } = casino.sample(2000, { seed: 3 });
const path = casino.viterbi(sequence);
const right = path.states.filter((state, t) => state === states[t]).length;
console.log(`the die is guessed right in ${((100 * right) / states.length).toFixed(1)}% of 2000 rolls`);

const learner = await hmm({ states: 2, emission: "categorical", symbols: 6, seed: 1 });
const report = await learner.fit(sequence, { iterations: 200, restarts: 3 });
console.log(`learned without knowing the dice: ln p ${report.logLikelihood.toFixed(1)} nats`);
console.log(`of the true model:                ln p ${casino.logLikelihood(sequence).toFixed(1)} nats`);
casino.dispose();
learner.dispose();
