/** `unrolled train words` and `unrolled train speech`: a spotter or a recognizer learns from recordings. */
import { join } from "node:path";
import { confusionMatrix } from "../../figures/confusion-matrix.ts";
import { learningCurve } from "../../figures/learning-curve.ts";
import { svg } from "../../figures/svg.ts";
import type { FitProgress, FitReport } from "../../models/network/fit.ts";
import { inventedSpeakers, speechRecognizer, wordSpotter, type Calibration } from "../../speech/index.ts";
import { UsageError, type Command, type Context, type Values } from "../command.ts";
import { listOf } from "../jobs/sequences.ts";
import { confusionText } from "../jobs/report.ts";
import { checkOutputFile, checkOutputFolder, writeWhole } from "../output-file.ts";
import { countText, percentText, Progress, timeText } from "../progress.ts";
import { alarmFigure } from "./alarm-figure.ts";
import { readTexts, readWords, type TextData } from "./recordings.ts";
import { testTexts } from "./word-confusion.ts";

/** Texts that are shown before they are learned. */
const SHOWN = 3;

/** What both commands take. */
const common: Command["options"] = {
  data: { value: "DIR", help: "folder of WAV or FLAC files" },
  out: { value: "FILE", help: "the model goes here" },
  figures: { value: "DIR", help: "draw the learning curve" },
  epochs: { value: "N", help: "times that every recording is seen; default: 1500 steps, at least 20" },
  valid: {
    value: "N",
    default: "5",
    help: "every Nth recording is set apart to test on, from 2 up; 0: none",
  },
  seed: { value: "N", default: "1", help: "seed of weights, order and distortions" },
};

/** Options of both, read; outputs are looked at before any work. */
function readCommon(values: Values) {
  const valid = values.whole("valid", 0, 1000);
  if (valid === 1)
    throw new UsageError(
      "--valid 1 sets every recording apart, which leaves none to learn from; want 0 or 2 up",
    );
  checkOutputFile("out", values.text("out"));
  checkOutputFolder("figures", values.text("figures"));
  return {
    data: values.needed("data", "a folder of WAV or FLAC files"),
    out: values.text("out"),
    figures: values.text("figures"),
    epochs: values.text("epochs") === undefined ? undefined : values.whole("epochs", 1, 100_000),
    valid,
    seed: values.whole("seed", 0, 2 ** 52),
  };
}

/** Every nth item apart. */
function setApart<T>(items: readonly T[], nth: number): { train: T[]; test: T[] } {
  const isApart = (i: number): boolean => nth > 0 && i % nth === nth - 1;
  return { train: items.filter((_, i) => !isApart(i)), test: items.filter((_, i) => isApart(i)) };
}

/** Options that show how far a training is. */
function follow({ screen, signal }: Context, epochs: number | undefined) {
  let progress: Progress | undefined;
  return {
    ...(epochs === undefined ? {} : { epochs }),
    signal,
    onProgress: ({ step, steps = step, loss }: FitProgress) => {
      progress ??= new Progress(screen, { title: "training", steps });
      progress.update(step, { loss });
    },
    end: () => progress?.end(),
  };
}

function stopIfAsked(report: FitReport): void {
  if (report.stopped === "signal") throw new Error(`stopped after ${countText(report.steps)} steps`);
}

/** What a training ends with. */
interface Ending {
  /** The clock when it began, ms. */
  readonly began: number;
  readonly out: string | undefined;
  readonly report: FitReport;
  /** What --json says beside the seconds. */
  readonly result: object;
}

/** Writes the model where that is asked for, and says how long it took. */
function conclude(
  { screen }: Context,
  model: { save(options: { training: boolean }): Uint8Array },
  { began, out, report, result }: Ending,
): void {
  if (out) {
    writeWhole(out, model.save({ training: false }));
    screen.line(`Let it listen: unrolled listen ${out} FILE`);
  }
  const seconds = (screen.clock() - began) / 1000;
  screen.line(`${countText(report.steps)} steps in ${timeText(seconds)}.`);
  screen.event({ event: "result", ...result, seconds: Number(seconds.toFixed(3)) });
}

/** What the threshold does that was found. */
function thresholdText({ threshold, curve }: Calibration, limit: number): string {
  const { falseAlarmsPerHour, missRate = 0 } = curve.find((point) => point.threshold === threshold)!;
  const much = falseAlarmsPerHour > limit ? `; no threshold has ${limit} or fewer` : "";
  return (
    `Threshold ${threshold.toFixed(4)}: ${falseAlarmsPerHour.toFixed(1)} false alarms an hour, ` +
    `${percentText(missRate)} of the words missed${much}.`
  );
}

async function trainWords(context: Context): Promise<void> {
  const { screen, values } = context;
  const began = screen.clock();
  const { data, out, figures, epochs, valid, seed } = readCommon(values);
  const limit = values.number("false-alarms", 0);
  const { words, items, rate } = await readWords(data, listOf(values.text("words")));
  const { train, test } = setApart(items, valid);
  const background = items.filter(({ word }) => word === null).length;
  screen.line(
    `${countText(items.length)} recordings at ${rate} Hz: ${words.join(", ")}; ${background} without a word.`,
  );
  const spotter = await wordSpotter({ words, rate, seed });
  try {
    const { end, ...options } = follow(context, epochs);
    const report = await spotter.fit(train, options);
    end();
    stopIfAsked(report);
    const tested = test.length > 0 ? await spotter.evaluate(test) : undefined;
    const labels = [...words, "(none)"];
    if (tested) {
      screen.line(`On ${test.length} recordings set apart: accuracy ${percentText(tested.accuracy)}`);
      screen.line(`\n${confusionText(labels, tested.confusion)}\n`);
    }
    const calibration = test.some(({ word }) => word === null)
      ? await spotter.calibrate(test, { falseAlarmsPerHour: limit })
      : undefined;
    if (calibration) screen.line(thresholdText(calibration, limit));
    if (figures) {
      writeWhole(join(figures, "learning-curve.svg"), svg(learningCurve(report)));
      if (tested)
        writeWhole(
          join(figures, "confusion.svg"),
          svg(confusionMatrix({ labels, confusion: tested.confusion })),
        );
      if (calibration) writeWhole(join(figures, "alarms.svg"), svg(alarmFigure(calibration)));
    }
    conclude(context, spotter, {
      began,
      out,
      report,
      result: {
        words,
        seed,
        recordings: items.length,
        ...(tested ? { test: tested } : {}),
        ...(calibration ? { calibration } : {}),
      },
    });
  } finally {
    spotter.dispose();
  }
}

/** The first few texts, so that a wrong reading of names is seen before it is learned. */
const textsText = ({ items, files }: TextData): string =>
  items
    .slice(0, SHOWN)
    .map(({ text }, i) => `${files[i]} says "${text}"`)
    .join(", ");

async function trainSpeech(context: Context): Promise<void> {
  const { screen, values } = context;
  const began = screen.clock();
  const { data, out, figures, epochs, valid, seed } = readCommon(values);
  const read = await readTexts(data);
  const { items, words, rate } = read;
  const { train, test } = setApart(items, valid);
  screen.line(
    `${countText(items.length)} recordings at ${rate} Hz of ${words.length} words: ${textsText(read)}, …`,
  );
  const count = context.values.whole("voices", 0, 100_000);
  const voices = count > 0 ? await inventedSpeakers({ words, count, longest: 4, rate, seed }) : [];
  const recognizer = await speechRecognizer({ units: "words", words, rate, seed });
  try {
    const { end, ...options } = follow(context, epochs);
    const report = await recognizer.fit([...train, ...voices], options);
    end();
    stopIfAsked(report);
    const tested = test.length > 0 ? await testTexts(recognizer, words, test) : undefined;
    if (tested) {
      screen.line(
        `On ${test.length} recordings set apart: word error ${percentText(tested.wordError)}, ` +
          `${percentText(tested.exact)} without an error`,
      );
      screen.line(`\n${confusionText(tested.labels, tested.confusion)}\n`);
    }
    if (figures) {
      writeWhole(join(figures, "learning-curve.svg"), svg(learningCurve(report)));
      if (tested) writeWhole(join(figures, "confusion.svg"), svg(confusionMatrix(tested)));
    }
    conclude(context, recognizer, {
      began,
      out,
      report,
      result: { words, seed, recordings: items.length, ...(tested ? { test: tested } : {}) },
    });
  } finally {
    recognizer.dispose();
  }
}

/** The command that trains a spotter. */
export const trainWordsCommand: Command = {
  name: "train words",
  words: "",
  maxWords: 0,
  summary: "Learn to spot words in sound, from a few recordings of each",
  details:
    "Every word has a folder of WAV or FLAC files, or files named word_….wav; folders named background or\n" +
    "noise, and those that --words leaves out, hold none of the words.\n\n" +
    "  unrolled train words --data recordings --out words.safetensors\n" +
    "  unrolled listen words.safetensors party.wav",
  options: {
    ...common,
    figures: {
      value: "DIR",
      help: "draw the learning curve, which words are taken for which, and missed words against false alarms",
    },
    words: { value: "A,B", help: "these are the words, all others background; default: all" },
    "false-alarms": { value: "N", default: "1", help: "the threshold has at most so many an hour" },
  },
  run: trainWords,
};

/** The command that trains a recognizer. */
export const trainSpeechCommand: Command = {
  name: "train speech",
  words: "",
  maxWords: 0,
  summary: "Learn to hear texts, from recordings with their texts",
  details:
    "Beside each recording stands a .txt with its text; without one its name is the text, words parted by\n" +
    "underscores; where all names are of a word, a speaker and a number (0_george_12.wav), the word is.\n" +
    "Recordings of noise beside an empty .txt teach what is no word.\n\n" +
    "  unrolled train speech --data recordings --out speech.safetensors",
  options: {
    ...common,
    figures: { value: "DIR", help: "draw the learning curve, and which words are taken for which" },
    voices: {
      value: "N",
      default: "0",
      help: "learn from so many recordings of invented speakers too, who say digits, yes and no",
    },
  },
  run: trainSpeech,
};
