/** How a net is fitted: the options of training, and what is watched meanwhile. */
import { OptionError, inRange, knownOptions, show, whole } from "../../wasm/errors.ts";
import type { DataItem } from "../../data/item.ts";
import { trainOptionNames, type TrainOptions } from "../../train/options.ts";
import type { Evaluation, Metric } from "../../train/metrics.ts";
import type { FitRecord } from "./fit-state.ts";

/** Figures of a look at validation data, by name. */
export type Figures = Partial<Evaluation> & { readonly [name: string]: unknown };

/** The rate falls when the looks no longer get better. */
export interface PlateauOptions {
  /** Looks without a better one until the rate falls. Default 3. */
  readonly patience?: number;
  /** What the rate is multiplied by then, below 1. Default 0.5. */
  readonly factor?: number;
  /** The smallest product of all falls. Default 0.001. */
  readonly minFactor?: number;
}

/** What a fit tells after every step. */
export interface FitProgress {
  /** Epochs done, with parts; where the data have epochs. */
  readonly epoch?: number;
  /** Optimizer steps of this fit. */
  readonly step: number;
  /** Of how many, where that is known. */
  readonly steps?: number;
  /** Training loss of this step, before it: nats or squared error, a mean over what counts in the batch. */
  readonly loss: number;
  /** The last look at the validation data. */
  readonly metrics?: Figures;
  /** Seconds until the end at the speed so far, where the end is known. */
  readonly secondsLeft?: number;
}

/** How to fit. */
export interface FitOptions extends TrainOptions {
  /**
   * Times that every item is seen; beside `steps`, whichever ends first. For items and sources with epochs.
   */
  readonly epochs?: number;
  /**
   * What is looked at: items; a share of the items below 1, drawn by the net's seed and set apart; or a
   * function that gives figures. Default: nothing.
   */
  readonly validation?: readonly DataItem[] | number | (() => Figures | Promise<Figures>);
  /** Steps between two looks. Default: an epoch. */
  readonly every?: number;
  /** Figures of the looks beside those that every evaluation has. */
  readonly metrics?: readonly Metric[];
  /** The figure that tells which look is better. Default "loss". */
  readonly monitor?: string;
  /** Ends after so many looks without a better one. Default: never. */
  readonly patience?: number;
  /** A look is better by more than this. Default 0. */
  readonly minimumGain?: number;
  /** The weights of the best look come back at the end. Default false. */
  readonly keepBest?: boolean;
  /** The rate falls when looks get no better. Default: it does not. */
  readonly plateau?: PlateauOptions;
  /** After every step. */
  readonly onProgress?: (progress: FitProgress) => void;
  /**
   * After every look or epoch, or after every step where there are neither: the record, and whether it is the
   * best so far. The fit waits for it.
   */
  readonly onRecord?: (record: FitRecord, best: boolean) => void | Promise<void>;
  /**
   * Gets a file after every look or epoch, and when the signal stops the fit. A net that `network.load` makes
   * of it goes on with the same call of `fit`, to the same bits.
   */
  readonly checkpoint?: (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>;
}

/** Whether more of a figure is better. */
export const higherIsBetter = (name: string): boolean => ["accuracy", "topK", "f1", "r2"].includes(name);

const names = [
  "epochs",
  "validation",
  "every",
  "metrics",
  "monitor",
  "patience",
  "minimumGain",
  "keepBest",
  "plateau",
  "onProgress",
  "onRecord",
  "checkpoint",
] as const;

/** The options with their defaults. */
export interface FitSettings {
  readonly train: TrainOptions;
  readonly epochs: number;
  readonly every?: number;
  readonly metrics: readonly Metric[];
  readonly monitor: string;
  readonly patience: number;
  readonly minimumGain: number;
  readonly keepBest: boolean;
  readonly plateau?: Required<PlateauOptions>;
}

/** The options, checked, the training's apart. Throws OptionError. */
export function readFitOptions(who: string, options: FitOptions): FitSettings {
  knownOptions(who, options, [...trainOptionNames, ...names]);
  checkKinds(who, options);
  const train = new Map<string, unknown>(Object.entries(options));
  for (const name of names) train.delete(name);
  const count = (name: "epochs" | "patience"): number =>
    options[name] === undefined ? Infinity : whole(who, name, options[name], 1);
  return {
    train: Object.fromEntries(train),
    epochs: count("epochs"),
    every: options.every === undefined ? undefined : whole(who, "every", options.every, 1),
    metrics: options.metrics ?? [],
    monitor: options.monitor ?? "loss",
    patience: count("patience"),
    minimumGain: inRange(who, "minimumGain", options.minimumGain ?? 0, 0),
    keepBest: options.keepBest ?? false,
    plateau: options.plateau && readPlateau(`${who}: plateau`, options.plateau),
  };
}

/** Options that look at validation data. */
const looking = ["every", "metrics", "monitor", "patience", "minimumGain", "keepBest", "plateau"] as const;

/**
 * Throws OptionError on options of a wrong kind, and on those that need validation data where there are none.
 */
function checkKinds(who: string, options: FitOptions): void {
  for (const name of ["onProgress", "onRecord", "checkpoint"] as const)
    if (options[name] !== undefined && typeof options[name] !== "function")
      throw new OptionError(`${who}: ${name} is ${show(options[name])}, want a function`);
  const { keepBest = false, monitor = "loss", validation } = options;
  if (typeof keepBest !== "boolean")
    throw new OptionError(`${who}: keepBest is ${show(keepBest)}, want true or false`);
  if (typeof monitor !== "string")
    throw new OptionError(`${who}: monitor is ${show(monitor)}, want the name of a figure`);
  const needy = looking.find((name) => options[name] !== undefined && options[name] !== false);
  if (validation === undefined && needy)
    throw new OptionError(`${who}: ${needy} needs validation data; give validation: 0.1, or items`);
}

function readPlateau(who: string, options: PlateauOptions): Required<PlateauOptions> {
  knownOptions(who, options, ["patience", "factor", "minFactor"]);
  return {
    patience: whole(who, "patience", options.patience ?? 3, 1),
    factor: inRange(who, "factor", options.factor ?? 0.5, 2 ** -20, 1 - 2 ** -20),
    minFactor: inRange(who, "minFactor", options.minFactor ?? 0.001, 0, 1),
  };
}
