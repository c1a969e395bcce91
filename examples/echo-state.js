// An echo state network learns a chaotic series: only the readout is trained, by one ridge regression. Saved,
// loaded, and run on freely.
import { esn } from "unrolled";

// the Mackey-Glass equation with delay 17, by small Euler steps
const history = new Array(170).fill(1.2);
for (let i = 170; i < 30_000; ++i) {
  const delayed = history[i - 170];
  history.push(history[i - 1] + 0.1 * ((0.2 * delayed) / (1 + delayed ** 10) - 0.1 * history[i - 1]));
}
const series = Float64Array.from({ length: 2900 }, (_, t) => history[1000 + 10 * t] - 1);
const past = series.subarray(0, 2800);

const echo = await esn({
  input: 1,
  output: 1,
  units: 300,
  spectralRadius: 0.9,
  biasScale: 0.2,
  washout: 100,
  seed: 1,
});
await echo.fit([{ input: past.subarray(0, -1), target: past.subarray(1) }]);
const copy = await esn.load(echo.save());
const { means } = copy.forecast(84, { history: past });

const error = Math.abs(means[83] - series[2883]);
console.log(
  `84 steps ahead of its own: ${means[83].toFixed(4)}, the ` +
    `series ${series[2883].toFixed(4)}, error ${error.toFixed(4)}`,
);
echo.dispose();
copy.dispose();
