// Three hidden units learn to add binary numbers of 12 digits, then add numbers of 64 digits, and turn out to
// be an automaton of four states: carry or no carry, print 0 or 1.
import { dense, extractAutomaton, nesterov, network, normal, rnn, tasks } from "unrolled";

const task = tasks.addition({ digits: 12, minDigits: 12 });
const init = { input: normal(1), recurrent: normal(1) };
const net = await network({
  input: 2,
  layers: [rnn(3, { activation: "logistic", init }), dense(1, { init: { input: normal(1) } })],
  loss: "bernoulli",
  seed: 6,
});
await net.fit(task, { optimizer: nesterov({ rate: 1, momentum: 0.9, clip: 1 }), steps: 500, batch: 64 });

const { wrongSequences } = await net.evaluate(tasks.addition({ digits: 64 }));
const automaton = await extractAutomaton(net, task);
console.log(automaton.text());
console.log(`wrong of 1000 sums of 64 digits: ${wrongSequences}`);
console.log(`states: ${automaton.machine.next.length}, the lecture's automaton: ${automaton.equivalent}`);
net.dispose();
