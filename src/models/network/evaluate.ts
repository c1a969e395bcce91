/** Loss and figures of a net on items it is not learning from. */
import { DataError, OptionError, knownOptions, show, whole, seedOption } from "../../wasm/errors.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { checkItems, type DataItem, type FlatItem } from "../../data/item.ts";
import { isItems, isSource, type BatchSource } from "../../train/feed.ts";
import { checkMetrics, Metrics, type Evaluation, type Metric } from "../../train/metrics.ts";
import type { Reading } from "./reading.ts";

/** How to evaluate. */
export interface EvaluateOptions {
  /** Fresh sequences of a task. Default 1000. */
  readonly count?: number;
  /** Seed of the fresh sequences. Default: the net's. */
  readonly seed?: number;
  /** Figures beside those that every evaluation has. */
  readonly metrics?: readonly Metric[];
}

/** Loss and metrics of items, or of fresh sequences of a task. */
export function evaluate(
  who: string,
  net: Reading,
  data: readonly DataItem[] | BatchSource,
  options: EvaluateOptions,
): Evaluation {
  knownOptions(who, options, ["count", "seed", "metrics"]);
  const { spec, loss } = net.parts;
  const wanted = checkMetrics(who, options.metrics ?? [], loss.name, spec);
  const items = checkItems(who, spec, drawn(who, net, data, options));
  const metrics = new Metrics(loss, spec, wanted);
  const { sum, total } = summedLoss(net, items, (item, answer) => metrics.add(item, answer));
  return metrics.result(sum / (total > 0 ? total : 1), (x) => elementwise(net.engine, "mapExp", [x])[0]);
}

function drawn(
  who: string,
  { engine, seed }: Reading,
  data: readonly DataItem[] | BatchSource,
  options: EvaluateOptions,
): readonly DataItem[] {
  if (isSource(data))
    return data.batch(
      whole(who, "count", options.count ?? 1000, 1),
      new Random(engine, seedOption(who, options.seed ?? seed), streams.evaluation),
    );
  if (!isItems(data)) throw new DataError(`${who}: data is ${show(data)}, want an array of items, or a task`);
  return data;
}

/** Σ w·ℓ over items, and what it is divided by; look(item, answer) sees every item. */
function summedLoss(
  { forward }: Reading,
  items: readonly FlatItem[],
  look: (item: FlatItem, answer: ArrayLike<number>) => void,
): { sum: number; total: number } {
  let sum = 0;
  let total = 0;
  forward.runAll(items, (chunk, answers) => {
    chunk.forEach((item, i) => look(item, answers[i]));
    sum += forward.summedLoss();
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
