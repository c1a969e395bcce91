/** All commands, in the order in which the help lists them. */
import { automatonCommand } from "./automaton.ts";
import { compare } from "./compare/compare.ts";
import type { Command } from "./command.ts";
import { evalCommand } from "./eval.ts";
import { trainHandwriting } from "./handwriting/train.ts";
import { trainWriter } from "./handwriting/write.ts";
import { askJob } from "./jobs/answer.ts";
import { jobKinds } from "./jobs/kinds.ts";
import { trainJob } from "./jobs/train.ts";
import { lectureCommand } from "./lecture.ts";
import { sampleCommand } from "./sample.ts";
import { forecastCommand } from "./series/forecast.ts";
import { trainAddition } from "./train/addition.ts";
import { trainSeries } from "./series/train.ts";
import { watchCommand } from "./series/watch.ts";
import { listenCommand } from "./speech/listen.ts";
import { trainSpeechCommand, trainWordsCommand } from "./speech/train.ts";
import { trainText } from "./train/text.ts";
import { workerCommand } from "./worker.ts";

export const commands: readonly Command[] = [
  trainAddition,
  trainText,
  trainSeries,
  trainHandwriting,
  trainWriter,
  trainWordsCommand,
  trainSpeechCommand,
  listenCommand,
  ...Object.values(jobKinds).map(trainJob),
  ...Object.values(jobKinds).map(askJob),
  evalCommand,
  forecastCommand,
  watchCommand,
  sampleCommand,
  automatonCommand,
  compare,
  workerCommand,
  lectureCommand,
];
