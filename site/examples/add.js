// Three units learn to add binary numbers of 12 digits, then add numbers of 64 digits, and turn out to be an
// automaton of four states. A Web Worker: its page shows what it prints, and draws what it posts.
import { dense, extractAutomaton, nesterov, network, normal, plot, rnn, svg, tasks } from "unrolled";

const task = tasks.addition({ digits: 12, minDigits: 12 });
const init = { input: normal(1), recurrent: normal(1) };
const net = await network({
  input: 2,
  layers: [rnn(3, { activation: "logistic", init }), dense(1, { init: { input: normal(1) } })],
  loss: "bernoulli",
  seed: 6,
});
const [steps, losses] = [[], []];
const draw = () =>
  postMessage(
    svg(
      plot({
        title: "Three units learn to add",
        width: 560,
        height: 300,
        x: { label: "step", range: [0, 500] },
        y: { label: "loss, nats a digit", range: [0, 0.8] },
        marks: [{ kind: "line", x: steps, y: losses }],
      }),
    ),
  );
const optimizer = nesterov({ rate: 1, momentum: 0.9, clip: 1 });
for await (const { step, loss } of net.train(task, { optimizer, steps: 500, batch: 64 })) {
  steps.push(step);
  losses.push(loss);
  if (step % 100 === 0) draw();
}
const { wrongSequences } = await net.evaluate(tasks.addition({ digits: 64 }));
const { machine, equivalent } = await extractAutomaton(net, task);
console.log(`wrong of 1000 sums of 64 digits: ${wrongSequences}`);
console.log(`an automaton of ${machine.next.length} states, the textbook's: ${equivalent}`);
net.dispose();
