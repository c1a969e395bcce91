/** `unrolled listen`: a saved spotter or recognizer hears a file, or samples that come on stdin. */
import { join } from "node:path";
import { readTensors } from "../../formats/read-safetensors.ts";
import { speechRecognizer, wordSpotter, type Recording } from "../../speech/index.ts";
import { UsageError, type Command, type Context } from "../command.ts";
import { readFileBytes } from "../disk.ts";
import { checkOutputFolder, writeWhole } from "../output-file.ts";
import { heardFigure, type Heard } from "./heard-figure.ts";
import { readRecording } from "./recordings.ts";

const BYTES = 2; // of a sample on stdin

/** Samples of 16 bits, little-endian, as they come on stdin; odd bytes wait for their other half. */
async function* samplesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Int16Array> {
  let left = new Uint8Array(0);
  for await (const piece of input) {
    const bytes = new Uint8Array(left.length + piece.length);
    bytes.set(left);
    bytes.set(piece, left.length);
    const count = Math.floor(bytes.length / BYTES);
    const view = new DataView(bytes.buffer);
    yield Int16Array.from({ length: count }, (_, i) => view.getInt16(BYTES * i, true));
    left = bytes.slice(count * BYTES);
  }
}

/** Says a word that was heard. */
function tell(
  { screen }: Context,
  heard: Heard & { readonly score?: number; readonly confidence?: number },
): void {
  const sure = heard.score ?? heard.confidence ?? 0;
  screen.line(`${heard.from.toFixed(2)} s  ${heard.word}  (${(100 * sure).toFixed(0)}%)`);
  screen.event({ event: "word", ...heard });
}

async function spot(context: Context, bytes: Uint8Array, recording: Recording | undefined): Promise<Heard[]> {
  const { values, signal } = context;
  const spotter = await wordSpotter.load(bytes);
  try {
    const threshold = values.text("threshold");
    if (threshold !== undefined) spotter.threshold = values.number("threshold", 0, 1);
    const given = values.text("rate");
    const rate = recording?.rate ?? (given === undefined ? spotter.rate : values.whole("rate", 1));
    const stream = spotter.stream({ rate });
    const heard: Heard[] = [];
    const take = (found: readonly Heard[]): void => {
      for (const one of found) {
        tell(context, one);
        heard.push(one);
      }
    };
    if (recording) take(stream.push(recording.samples));
    else
      for await (const samples of samplesOf(process.stdin)) {
        take(stream.push(samples));
        if (signal.aborted) break;
      }
    take(stream.end());
    stream.dispose();
    return heard;
  } finally {
    spotter.dispose();
  }
}

async function transcribe(
  context: Context,
  bytes: Uint8Array,
  recording: Recording | undefined,
): Promise<Heard[]> {
  if (!recording)
    throw new UsageError("listen: a recognizer reads whole recordings, want a file in place of -");
  const recognizer = await speechRecognizer.load(bytes);
  try {
    const { samples, rate } = recording;
    const { words } = await recognizer.predict({ samples, rate });
    for (const word of words) tell(context, word);
    return [...words];
  } finally {
    recognizer.dispose();
  }
}

async function listen(context: Context): Promise<void> {
  const { screen, values, words } = context;
  const [model, file = "-"] = words;
  if (model === undefined) throw new UsageError("the model is missing: unrolled listen MODEL [FILE|-]");
  const figures = values.text("figures");
  checkOutputFolder("figures", figures);
  if (figures && file === "-") throw new UsageError("--figures needs a file, not stdin");
  const bytes = readFileBytes(model);
  const { spec } = readTensors(bytes, model);
  const kind = (spec.hearing as { kind?: string } | undefined)?.kind;
  if (kind !== "wordSpotter" && kind !== "speechRecognizer")
    throw new UsageError(`${model}: no model that hears, want one of train words or train speech`);
  const recording = file === "-" ? undefined : await readRecording(file);
  const heard = await (kind === "wordSpotter" ? spot : transcribe)(context, bytes, recording);
  if (heard.length === 0) screen.line("Nothing was heard.");
  if (figures && recording) {
    const path = join(figures, "heard.svg");
    writeWhole(path, await heardFigure(recording, heard));
    screen.line(`Drawn in ${path}`);
  }
  screen.event({ event: "result", heard: heard.map(({ word, from, to }) => ({ word, from, to })) });
}

/** The command that listens. */
export const listenCommand: Command = {
  name: "listen",
  words: "MODEL [FILE|-]",
  maxWords: 2,
  summary: "Hear words in a WAV or FLAC file, or in samples that come on stdin",
  details:
    "On stdin a spotter takes samples of 16 bits, little-endian, one channel, without end.\n\n" +
    "  unrolled listen words.safetensors party.wav --figures figures\n" +
    "  arecord -t raw -f S16_LE -r 16000 | unrolled listen words.safetensors -",
  options: {
    rate: { value: "N", help: "samples a second on stdin; default: the model's" },
    threshold: { value: "X", help: "probability from which on a word counts; default: the model's" },
    figures: { value: "DIR", help: "draw the spectrogram with what was heard over it" },
  },
  run: listen,
};
