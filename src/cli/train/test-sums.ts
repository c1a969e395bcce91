/** How many fresh sums a net gets wrong. */
import { addition } from "../../tasks/addition.ts";
import type { Item } from "../../train/task.ts";
import type { Network } from "../../models/network/network.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { turns } from "../turns.ts";

/** Steps of the sums that are tested between two looks at the signal. */
const STEPS_AT_ONCE = 2 ** 17;
/** Steps of the sums whose loss is taken: about a second. */
const MAX_STEPS = 2 ** 19;

export interface SumTest {
  readonly errors: number;
  /** One of the sums, and the digits that the net gives for it. */
  readonly example: Item;
  readonly answer: number[];
}

/** Tests on fresh sums of 1 to `digits` digits. */
export async function testSums(
  net: Network,
  { seed, sums, digits, signal }: { seed: number; sums: number; digits: number; signal: AbortSignal },
): Promise<SumTest> {
  const turn = turns(signal);
  const random = new Random(net.engine, seed, streams.test);
  const task = addition({ digits });
  const atOnce = Math.max(1, Math.floor(STEPS_AT_ONCE / (digits + 1)));
  let errors = 0;
  let example: Item | undefined;
  for (let done = 0; done < sums; done += atOnce) {
    await turn();
    const items = task.batch(Math.min(atOnce, sums - done), random);
    errors += (await net.evaluate(items)).wrongSequences!;
    if (example?.target.length !== 13)
      example = items.find((i) => i.target.length === 13) ?? example ?? items[0];
  }
  return { errors, example: example!, answer: answerOf(net, example!) };
}

/** Mean loss on as many fresh sums, or as many as are measured in a second; nats a digit. */
export async function lossOnSums(
  net: Network,
  { seed, sums, digits, signal }: { seed: number; sums: number; digits: number; signal: AbortSignal },
): Promise<number> {
  await turns(signal)();
  const count = Math.max(1, Math.min(sums, Math.floor(MAX_STEPS / (digits + 1))));
  return (await net.evaluate(addition({ digits }), { count, seed })).loss;
}

/** The digits that a net gives for a sum. */
const answerOf = (net: Network, { input }: Item): number[] =>
  Array.from(net.predict([input])[0], (p) => (p > 0.5 ? 1 : 0));
