/** What a fit learns from, and what it looks at meanwhile: items, a share of the data, or a function. */
import { OptionError, inRange, show } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { checkItems, type DataItem } from "../../data/item.ts";
import { isItems, type TrainingData } from "../../train/feed.ts";
import { checkMetrics, type Metric } from "../../train/metrics.ts";
import { evaluate } from "./evaluate.ts";
import type { FitParts, FitTask } from "./fit.ts";
import type { Figures } from "./fit-options.ts";

/** Looks at the validation data. */
export type Look = () => Figures | Promise<Figures>;

/** The data to learn from, and how to look at the others. Throws OptionError, DataError or ShapeError. */
export function validationOf(
  who: string,
  net: FitParts,
  { data, options: { validation } }: FitTask,
  metrics: readonly Metric[],
): { train: TrainingData; look?: Look } {
  const { spec, loss } = net.parts;
  checkMetrics(who, metrics, loss.name, spec);
  if (validation === undefined) return { train: data };
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
