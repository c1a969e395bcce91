/**
 * The history of a training as a figure: training loss and validation loss in one panel, the other figures
 * of the looks below, the best look marked in each.
 */
import { DataError, OptionError, show } from "../wasm/errors.ts";
import { type Mark, type PlotOptions, plots } from "./plot.ts";
import { numberText, type Axis } from "./scale.ts";
import { colors, type Figure } from "./svg.ts";

/** A record of a history, as reports of `fit` have them. */
export interface LearningRecord {
  /** Epochs done; where all records have it, it is the axis. */
  readonly epoch?: number;
  /** Optimizer steps done. */
  readonly step: number;
  /** Mean training loss since the record before. */
  readonly loss: number;
  /** Figures of the look at validation data. */
  readonly validation?: Readonly<Record<string, unknown>>;
}

/** What a learning curve is drawn from: a report of `fit`. */
export interface LearningReport {
  /** At least one record. */
  readonly history: readonly LearningRecord[];
  /** The best look. */
  readonly best?: LearningRecord;
}

/** How a learning curve is drawn. */
export interface LearningCurveOptions {
  /** Above the figure. Default "Learning curve". */
  readonly title?: string;
  /**
   * Names of the validation figures below the loss. Default: all numbers of the looks that are neither counts
   * nor the loss in another unit.
   */
  readonly metrics?: readonly string[];
  /** Whether losses have a logarithmic axis. Default false. */
  readonly log?: boolean;
  /** Pixels. Default 640. */
  readonly width?: number;
  /** Pixels of each panel. Default 260. */
  readonly height?: number;
}

/** Counts, clocks, and what the loss says already. */
const unasked = new Set(["loss", "sequences", "steps", "wrongSequences", "bits", "perplexity", "seconds"]);
/** Figures between 0 and 1, which share a panel. */
const shares = new Set(["accuracy", "topK", "f1", "labelError", "wordError"]);

const UNIT: readonly [number, number] = [0, 1];

const numberOf = (record: LearningRecord, name: string): number => {
  const value = record.validation?.[name];
  return typeof value === "number" ? value : NaN;
};

/** Names of validation figures that are drawn. */
function chosen(history: readonly LearningRecord[], wanted: readonly string[] | undefined): string[] {
  const there = new Set<string>();
  for (const { validation } of history)
    for (const [name, value] of Object.entries(validation ?? {}))
      if (typeof value === "number") there.add(name);
  const missing = wanted?.find((name) => !there.has(name));
  if (missing !== undefined)
    throw new OptionError(
      `learningCurve: metrics names "${missing}", want some of ${[...there].join(", ") || "none"}`,
    );
  return wanted ? [...wanted] : [...there].filter((name) => !unasked.has(name));
}

/** What every panel has in common. */
interface Across {
  readonly history: readonly LearningRecord[];
  /** Place of each record. */
  readonly x: readonly number[];
  readonly label: string;
  /** Place of the best record in the history; -1: none. */
  readonly best: number;
  readonly width: number;
  readonly height: number;
}

/** One of the panels: its curves, and what stands around them. */
interface Panel {
  readonly title: string;
  readonly note?: string;
  readonly curves: readonly { label: string; y: readonly number[]; watched: boolean }[];
  readonly y?: Axis;
}

/** A line a figure, with a dot at the best look. */
function panel(across: Across, { title, note, curves, y = {} }: Panel): PlotOptions {
  const { x, label, best, width, height } = across;
  const marks: Mark[] = best >= 0 ? [{ kind: "rule", x: x[best] }] : [];
  curves.forEach((curve, i) => {
    const color = colors.series[i % colors.series.length];
    marks.push({ kind: "line", x, y: curve.y, label: curve.label, color });
    if (x.length === 1) marks.push({ kind: "points", x, y: curve.y, color });
    if (best >= 0 && curve.watched)
      marks.push({ kind: "points", x: [x[best]], y: [curve.y[best]], color, size: 4.5 });
  });
  return { title, note, marks, x: { label }, y, width, height };
}

/** What the best look saw, in words. */
function bestText({ history, x, label, best }: Across, metrics: readonly string[]): string | undefined {
  if (best < 0) return undefined;
  const seen = ["loss", ...metrics]
    .map((name) => [name, numberOf(history[best], name)] as const)
    .filter(([, value]) => !Number.isNaN(value))
    .map(([name, value]) => `${name} ${numberText(value)}`);
  return `Best at ${label} ${numberText(x[best])}: ${seen.join(", ")}.`;
}

/**
 * The figure of a report of `fit`. Equal reports give equal bytes. Throws DataError where there is no
 * history, OptionError where a named figure is not in it.
 */
export function learningCurve(report: LearningReport, options: LearningCurveOptions = {}): Figure {
  const { history, best } = report;
  if (!Array.isArray(history) || history.length === 0)
    throw new DataError(`learningCurve: history is ${show(history)}, want at least one record`);
  const { title = "Learning curve", log, width = 640, height = 260 } = options;
  const metrics = chosen(history, options.metrics);
  const byEpoch = (history as readonly LearningRecord[]).every(
    ({ epoch }) => epoch !== undefined && epoch > 0,
  );
  const across: Across = {
    history,
    x: (history as readonly LearningRecord[]).map(({ epoch, step }) => (byEpoch ? epoch! : step)),
    label: byEpoch ? "epoch" : "step",
    best: best ? history.findIndex(({ step }) => step === best.step) : -1,
    width,
    height,
  };
  const curve = (name: string): { label: string; y: number[]; watched: boolean } => ({
    label: name,
    y: history.map((record) => numberOf(record, name)),
    watched: true,
  });
  const looked = history.some((record) => !Number.isNaN(numberOf(record, "loss")));
  const losses = [
    { label: "training", y: history.map(({ loss }) => loss), watched: false },
    ...(looked ? [{ ...curve("loss"), label: "validation" }] : []),
  ];
  const together = metrics.filter((name) => shares.has(name));
  const alone = metrics.filter((name) => !shares.has(name));
  const whole = together.every((name) => history.every((record) => !(numberOf(record, name) > 1)));
  const drawn: Panel[] = [
    { title: "loss", note: bestText(across, metrics), curves: losses, y: log ? { log } : {} },
    ...(together.length > 0
      ? [{ title: together.join(", "), curves: together.map(curve), y: whole ? { range: UNIT } : {} }]
      : []),
    ...alone.map((name) => ({ title: name, curves: [curve(name)] })),
  ];
  return plots(
    drawn.map((one) => panel(across, one)),
    { title },
  );
}
