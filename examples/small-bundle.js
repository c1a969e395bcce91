// For a page, a worker or an edge function that is to stay small: the core without kernels, and the kernels
// of one precision by name. A bundler takes no more than these.
import { adam, dense, init, lstm, network, tasks } from "unrolled/core";
import { float32 } from "unrolled/kernels/float32";

await init({ wasm: float32() });
const net = await network({ input: 2, layers: [lstm(8), dense(1)], loss: "bernoulli", seed: 1 });
await net.fit(tasks.addition({ digits: 12 }), { optimizer: adam({ rate: 0.03 }), steps: 300, batch: 64 });
const { wrongSequences } = await net.evaluate(tasks.addition({ digits: 64 }));
console.log(`wrong of 1000 sums of 64 digits: ${wrongSequences}`);
net.dispose();
