// The state of a system of your own, of which little is seen: a pendulum by its sideways deflection alone,
// through noise and with gaps. The filter follows it while readings come, the smoother sees all of them.
import { nonlinearFilter } from "unrolled/statespace";

const step = 0.02;
const pendulum = await nonlinearFilter({
  state: 2, // angle and speed
  output: 1,
  transition: ([angle, speed]) => [angle + step * speed, speed - step * 9.8 * Math.sin(angle)],
  observation: ([angle]) => [Math.sin(angle)],
  Q: [
    [2.6e-8, 2e-6],
    [2e-6, 2e-4],
  ],
  R: 0.02,
  initial: {
    mean: [1, 0],
    covariance: [
      [0.1, 0],
      [0, 0.1],
    ],
  },
});
const truth = [[1.2, 0]];
while (truth.length < 200) {
  const [angle, speed] = truth.at(-1);
  truth.push([angle + step * speed, speed - step * 9.8 * Math.sin(angle)]);
}
const noise = (t) => (((t * 37) % 101) / 101 - 0.5) * 0.4;
const seen = truth.map(([angle], t) => (t % 10 === 9 ? NaN : Math.sin(angle) + noise(t)));

const live = pendulum.stream();
const followed = seen.map((y) => live.step(y).mean[0]);
const { means } = pendulum.smooth(seen);
const error = (guess) => Math.sqrt(truth.reduce((sum, [angle], t) => sum + (guess(t) - angle) ** 2, 0) / 200);
const [filtered, smoothed] = [(t) => followed[t], (t) => means[2 * t]].map((guess) =>
  error(guess).toFixed(3),
);
console.log(`error of the angle: filtered ${filtered}, smoothed ${smoothed}`);
const { lower, upper } = pendulum.forecast(5, { history: seen });
console.log(`in five steps between ${lower[4].toFixed(2)} and ${upper[4].toFixed(2)}`);
live.dispose();
pendulum.dispose();
