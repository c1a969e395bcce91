/**
 * Learns to add in a worker, says the loss and the hidden patterns on the way, at the end the automaton and
 * the proof; then adds what it is given.
 */
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
  /** At the end: the automaton that the net has become, drawn, and whether it surely adds all numbers. */
  readonly automaton?: string;
  readonly proven?: boolean;
}

/** What the page asks: to learn from a seed, or to add two numbers. */
export type AdditionRequest = { readonly learn: number } | { readonly add: readonly [string, string] };
/** What it is told: how far the learning is, a sum in binary, or what went wrong. */
export type AdditionAnswer =
  | ({ readonly kind: "progress" } & AdditionProgress)
  | {
      readonly kind: "sum";
      readonly columns: readonly string[];
      readonly sum: string;
      readonly right: boolean;
    }
  | { readonly kind: "failed"; readonly message: string };

/** The net that has learned. */
let adder: Network | undefined;
const say = (answer: AdditionAnswer): void => postMessage(answer);

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

/** The net adds two numbers, column by column; every digit that it prints is its own. */
function add(net: Network, texts: readonly [string, string]): void {
  const [a, b] = texts.map((text) => BigInt(text));
  const digits = Math.max(a.toString(2).length, b.toString(2).length) + 1;
  const { encode } = tasks.addition();
  const bit = (n: bigint, t: number): number => Number((n >> BigInt(t)) & 1n);
  const input = Array.from({ length: digits }, (_, t) =>
    Array.from(encode(2 * bit(a, t) + bit(b, t))),
  ).flat();
  const [y] = net.predict([input]);
  const printed = Array.from(y, (v) => (v > 0.5 ? "1" : "0"))
    .reverse()
    .join("");
  const sum = BigInt(`0b${printed}`);
  const columns = [a, b].map((n) => n.toString(2).padStart(digits, "0"));
  say({ kind: "sum", columns: [...columns, printed], sum: String(sum), right: sum === a + b });
}

/** Trains from a seed until the net adds, and keeps it. */
async function learn(seed: number): Promise<void> {
  const { machine, encode } = tasks.addition();
  let inputs: number[][] | undefined;
  let states = new Uint8Array();
  let losses: number[] = [];
  let last = { step: 0, attempt: 0, loss: NaN };

  const post = async (
    net: Network,
    done: boolean,
    end: Pick<AdditionProgress, "automaton" | "proven"> = {},
  ) => {
    if (!inputs) {
      const random = new Random(net.engine, seed, WORD_STREAM);
      const words = Array.from({ length: WORDS }, () =>
        Array.from({ length: COLUMNS }, () => random.integer(0, machine.symbols.length - 1)),
      );
      inputs = words.map((word) => word.flatMap((symbol) => Array.from(encode(symbol))));
      states = Uint8Array.from(words.flatMap((word) => statesOf(machine, word)));
    }
    const hidden = await activitiesOf(net, inputs);
    say({ kind: "progress", ...last, losses, hidden, states, done, ...end });
    losses = [];
  };

  const { net, automaton, invariance } = await learnAddition({
    seed,
    attempts: ATTEMPTS,
    async onStep({ attemptStep, attempt, loss, net: current }) {
      if (attempt !== last.attempt) losses = [];
      last = { step: attemptStep, attempt, loss };
      losses.push(loss);
      if (attemptStep % MESSAGE_STEPS === 0) await post(current, false);
    },
  });
  await post(net, true, { automaton: automaton?.svg("What the net has become"), proven: invariance?.proven });
  adder = net;
}

onmessage = async ({ data }: MessageEvent<AdditionRequest>) => {
  try {
    if ("learn" in data) await learn(data.learn);
    else if (adder) add(adder, data.add);
  } catch (error) {
    say({ kind: "failed", message: (error as Error).message });
  }
};
