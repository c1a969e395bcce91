// A page that trains a net and draws its loss. Serve the folder that holds node_modules, for example with
// `npx http-server`, and open this page; nothing is fetched from elsewhere.
import { dense, nesterov, network, normal, plot, rnn, svg, tasks } from "unrolled";

const progress = document.getElementById("progress");
const controller = new AbortController();
document.getElementById("stop").addEventListener("click", () => controller.abort());

const task = tasks.addition({ digits: 12, minDigits: 12 });
const init = { input: normal(1), recurrent: normal(1) };
const net = await network({
  input: 2,
  layers: [rnn(3, { activation: "logistic", init }), dense(1, { init: { input: normal(1) } })],
  loss: "bernoulli",
  seed: 6,
});
const losses = [];
const optimizer = nesterov({ rate: 1, momentum: 0.9, clip: 1 });
const options = { optimizer, steps: 500, batch: 64, signal: controller.signal };
// the loop gives the page time to breathe: the button works while the net trains
for await (const { step, loss } of net.train(task, options)) {
  losses.push(loss);
  progress.textContent = `step ${step}: loss ${loss.toFixed(4)}`;
}
const { wrongSequences } = await net.evaluate(tasks.addition({ digits: 64 }), { count: 100 });
progress.textContent = `${losses.length} steps; wrong of 100 sums of 64 digits: ${wrongSequences}`;
const steps = losses.map((_, i) => i + 1);
document.getElementById("figure").innerHTML = svg(
  plot({
    marks: [{ kind: "line", x: steps, y: losses }],
    x: { label: "step" },
    y: { label: "loss, nats a digit" },
  }),
);
net.dispose();
