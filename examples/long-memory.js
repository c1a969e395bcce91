// Hessian-free optimization finds what gradients alone do not: the exclusive or of two bits, marked anywhere
// in a sequence.
import { dense, hessianFree, longLag, network, rnn } from "unrolled";

const task = longLag.xor({ lag: 10 });
const net = await network({
  input: task.input,
  layers: [rnn(20), dense(task.output)],
  loss: task.loss,
  precision: "float64",
  seed: 1,
});
const optimizer = hessianFree({ mu: 1 / 30 });
for await (const { step, loss, lambda } of net.train(task, {
  optimizer,
  batch: 500,
  curvature: 200,
  steps: 12,
})) {
  console.log(`step ${step}: loss ${loss.toFixed(4)}, damping ${lambda.toFixed(3)}`);
}
net.dispose();
