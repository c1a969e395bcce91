/** `unrolled eval MODEL handwriting`: how well a net reads lines it may never have seen. */
import { readFileSync } from "node:fs";
import { NGram } from "../../inference/ngram.ts";
import type { LanguageModel } from "../../inference/beam-search.ts";
import { netLanguage } from "../../handwriting/net-language.ts";
import { readHandwriting } from "../../handwriting/read-folder.ts";
import { encodeText, scriptOf, unknownCharacters } from "../../handwriting/script.ts";
import {
  readingErrors,
  scoreReading,
  worstFirst,
  type Reading,
  type ReadingOptions,
} from "../../handwriting/reading.ts";
import { engine } from "../../wasm/engine.ts";
import type { Network } from "../../models/network/network.ts";
import { UsageError, type Context, type OptionSpec } from "../command.ts";
import type { Ink } from "../../handwriting/ink.ts";
import { turns } from "../turns.ts";
import { diskFolder } from "../disk.ts";
import { loadModel } from "../open-model.ts";
import { countText, percentText, Progress, timeText } from "../progress.ts";

export const evalHandwritingOptions: Readonly<Record<string, OptionSpec>> = {
  data: { value: "DIR", help: "handwriting: where the handwriting is" },
  split: { value: "NAME", default: "valid", help: 'handwriting: lines to read; "all": every line' },
  beam: { value: "N", help: "handwriting: search with so many prefixes instead of taking the best path" },
  language: {
    value: "FILE",
    help:
      "handwriting: a character net (.safetensors) or a text, whose lines are counted in n-grams; " +
      "needs --beam",
  },
  order: { value: "N", default: "6", help: "handwriting: length of the n-grams" },
  weight: { value: "X", default: "0.5", help: "handwriting: exponent of the language model" },
  bonus: { value: "X", default: "1", help: "handwriting: nats added a character with a language model" },
  show: { value: "K", default: "0", help: "handwriting: print the K worst lines" },
};

/** The n-gram model of the lines of a text, without characters that the alphabet lacks. */
async function countLines(text: string, alphabet: string, order: number): Promise<LanguageModel> {
  const known = new Set(alphabet);
  const ngram = new NGram(await engine("float64"), { labels: [...alphabet].length, order });
  for (const line of text.split(/\r?\n/))
    if (line.length > 0) ngram.add([...encodeText([...line].filter((c) => known.has(c)).join(""), alphabet)]);
  return ngram;
}

async function languageOf(path: string, alphabet: string, order: number): Promise<LanguageModel> {
  if (!path.endsWith(".safetensors")) return countLines(readFileSync(path, "utf8"), alphabet, order);
  const { net, about } = await loadModel(path);
  if (!about.vocabulary)
    throw new UsageError(`${path} is no character net: train one with unrolled train text`);
  return netLanguage(net, about.vocabulary, alphabet);
}

/** Lines read between two updates of the display. */
const CHUNK = 64;

/** How lines are read: by the best path, or a beam with a language model or without. */
async function readingOptions(net: Network, values: Context["values"]): Promise<ReadingOptions> {
  const language = values.text("language");
  if (values.text("beam") === undefined) {
    if (language !== undefined) throw new UsageError("--language needs --beam N, the prefixes to keep");
    return {};
  }
  const width = values.whole("beam", 1, 100_000);
  if (language === undefined) return { width };
  return {
    width,
    language: await languageOf(language, scriptOf(net).alphabet, values.whole("order", 1, 32)),
    weight: values.number("weight", 0),
    bonus: values.number("bonus", -100, 100),
  };
}

/** Reads lines in chunks, between which Ctrl-C is heard. */
async function readLines(
  net: Network,
  inks: readonly Ink[],
  reading: ReadingOptions,
  { screen, signal }: Context,
): Promise<{ readings: Reading[]; seconds: number }> {
  const turn = turns(signal);
  const progress = new Progress(screen, { title: "reading", steps: inks.length, unit: "lines" });
  const readings: Reading[] = [];
  for (let from = 0; from < inks.length; from += CHUNK) {
    await turn();
    readings.push(...(await scoreReading(net, inks.slice(from, from + CHUNK), reading)).readings);
    progress.update(readings.length);
  }
  progress.end();
  return { readings, seconds: progress.seconds };
}

/** Reads all lines and tells the errors. */
export async function evalHandwriting(net: Network, context: Context): Promise<void> {
  const { screen, signal, values } = context;
  const reading = await readingOptions(net, values);
  const { width: beam, language } = reading;
  const show = values.whole("show", 0);
  const split = values.needed("split", "a split");
  const folder = diskFolder(values.needed("data", "the folder of the handwriting"));
  const inks = await readHandwriting(folder, { split, signal, onNotice: (line) => screen.line(line) });
  const { readings, seconds } = await readLines(net, inks, reading, context);
  const { labelError, wordError } = readingErrors(readings);
  const exact = readings.filter((r) => r.edits === 0).length;
  const unknown = unknownCharacters(inks, scriptOf(net).alphabet);
  const kinds = [...new Set(unknown)].sort().join("");
  for (const { ink, text, edits } of worstFirst(readings).slice(0, show)) {
    screen.line(`${ink.id}: ${edits} edits\n  want ${ink.text}\n  read ${text}`);
    screen.event({ event: "line", id: ink.id, want: ink.text, read: text, edits });
  }
  const how = beam === undefined ? "best path" : `beam of ${beam}${language ? " with a language model" : ""}`;
  screen.line(
    `${countText(inks.length)} lines of split ${split}: label error ${percentText(labelError, 2)}, word ` +
      `error ${percentText(wordError, 2)}, ${countText(exact)} lines without error ` +
      `(${how}, ${timeText(seconds)}).`,
  );
  if (unknown.length > 0)
    screen.line(
      `${countText(unknown.length)} of the characters are not in the alphabet of the net and count ` +
        `as errors: ${JSON.stringify(kinds)}`,
    );
  screen.event({
    event: "result",
    task: "handwriting",
    split,
    lines: inks.length,
    labelError,
    wordError,
    exact,
    unknown: unknown.length,
    unknownKinds: kinds,
    beam: beam ?? null,
    seconds,
  });
}
