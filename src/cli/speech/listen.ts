/** `unrolled listen`: a saved spotter or recognizer hears a file, or samples that come on stdin. */
import { join } from "node:path";
import { readTensors } from "../../formats/read-safetensors.ts";
import { hybridRecognizer, speechRecognizer, wordSpotter, type Recording } from "../../speech/index.ts";
import { joined } from "../../speech/resampler.ts";
import { readSamples } from "../../speech/samples.ts";
import { UsageError, type Command, type Context } from "../command.ts";
import { readFileBytes } from "../disk.ts";
import { checkOutputFolder, writeWhole } from "../output-file.ts";
import { percentText } from "../progress.ts";
import { heardFigure, type Heard } from "./heard-figure.ts";
import { piped, type Piped } from "./piped.ts";
import { readRecording } from "./recordings.ts";

/** Sound from a file or from stdin. */
interface Sound extends Pick<Piped, "rate"> {
  readonly pieces: Piped["pieces"] | Iterable<ArrayLike<number>>;
}

/** Says a word that was heard. */
function tell(
  { screen }: Context,
  heard: Heard & { readonly score?: number; readonly confidence?: number },
): void {
  const sure = heard.score ?? heard.confidence;
  const text = sure === undefined ? "" : `  (${percentText(sure, 0)})`;
  screen.line(`${heard.from.toFixed(2)} s  ${heard.word}${text}`);
  screen.event({ event: "word", ...heard });
}

/** The rate of what is heard: the sound's own, else --rate, else the model's. */
function rateOf({ values }: Context, sound: Sound, model: number): number {
  const given = values.text("rate") === undefined ? undefined : values.whole("rate", 1);
  const own = sound.rate;
  if (own !== undefined && given !== undefined && given !== own)
    throw new UsageError(
      `--rate is ${given}, but the header of the sound says ${own}; leave --rate out, it is of bare samples`,
    );
  return own ?? given ?? model;
}

async function spot(context: Context, bytes: Uint8Array, sound: Sound): Promise<Heard[]> {
  const { values, signal } = context;
  const spotter = await wordSpotter.load(bytes);
  try {
    const threshold = values.text("threshold");
    if (threshold !== undefined) spotter.threshold = values.number("threshold", 0, 1);
    const stream = spotter.stream({ rate: rateOf(context, sound, spotter.rate) });
    const heard: Heard[] = [];
    const take = (found: readonly Heard[]): void => {
      for (const one of found) {
        tell(context, one);
        heard.push(one);
      }
    };
    for await (const samples of sound.pieces) {
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

/** Recognizers by the kind that their files name. */
const recognizers = { speechRecognizer, hybridRecognizer };
type RecognizerKind = keyof typeof recognizers;

const isRecognizer = (kind: string | undefined): kind is RecognizerKind =>
  kind !== undefined && Object.hasOwn(recognizers, kind);

async function transcribe(
  context: Context,
  kind: RecognizerKind,
  bytes: Uint8Array,
  sound: Sound,
): Promise<Heard[]> {
  const recognizer = await recognizers[kind].load(bytes);
  try {
    const rate = rateOf(context, sound, recognizer.rate);
    const pieces: Float64Array[] = [];
    for await (const samples of sound.pieces) {
      pieces.push(readSamples("listen", samples));
      context.signal.throwIfAborted();
    }
    const { words } = await recognizer.predict({ samples: joined(pieces), rate });
    for (const word of words) tell(context, word);
    return [...words];
  } finally {
    recognizer.dispose();
  }
}

/** The recording of a file, undefined of stdin. */
async function recordingOf({ values }: Context, file: string): Promise<Recording | undefined> {
  if (file === "-") return undefined;
  if (values.text("rate") !== undefined)
    throw new UsageError("--rate is of bare samples on stdin, and a file says its own; leave --rate out");
  return readRecording(file);
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
  if (kind !== "wordSpotter" && !isRecognizer(kind))
    throw new UsageError(`${model}: no model that hears, want one of train words or train speech`);
  const recording = await recordingOf(context, file);
  const sound = recording ? { ...recording, pieces: [recording.samples] } : await piped(process.stdin);
  const heard = await (isRecognizer(kind)
    ? transcribe(context, kind, bytes, sound)
    : spot(context, bytes, sound));
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
    "On stdin come a WAV file, or bare samples of 16 bits, little-endian, one channel. A spotter hears\n" +
    "them as they come, without end; a recognizer reads to the end first.\n\n" +
    "  unrolled listen words.safetensors party.wav --figures figures\n" +
    "  arecord -t raw -f S16_LE -r 16000 | unrolled listen words.safetensors -\n" +
    "  sox talk.mp3 -t wav - | unrolled listen speech.safetensors -",
  options: {
    rate: { value: "N", help: "of bare samples on stdin, a second; default: the model's" },
    threshold: { value: "X", help: "probability from which on a word counts; default: the model's" },
    figures: { value: "DIR", help: "draw the spectrogram with what was heard over it" },
  },
  run: listen,
};
