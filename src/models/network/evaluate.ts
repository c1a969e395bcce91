/**
 * Loss and figures of a net on items that it is not learning from: asked for once, or looked at while a fit
 * goes on. Fetched when it is first asked for.
 */
import { DataError, OptionError, inRange, knownOptions, show, whole, seedOption } from "../../wasm/errors.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { checkItems, type DataItem } from "../../data/item.ts";
import { isItems, isSource, type BatchSource, type TrainingData } from "../../train/feed.ts";
import { checkMetrics, Metrics, type Evaluation, type Metric } from "../../train/metrics.ts";
import type { FitParts, FitTask } from "./fit.ts";
import type { Figures, FitOptions } from "./fit-options.ts";
import { summedLoss } from "./log-likelihood.ts";
import type { Reading } from "./reading.ts";

/** Items, or a task that makes them. */
export type EvaluationData = readonly DataItem[] | BatchSource;

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
  data: EvaluationData,
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
  data: EvaluationData,
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

/** Looks at the validation data. */
export type Look = () => Figures | Promise<Figures>;

/** What is learned from, and the look at what is not. */
export interface Parted {
  readonly train: TrainingData;
  readonly look?: Look;
}

/** The data to learn from, and how to look at the others. Throws OptionError, DataError or ShapeError. */
export function validationOf(
  who: string,
  net: FitParts,
  {
    data,
    validation,
  }: Pick<FitTask, "data"> & { readonly validation: NonNullable<FitOptions["validation"]> },
  metrics: readonly Metric[],
): Parted {
  const { spec, loss } = net.parts;
  checkMetrics(who, metrics, loss.name, spec);
  if (typeof validation === "function") return { train: data, look: validation };
  const { train, items } =
    typeof validation === "number"
      ? setApart(who, net, data, validation)
      : { train: data, items: validationItems(who, net, validation) };
  const look = (): Figures => {
    net.live("fit");
    return { ...net.read(() => evaluate(who, net, items, { metrics })) };
  };
  return { train, look };
}

function validationItems(who: string, net: FitParts, items: readonly DataItem[]): readonly DataItem[] {
  if (!isItems(items))
    throw new OptionError(`${who}: validation is ${show(items)}, want items, a share, or a function`);
  checkItems(`${who}: validation`, net.parts.spec, items);
  return items;
}

/** A share of the items, drawn by the seed: those to learn from, in their order, and those set apart. */
function setApart(
  who: string,
  { engine, seed, parts }: FitParts,
  data: TrainingData,
  share: number,
): { train: DataItem[]; items: DataItem[] } {
  inRange(who, "validation", share, Number.MIN_VALUE, 1 - Number.EPSILON);
  if (!isItems(data))
    throw new OptionError(`${who}: validation is ${share}, a share of items; give items to look at`);
  const order = new Random(engine, seed, streams.validation).permutation(data.length);
  const chosen = new Set(order.subarray(0, Math.max(1, Math.round(share * data.length))));
  const train = data.filter((_, i) => !chosen.has(i));
  if (train.length === 0)
    throw new OptionError(
      `${who}: validation is ${share} of ${data.length} items: none is left to learn from`,
    );
  checkItems(who, parts.spec, data);
  return { train, items: data.filter((_, i) => chosen.has(i)) };
}
