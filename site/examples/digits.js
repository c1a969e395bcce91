// How many digits must a net see before it can add? Knobs: digits, seed. The Worker's name holds them.
import { dense, learningCurve, nesterov, network, normal, rnn, svg, tasks } from "unrolled";

const knobs = new URLSearchParams(self.name);
const digits = Number(knobs.get("digits") ?? 12);
const seed = Number(knobs.get("seed") ?? 1);

const init = { input: normal(1), recurrent: normal(1) };
const net = await network({
  input: 2,
  layers: [rnn(3, { activation: "logistic", init }), dense(1, { init: { input: normal(1) } })],
  loss: "bernoulli",
  seed,
});
const task = tasks.addition({ digits, minDigits: digits });
const optimizer = nesterov({ rate: 1, momentum: 0.9, clip: 1 });
const report = await net.fit(task, { optimizer, steps: 1000, batch: 64 });
postMessage(svg(learningCurve(report)));
for (const length of [digits, 2 * digits, 64]) {
  const { wrongSequences } = await net.evaluate(tasks.addition({ digits: length }));
  console.log(`wrong of 1000 sums of up to ${length} digits: ${wrongSequences}`);
}
net.dispose();
