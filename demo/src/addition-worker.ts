/** Learns to add in a worker, and says the loss and the hidden patterns on the way. */
import { hiddenNet, learnAddition, Random, tasks, type Moore, type Network } from "unrolled";

/** Steps between two messages. */
const MESSAGE_STEPS = 20;
/** Words that are shown: random sums, so many columns each. */
const WORDS = 16;
const COLUMNS = 13;
/** Stream of the random numbers that make them. */
const WORD_STREAM = 9;
/** Beginnings, of which about four in ten get stuck. */
const ATTEMPTS = 50;

/** How far the learning is. */
export interface AdditionProgress {
  /** Steps of this attempt. */
  readonly step: number;
  readonly attempt: number;
  /** After each step since the last message, nats a digit. */
  readonly losses: readonly number[];
  /** After the last step. */
  readonly loss: number;
  /** [n,3] hidden activities and [n] the state of the right automaton there: print, and carry. */
  readonly hidden: Float32Array;
  readonly states: Uint8Array;
  readonly done: boolean;
}

/** The states that a machine goes through. */
function statesOf(machine: Moore, symbols: readonly number[]): number[] {
  let state = machine.start;
  return symbols.map((symbol) => (state = machine.next[state][symbol]));
}

/** Activities [n,3] of the hidden units of a net on some inputs. */
async function activitiesOf(net: Network, inputs: readonly number[][]): Promise<Float32Array> {
  const hidden = await hiddenNet(net);
  const activities = Float32Array.from(hidden.predict(inputs).flatMap((h) => [...h]));
  hidden.dispose();
  return activities;
}

onmessage = async ({ data: seed }: MessageEvent<number>) => {
  const { machine, encode } = tasks.addition();
  let inputs: number[][] | undefined;
  let states = new Uint8Array();
  let losses: number[] = [];
  let last = { step: 0, attempt: 0, loss: NaN };

  const post = async (net: Network, done: boolean): Promise<void> => {
    if (!inputs) {
      const random = new Random(net.engine, seed, WORD_STREAM);
      const words = Array.from({ length: WORDS }, () =>
        Array.from({ length: COLUMNS }, () => random.integer(0, machine.symbols.length - 1)),
      );
      inputs = words.map((word) => word.flatMap((symbol) => Array.from(encode(symbol))));
      states = Uint8Array.from(words.flatMap((word) => statesOf(machine, word)));
    }
    const hidden = await activitiesOf(net, inputs);
    postMessage({ ...last, losses, hidden, states, done } satisfies AdditionProgress);
    losses = [];
  };

  const { net } = await learnAddition({
    seed,
    attempts: ATTEMPTS,
    async onStep({ attemptStep, attempt, loss, net: current }) {
      if (attempt !== last.attempt) losses = [];
      last = { step: attemptStep, attempt, loss };
      losses.push(loss);
      if (attemptStep % MESSAGE_STEPS === 0) await post(current, false);
    },
  });
  await post(net, true);
  net.dispose();
};
