/** `unrolled train handwriting`: a net learns to read lines of ink (7e-3, 7e-4). */
import { availableParallelism } from "node:os";
import { existsSync } from "node:fs";
import { handwritingLayers, handwritingNets, type HandwritingNet } from "../../handwriting/nets.ts";
import { scoreReading } from "../../handwriting/reading.ts";
import { oneOf } from "../../wasm/errors.ts";
import { type Command, UsageError, type Values } from "../command.ts";
import { readHandwriting } from "../../handwriting/read-folder.ts";
import { diskFolder } from "../disk.ts";
import { checkpointOf, fileHash, type Recipe, type RunOptions, type RunResult, runTraining } from "./run.ts";
import { loadModel } from "../open-model.ts";
import { checkOutputFile } from "../output-file.ts";
import type { Screen } from "../screen.ts";
import type { Ink } from "../../handwriting/ink.ts";
import { inkKinds, type InkInput } from "../../handwriting/input.ts";
import { countText, percentText, Progress, timeText } from "../progress.ts";

const netNames = Object.keys(handwritingNets) as HandwritingNet[];

/** What a check answers; what it refuses is a fault of usage. */
function usable<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const chosen = <T extends string>(values: Values, name: string, names: readonly T[]): T =>
  usable(() => oneOf("unrolled", `--${name}`, values.text(name), names));

/** What the kind of input needs: the distance of its points, its cells, or both. */
function drawing(kind: InkInput["kind"], values: Values): Partial<InkInput> {
  const along = kind === "image" ? {} : { thin: values.number("thin", 0) };
  if (kind === "pen" || kind === "fields" || kind === "pen-fields") return along;
  if (kind === "running") return { ...along, join: values.whole("join", 1, 64) };
  const rows = values.text("rows") === undefined ? undefined : values.whole("rows", 1, 256);
  return { ...along, cell: values.number("cell", 0.1), ...(rows === undefined ? {} : { rows }) };
}

/** The units of --units, where they are given: as many as the net can have levels. */
function unitsOf(net: HandwritingNet, values: Values): Pick<Recipe, "units"> {
  const units = values.text("units")?.split(",").map(Number);
  if (units === undefined) return {};
  usable(() => handwritingLayers(net, { classes: 1, units }));
  return { units };
}

function recipeOf(values: Values): Recipe {
  const net = chosen(values, "net", netNames);
  const kind = chosen(values, "input", inkKinds);
  const ahead =
    values.text("ahead") === undefined ? handwritingNets[net].ahead : values.whole("ahead", 0, 1000);
  const rest = ahead > 0 ? { ahead } : {};
  const form = {
    size: values.number("size", 0),
    level: values.number("level", 0),
    upright: values.on("upright"),
  };
  return {
    net,
    ...unitsOf(net, values),
    seed: values.whole("seed", 0, 2 ** 52),
    epochs: values.whole("epochs", 1),
    input: { kind, ...drawing(kind, values), ...rest, ...(kind === "running" ? {} : form) },
    batch: values.whole("batch", 1),
    shard: values.whole("shard", 1),
    rate: values.number("rate", 0),
    optimizer: chosen(values, "optimizer", ["adam", "momentum"] as const),
    momentum: values.number("momentum", 0, 1),
    fall: values.number("fall", 0, 1),
    clip: values.number("clip", 1e-9),
    drop: values.number("drop", 0, 0.9),
    noise: values.number("noise", 0),
    distort: values.on("plain") ? false : { warp: values.number("warp", 0, 0.9) },
    check: values.whole("check", 1),
  };
}

/** What a run says while it trains. */
function display(
  screen: Screen,
  { minutes, workers, recipe, looked }: { minutes: number; workers: number; recipe: Recipe; looked: number },
): Pick<RunOptions, "onStart" | "onStep" | "onEpoch"> & { end(): void } {
  let progress: Progress | undefined;
  return {
    onStart: ({ weights, steps, step, dropped, alphabet }) => {
      screen.event({ event: "start", weights, steps, step, dropped, alphabet, workers, recipe });
      screen.line(
        `${countText(weights)} weights, ${[...alphabet].length} ` +
          `characters${dropped ? `, ${dropped} lines too short for their text left out` : ""}` +
          `${step ? `; going on from step ${countText(step)}` : ""}.`,
      );
      progress = new Progress(screen, { title: "training", steps, from: step, seconds: minutes * 60 });
    },
    onStep: ({ step, loss, error }) =>
      progress?.update(step, Number.isNaN(error) ? { loss } : { loss, error }),
    onEpoch: (epoch, best) => {
      screen.event({ event: "epoch", ...epoch, best });
      screen.line(
        `epoch ${epoch.epoch}: loss ${epoch.loss.toFixed(2)}, label error ${percentText(epoch.error, 2)} ` +
          `on ${looked} lines, ${timeText(epoch.seconds)}${best ? ", the best so far" : ""}`,
      );
    },
    end: () => progress?.end(),
  };
}

/** Reads all validation lines with the best net, and says how well. */
async function report(screen: Screen, out: string, valid: readonly Ink[], result: RunResult): Promise<void> {
  const { net } = await loadModel(out);
  const { labelError, wordError, readings } = await scoreReading(net, valid);
  screen.line(
    `The best net reads all ${countText(valid.length)} validation lines ` +
      `with ${percentText(labelError, 2)} label error (${percentText(wordError, 2)} of the words), ` +
      `best path, after ${timeText(result.seconds)}.`,
  );
  screen.event({
    event: "result",
    task: "handwriting",
    labelError,
    wordError,
    lines: readings.length,
    weights: net.size,
    epochs: result.history.length,
    seconds: Number(result.seconds.toFixed(1)),
    hash: fileHash(out),
  });
  net.dispose();
}

/** Refuses a run whose files cannot be, before any line is read. */
function checkFiles(out: string, resume: boolean): void {
  const checkpoint = checkpointOf(out);
  if (!resume && existsSync(checkpoint))
    throw new UsageError(`${checkpoint} is there; add --resume to go on from it, or name another --out`);
  checkOutputFile("out", out);
  checkOutputFile("out", checkpoint);
  if (resume && !existsSync(checkpoint))
    throw new Error(`${checkpoint}: no checkpoint to resume from; leave --resume out to begin`);
}

export const trainHandwriting: Command = {
  name: "train handwriting",
  words: "",
  maxWords: 0,
  summary: "Learn to read handwriting from the movements of the pen, or from images of it",
  details: [
    "DIR holds index.json and ink.bin, IAM-OnDB's own lineStrokes and ascii, UNIPEN's data, or " +
      ".inkml files. After every epoch some",
    "validation lines are read, the best net goes to --out, and a checkpoint beside it, from which " +
      "--resume goes on with the same bits.",
    "Where no line belongs to a split, every tenth writer, or line without a writer, is for validation.",
    "Options that shape the training are taken from the checkpoint then.",
    "",
    ...Object.entries(handwritingNets).map(([name, { about }]) => `  --net ${name.padEnd(13)} ${about}`),
    "",
    "  unrolled train handwriting --data iam-ondb --epochs 200 --out models/iam.safetensors",
    "  unrolled train handwriting --data iam-ondb --out models/iam.safetensors --resume",
  ].join("\n"),
  options: {
    data: { value: "DIR", help: "where the handwriting is" },
    out: { value: "FILE", default: "models/handwriting.safetensors", help: "the best net goes here" },
    net: { value: "NAME", default: "hierarchical", help: `one of ${netNames.join(", ")}` },
    units: {
      value: "LIST",
      help:
        "LSTM units of each level, one way, from the input on, as 96,160 " +
        `(${netNames.map((name) => `${name} ${handwritingNets[name].units.join()}`).join("; ")})`,
    },
    input: {
      value: "KIND",
      default: "pen",
      help:
        "pen: movements; image: columns of small images; window: images around the pen; " +
        "fields: what receptive fields see of the ink so far and to come; both: pen and window; " +
        "pen-fields: pen and fields; " +
        "running: movements measured by the ink so far, for --net live",
    },
    epochs: { value: "N", default: "160", help: "times that every line is seen" },
    workers: {
      value: "N",
      default: String(Math.min(availableParallelism(), 2)),
      help: "threads that compute; 0: none beside the main one. The bits are the same",
    },
    resume: { help: "go on from the checkpoint beside --out" },
    from: {
      value: "FILE",
      help: "begin with the weights of a reader: of the same layers, or live of hierarchical",
    },
    minutes: { value: "M", default: "100000", help: "stop with a checkpoint after so many minutes" },
    patience: { value: "N", default: "60", help: "end after so many epochs without a better one" },
    check: { value: "N", default: "300", help: "validation lines read after each epoch; all at the end" },
    seed: { value: "N", default: "1", help: "seed of weights, order, distortions and dropout" },
    batch: { value: "N", default: "16", help: "lines a step" },
    shard: { value: "N", default: "8", help: "lines that one worker takes at a time: part of the bits" },
    optimizer: {
      value: "NAME",
      default: "adam",
      help: "adam or momentum; Graves 2007: --optimizer momentum --rate 1e-4 --batch 1 --fall 0 --net graves",
    },
    momentum: { value: "X", default: "0.9", help: "share of the last step that momentum keeps" },
    rate: { value: "X", default: "0.004", help: "the optimizer's rate" },
    fall: { value: "X", default: "0.4", help: "share of the training over which the rate falls to 0" },
    clip: { value: "X", default: "5", help: "longest gradient" },
    drop: { value: "X", default: "0.25", help: "share of activities dropped" },
    noise: {
      value: "X",
      default: "0",
      help: "standard deviation of noise on the weights while they learn; 0.075 in Graves 2013",
    },
    plain: { help: "do not distort the ink" },
    warp: {
      value: "X",
      default: "0.3",
      help: "how much letters of distorted ink differ from their neighbors in width, height and slant",
    },
    thin: { value: "X", default: "18", help: "least distance of two points, after scaling" },
    size: {
      value: "X",
      default: "100",
      help: "scale every line to this root mean square height; 0: leave it",
    },
    level: { value: "X", default: "0.25", help: "steepest slope of a line that is taken away" },
    ahead: {
      value: "N",
      help:
        "steps of rest behind the ink, in which a net may still answer; of live the delay of a character " +
        `(${netNames.map((name) => `${name} ${handwritingNets[name].ahead}`).join(", ")})`,
    },
    upright: { help: "shear leaning ink upright" },
    cell: { value: "X", default: "12", help: "image, window, both: width of a cell, after scaling" },
    join: { value: "N", default: "2", help: "running: points that stand side by side as one step" },
    rows: { value: "N", help: "image: cells of a column (24); window, both: cells of a side (9)" },
    "train-split": { value: "NAME", default: "train", help: "lines to learn from" },
    "valid-split": { value: "NAME", default: "valid", help: "lines to validate on" },
  },
  async run({ screen, signal, values }) {
    const path = values.needed("data", "the folder of the handwriting");
    const out = values.needed("out", "a file");
    const recipe = recipeOf(values);
    const workers = values.whole("workers", 0, 1024);
    const minutes = values.number("minutes", 0);
    const patience = values.whole("patience", 1);
    const resume = values.on("resume");
    checkFiles(out, resume);
    const folder = diskFolder(path);
    const onNotice = (sentence: string): void => screen.line(sentence);
    const learned = values.needed("train-split", "a split");
    const train = await readHandwriting(folder, { split: learned, signal, onNotice });
    const valid = await readHandwriting(folder, { split: values.needed("valid-split", "a split"), signal });
    screen.line(`${countText(train.length)} lines to learn from, ${countText(valid.length)} to validate on.`);
    const looked = Math.min(recipe.check, valid.length);
    const { end, ...shown } = display(screen, { minutes, workers, recipe, looked });
    const { clock } = screen;
    const from = values.text("from");
    const files = { ...{ out, resume, workers }, ...(from === undefined ? {} : { from }) };
    const limits = { minutes, patience, signal, clock };
    const result = await runTraining({ recipe, train, valid, ...files, ...limits, ...shown });
    end();
    if (!result.finished)
      throw new Error(`stopped at step ${countText(result.step)}; the same command with --resume goes on`);
    await report(screen, out, valid, result);
    return true;
  },
};
