/** `unrolled train classifier`, `labeler`, `regressor`: a job learns from sequences in files. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { confusionMatrix } from "../../figures/confusion-matrix.ts";
import { learningCurve } from "../../figures/learning-curve.ts";
import { svg } from "../../figures/svg.ts";
import { pools, type Pool } from "../../jobs/answering.ts";
import type { FitProgress, FitReport } from "../../models/network/fit.ts";
import { bidirectional, delayTaps, dropout, type Layer } from "../../models/network/layers.ts";
import { gru } from "../../models/network/recurrent-layers.ts";
import { adamW } from "../../optim/adam.ts";
import { cosine } from "../../optim/cosine.ts";
import { UsageError, type Command, type Context, type Values } from "../command.ts";
import { readModelFile, withAbout, type About } from "../open-model.ts";
import { checkOutputFile, checkOutputFolder, writeWhole } from "../output-file.ts";
import { countText, Progress, timeText } from "../progress.ts";
import { type JobFigures, type JobKind, type OpenJob } from "./kinds.ts";
import { confusionText, figuresText } from "./report.ts";
import { listOf, readSet, sourceOf, sourceOptions, type SequenceSet } from "./sequences.ts";

const SAVE_EVERY = 2000; // ms between two checkpoints at least
const CLIP = 1;
const FALL = 20; // the rate falls along half a cosine to so small a part

/** What decides every bit of a training. */
interface JobRecipe {
  readonly units: number;
  readonly taps: number;
  readonly drop: number;
  readonly forward: boolean;
  readonly pool: Pool;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly decay: number;
  readonly valid: number;
  readonly patience: number;
  readonly seed: number;
}

/** What a job's file says beside the job. */
export type JobAbout = About & {
  /** Columns of the input and beside it, as the training data had them. */
  readonly columns?: readonly string[];
  readonly run?: { readonly recipe: JobRecipe; readonly hash: string };
};

function recipeOf(values: Values): JobRecipe {
  const pool = (values.text("pool") ?? "steps") as Pool;
  if (!pools.includes(pool)) throw new UsageError(`--pool is "${pool}", want one of ${pools.join(", ")}`);
  return {
    units: values.whole("units", 1, 4096),
    taps: values.whole("taps", 1, 1000),
    drop: values.number("drop", 0, 0.9),
    forward: values.on("forward"),
    pool,
    epochs: values.whole("epochs", 1, 1_000_000),
    batch: values.whole("batch", 1, 1_000_000),
    rate: values.number("rate", 0),
    decay: values.number("decay", 0),
    valid: values.number("valid", 0, 0.9),
    patience: values.whole("patience", 1),
    seed: values.whole("seed", 0, 2 ** 52),
  };
}

/** Steps of the last few inputs side by side, one direction of time or both, and dropout behind. */
const layersOf = ({ units, taps, drop, forward }: JobRecipe): Layer[] => [
  ...(taps > 1 ? [delayTaps(taps)] : []),
  forward ? gru(units) : bidirectional(gru(units)),
  ...(drop > 0 ? [dropout(drop)] : []),
];

/** SHA-256 of all that is learned from, hexadecimal. */
function hashOf({ sequences }: SequenceSet): string {
  const hash = createHash("sha256");
  for (const { input, beside } of sequences) hash.update(input).update(JSON.stringify(beside));
  return hash.digest("hex");
}

/** A training: what is trained, on what, and by which recipe. */
interface Start {
  readonly kind: JobKind;
  readonly job: OpenJob;
  readonly set: SequenceSet;
  readonly recipe: JobRecipe;
  readonly out: string | undefined;
}

async function start(kind: JobKind, set: SequenceSet, values: Values): Promise<Start> {
  const out = values.text("out");
  if (!values.on("resume")) {
    const recipe = recipeOf(values);
    const shape = { layers: layersOf(recipe), pool: recipe.pool, seed: recipe.seed };
    return { kind, job: await kind.make(set, shape), set, recipe, out };
  }
  if (out === undefined) throw new UsageError("--resume needs --out FILE, the job to go on from");
  const { bytes, about } = readModelFile<JobAbout>(out);
  if (about.run === undefined)
    throw new UsageError(`--resume: ${out}: its training is over; leave --resume out`);
  if (about.run.hash !== hashOf(set))
    throw new UsageError(`--resume: ${out} was trained on other data than --data holds now`);
  return { kind, job: await kind.load(bytes), set, recipe: about.run.recipe, out };
}

/** Trains, with checkpoints in --out; throws where it was stopped. */
async function learn({ screen, signal }: Context, at: Start): Promise<FitReport> {
  const { kind, job, set, recipe, out } = at;
  const { epochs, batch, rate, decay, valid, patience } = recipe;
  const learned =
    set.sequences.length - (valid > 0 ? Math.max(1, Math.round(valid * set.sequences.length)) : 0);
  const steps = Math.max(1, Math.ceil((epochs * learned) / Math.min(batch, learned)));
  const progress = new Progress(screen, { title: "training", steps });
  const hash = hashOf(set);
  let saved = -Infinity;
  const report = await job.fit(set, {
    epochs,
    batch,
    signal,
    optimizer: adamW({ rate: cosine({ from: rate, to: rate / FALL, until: steps }), decay, clip: CLIP }),
    ...(valid > 0 ? { validation: valid, patience, keepBest: true } : {}),
    onProgress: (now) => progress.update(now.step, shown(now)),
    onRecord: (record, best) => screen.event({ event: "epoch", ...record, best }),
    checkpoint(bytes) {
      if (!out || (!signal.aborted && screen.clock() - saved < SAVE_EVERY)) return;
      writeWhole(out, withAbout(bytes, { ...aboutOf(kind, set), run: { recipe, hash } } as JobAbout));
      saved = screen.clock();
    },
  });
  progress.end();
  if (report.stopped !== "signal") return report;
  const where = out ? `; it is in ${out}, and the same command with --resume goes on` : "";
  throw new Error(`stopped after ${countText(report.steps)} steps${where}`);
}

const aboutOf = ({ name }: JobKind, { columns }: SequenceSet): JobAbout => ({
  task: name,
  ...(columns ? { columns } : {}),
});

/** Figures of the display. */
function shown({ loss, metrics }: FitProgress): Record<string, number> {
  const { accuracy, rmse } = metrics ?? {};
  return { loss, ...(accuracy === undefined ? {} : { accuracy }), ...(rmse === undefined ? {} : { rmse }) };
}

/** Says how good it is, draws and saves. */
function report(
  { screen, values }: Context,
  { kind, job, set, recipe, out }: Start,
  fitted: FitReport,
  { tested, seconds }: { tested: JobFigures | undefined; seconds: number },
): void {
  const looked = fitted.best?.validation as JobFigures | undefined;
  if (looked)
    screen.line(`Best on the sequences set apart, epoch ${fitted.best!.epoch}: ${figuresText(looked)}`);
  if (tested) screen.line(`On the test data: ${figuresText(tested)}`);
  const confusion = (tested ?? looked)?.confusion;
  if (confusion && job.labels) screen.line(`\n${confusionText(job.labels, confusion)}\n`);
  const folder = values.text("figures");
  if (folder) {
    writeWhole(join(folder, "learning-curve.svg"), svg(learningCurve(fitted)));
    if (confusion && job.labels)
      writeWhole(join(folder, "confusion.svg"), svg(confusionMatrix({ labels: job.labels, confusion })));
    screen.line(`Drawn in ${folder}`);
  }
  if (out) {
    writeWhole(out, withAbout(job.save({ training: false }), aboutOf(kind, set)));
    screen.line(`Ask it: unrolled ${kind.verb} ${out} --data PATH`);
  }
  screen.line(`${countText(fitted.steps)} steps in ${timeText(seconds)}.`);
  screen.event({
    event: "result",
    task: kind.name,
    seed: recipe.seed,
    sequences: set.sequences.length,
    epochs: fitted.history.length,
    steps: fitted.steps,
    stopped: fitted.stopped,
    ...(looked ? { validation: looked } : {}),
    ...(tested ? { test: tested } : {}),
    ...(job.labels ? { labels: job.labels } : {}),
    seconds: Number(seconds.toFixed(3)),
  });
}

/** Options of the training of a kind of job. */
const trainOptions = (kind: JobKind): Command["options"] => ({
  ...sourceOptions,
  [kind.beside.option]: { value: "C", help: kind.beside.help },
  test: { value: "PATH", help: "data to test on at the end, in the form of --data" },
  out: { value: "FILE", help: "the job goes here, and on the way its checkpoint" },
  resume: { help: "go on from the checkpoint in --out, with its recipe" },
  figures: {
    value: "DIR",
    help:
      kind.name === "regressor"
        ? "draw the learning curve"
        : "draw the learning curve, and which labels are taken for which",
  },
  epochs: { value: "N", default: "100", help: "times that every sequence is seen" },
  valid: { value: "X", default: "0.2", help: "share of the sequences set apart; 0: none" },
  patience: { value: "N", default: "20", help: "end after so many epochs without a better one" },
  batch: { value: "N", default: "16", help: "sequences a step" },
  rate: { value: "X", default: "0.01", help: "rate of AdamW; it falls along half a cosine" },
  decay: { value: "X", default: "0.01", help: "decay of the weights" },
  units: { value: "N", default: "32", help: "gated units, in each direction of time" },
  taps: { value: "N", default: "1", help: "last steps that the units see side by side" },
  drop: { value: "X", default: "0.3", help: "share of activities dropped" },
  ...(kind.name === "labeler"
    ? {}
    : {
        pool: {
          value: "WAY",
          help: "what answers: all steps, or the last, mean or max of states",
          default: "steps",
        },
      }),
  forward: { help: "read forwards only, so that the job can answer while data come in" },
  seed: { value: "N", default: "1", help: "seed of weights, order and what is set apart" },
});

/** Reads, trains, tests and reports. */
async function train(kind: JobKind, context: Context): Promise<void> {
  const { screen, values } = context;
  const began = screen.clock();
  const beside = listOf(values.text(kind.beside.option)) ?? [];
  const source = sourceOf(
    values,
    values.needed("data", "a table, a folder of tables, or a .ts file"),
    beside,
  );
  checkOutputFile("out", values.text("out"));
  checkOutputFolder("figures", values.text("figures"));
  const set = await readSet(source);
  const test = values.text("test");
  const testSet =
    test === undefined ? undefined : await readSet({ ...source, path: test, columns: set.columns });
  const at = await start(kind, set, values);
  try {
    screen.line(
      `${countText(set.sequences.length)} sequences of ${set.width} values a step` +
        `${at.job.labels ? `, labels ${at.job.labels.join(", ")}` : ""}.\n${at.job.summary()}`,
    );
    const fitted = await learn(context, at);
    const tested = testSet && (await at.job.evaluate(testSet));
    report(context, at, fitted, { tested, seconds: (screen.clock() - began) / 1000 });
  } finally {
    at.job.dispose();
  }
}

/** The command that trains a kind of job. */
export const trainJob = (kind: JobKind): Command => ({
  name: `train ${kind.name}`,
  words: "",
  maxWords: 0,
  summary: {
    classifier: "Learn to tell which label a sequence has",
    labeler: "Learn to tell which label each step of a sequence has",
    regressor: "Learn to tell the numbers that belong to a sequence",
  }[kind.name],
  details:
    "The data are a table with a column that tells sequences apart, a folder of tables, one a " +
    "sequence, or a .ts file of the UCR and UEA archives.\nSome sequences are set apart, the weights " +
    "that do best on them are kept, and --resume goes on from the checkpoint in --out with the same " +
    `bits.\n\n  unrolled train ${kind.name} --data gestures.csv --sequence id ` +
    `--${kind.beside.option} ${kind.name === "regressor" ? "speed" : "label"} --out job.safetensors\n` +
    `  unrolled ${kind.verb} job.safetensors --data new.csv --sequence id`,
  options: trainOptions(kind),
  run: (context) => train(kind, context),
});
