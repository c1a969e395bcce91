/** Learns to add in a worker, and tells the loss and the hidden patterns on the way. */
import { dense, nesterov, network, normal, Random, rnn, tasks, type Network } from "unrolled";

/**
 * Steps between two messages, after which an attempt that has not learned starts anew, and the loss that
 * counts as learned.
 */
const EVERY = 20;
const PATIENCE = 1500;
const LEARNED = 0.005;
const AFTER = 300;

export interface Told {
  readonly step: number;
  readonly attempt: number;
  readonly losses: readonly number[];
  /** [n,3] hidden activities and [n] what the right automaton does there: print, and carry. */
  readonly hidden: Float32Array;
  readonly states: Uint8Array;
  readonly done: boolean;
}

/** The layer of three units alone, with the weights of the net. */
async function hiddenOf(net: Network): Promise<Network> {
  return network({ ...net.spec, layers: net.spec.layers.slice(0, 1), loss: "squared" });
}

/** A right adder's states along a sum: 2·carry + digit printed. */
function statesOf(input: ArrayLike<number>): number[] {
  let carry = 0;
  return Array.from({ length: input.length / 2 }, (_, t) => {
    const sum = input[2 * t]! + input[2 * t + 1]! + carry;
    carry = sum > 1 ? 1 : 0;
    return 2 * carry + (sum % 2);
  });
}

onmessage = async ({ data: seed }: MessageEvent<number>) => {
  const task = tasks.addition({ digits: 12 });
  for (let attempt = 0; ; ++attempt) {
    const wide = { init: { input: normal(1), recurrent: normal(1) } };
    const net = await network({
      input: 2,
      layers: [rnn(3, { activation: "logistic", ...wide }), dense(1, { init: { input: normal(1) } })],
      loss: "bernoulli",
      seed: seed + 1000 * attempt,
    });
    const hidden = await hiddenOf(net);
    const test = task.batch(16, new Random(net.engine, seed, 9));
    const states = Uint8Array.from(test.flatMap(({ input }) => statesOf(input)));
    let losses: number[] = [];
    let learned = 0;
    for await (const { step, loss } of net.train(task, {
      optimizer: nesterov({ rate: 1, momentum: 0.9, clip: 1 }),
      steps: PATIENCE + AFTER,
      batch: 64,
    })) {
      losses.push(loss);
      if (loss < LEARNED && !learned) learned = step;
      const done = learned > 0 && step >= learned + AFTER;
      if (step % EVERY === 0 || done) {
        const own = new Map(net.parameters.map((p) => [p.name, p.data]));
        for (const { name, data } of hidden.parameters) data.set(own.get(name)!);
        const activities = Float32Array.from(
          hidden.predict(test.map(({ input }) => input)).flatMap((h) => [...h]),
        );
        postMessage({ step, attempt, losses, hidden: activities, states, done } satisfies Told);
        losses = [];
      }
      if (done) return;
      if (!learned && step >= PATIENCE) break;
    }
    net.dispose();
    hidden.dispose();
  }
};
