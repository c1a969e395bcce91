/** The loss of a net on items, summed; and what that says of their probability. */
import { OptionError } from "../../wasm/errors.ts";
import { checkItems, type DataItem, type FlatItem } from "../../data/item.ts";
import type { Reading } from "./reading.ts";

/** Σ w·ℓ over items, and what it is divided by; look(item, answer) sees every item. */
export function summedLoss(
  { forward, reader }: Pick<Reading, "forward" | "reader">,
  items: readonly FlatItem[],
  look: (item: FlatItem, answer: ArrayLike<number>) => void,
): { sum: number; total: number } {
  let sum = 0;
  let total = 0;
  forward.runAll(items, (chunk, answers) => {
    chunk.forEach((item, i) => look(item, answers[i]));
    sum += reader.loss.lossOn(forward.tape, forward.batch);
    total += forward.batch.total;
  });
  return { sum, total };
}

/** ln p(targets | inputs), nats: the negative summed loss where the loss is a likelihood. */
export function logLikelihood(who: string, net: Reading, data: readonly DataItem[]): number {
  const { name, likelihood } = net.parts.loss;
  if (!likelihood)
    throw new OptionError(
      `${who}: the loss "${name}" is no likelihood, want softmax, bernoulli, ctc, studentT, ` +
        "negativeBinomial or mixture",
    );
  const items = checkItems(who, net.parts.spec, data);
  return -summedLoss(net, items, () => {}).sum;
}
