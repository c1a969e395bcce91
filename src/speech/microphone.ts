/**
 * A microphone in a page: pieces of samples as they come, by an audio worklet, which runs apart from the
 * page's own work. What a page may hear is the browser's to allow; who is refused is told so.
 */
import { OptionError, inRange, knownOptions } from "../wasm/errors.ts";
import { sampleRate } from "./options.ts";
import type { AbortSignal } from "../wasm/platform.ts";

/** Options of `microphone`. */
export interface MicrophoneOptions {
  /** Samples a second that the browser is asked for. Default: what it has; the pieces tell. */
  readonly rate?: number;
  /** Seconds of a piece. Default 0.05. */
  readonly piece?: number;
  /** Ends it, as `stop` does. */
  readonly signal?: AbortSignal;
}

/** Sound from a microphone. `for await (const samples of mic)` goes on until `stop`. */
export interface Microphone extends AsyncIterable<Float32Array> {
  /** Samples a second of the pieces. */
  readonly rate: number;
  /** Gives the microphone back; the loop ends after the pieces that were already heard. */
  stop(): void;
}

const WHO = "microphone";

/** The worklet: joins the blocks of 128 samples to pieces, and passes them on. */
const worklet = `registerProcessor("unrolled-microphone", class extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.piece = new Float32Array(options.processorOptions.length);
    this.at = 0;
  }
  process([[channel]]) {
    if (!channel) return true;
    for (let i = 0; i < channel.length; ++i) {
      this.piece[this.at++] = channel[i];
      if (this.at < this.piece.length) continue;
      this.port.postMessage(this.piece);
      this.piece = new Float32Array(this.piece.length);
      this.at = 0;
    }
    return true;
  }
});`;

/** What refusals of the browser mean. */
const reasons: Readonly<Record<string, string>> = {
  NotAllowedError: "the page has no permission to hear; allow the microphone for this page and try again",
  NotFoundError: "there is no microphone; connect one",
  NotReadableError: "the microphone is in use by another program; close that one",
  OverconstrainedError: "no microphone has this rate; leave rate out, and resample by the model",
  NotSupportedError: "the browser does not give this rate; leave rate out, and resample by the model",
  SecurityError: "the page is not secure; serve it by https or from localhost",
};

function refused(error: unknown): Error {
  const { name, message } = error as Error;
  return new Error(`${WHO}: ${reasons[name] ?? message}`, { cause: error });
}

/** Pieces that wait for the loop, and a loop that waits for pieces. */
class Pieces implements AsyncIterator<Float32Array> {
  readonly #waiting: Float32Array[] = [];
  readonly #stop: () => void;
  #wanted: ((result: IteratorResult<Float32Array>) => void)[] = [];
  #over = false;

  constructor(stop: () => void) {
    this.#stop = stop;
  }

  add(piece: Float32Array): void {
    if (this.#over) return;
    const wanted = this.#wanted.shift();
    if (wanted) wanted({ done: false, value: piece });
    else this.#waiting.push(piece);
  }

  end(): void {
    this.#over = true;
    for (const wanted of this.#wanted) wanted({ done: true, value: undefined });
    this.#wanted = [];
  }

  next(): Promise<IteratorResult<Float32Array>> {
    const piece = this.#waiting.shift();
    if (piece) return Promise.resolve({ done: false, value: piece });
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#wanted.push(resolve));
  }

  return(): Promise<IteratorResult<Float32Array>> {
    this.#stop();
    return Promise.resolve({ done: true, value: undefined });
  }
}

/** The browser's microphone as a stream of media. Throws Error where it is refused. */
async function openMedia(rate: number | undefined): Promise<MediaStream> {
  const devices = (globalThis.navigator as Navigator | undefined)?.mediaDevices;
  if (!devices || typeof AudioContext === "undefined")
    throw new OptionError(
      `${WHO}: there is no microphone here: it needs a page that is served by https or from localhost; ` +
        "in Node give samples to a stream yourself",
    );
  try {
    return await devices.getUserMedia({
      audio: { channelCount: 1, ...(rate === undefined ? {} : { sampleRate: rate }) },
    });
  } catch (error) {
    throw refused(error);
  }
}

/**
 * Opens the microphone: `for await (const samples of await microphone()) stream.push(samples)`.
 * Throws OptionError where there can be none, Error where the browser refuses: the message says what to do;
 * the reason of the signal where that ends it before it is open. Nothing stays open then.
 */
export async function microphone(options: MicrophoneOptions = {}): Promise<Microphone> {
  knownOptions(WHO, options, ["rate", "piece", "signal"]);
  const rate = options.rate === undefined ? undefined : sampleRate(WHO, options.rate);
  const seconds = inRange(WHO, "piece", options.piece ?? 0.05, 0.005, 10);
  const { signal } = options;
  signal?.throwIfAborted();
  const media = await openMedia(rate);
  let context: AudioContext | undefined;
  const close = (): void => {
    for (const track of media.getTracks()) track.stop();
    void context?.close();
  };
  try {
    // the prompt may have been open for long
    signal?.throwIfAborted();
    context = new AudioContext(rate === undefined ? {} : { sampleRate: rate });
    await addWorklet(context);
    signal?.throwIfAborted();
    const node = new AudioWorkletNode(context, "unrolled-microphone", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
      processorOptions: { length: Math.round(seconds * context.sampleRate) },
    });
    return listening({ media, context, node, close, signal });
  } catch (error) {
    close();
    signal?.throwIfAborted();
    throw refused(error);
  }
}

async function addWorklet(context: AudioContext): Promise<void> {
  const module = URL.createObjectURL(new Blob([worklet], { type: "text/javascript" }));
  try {
    await context.audioWorklet.addModule(module);
  } finally {
    URL.revokeObjectURL(module);
  }
}

/** Joins the parts, and passes pieces on until it is stopped, or the microphone is taken away. */
function listening({
  media,
  context,
  node,
  close,
  signal,
}: {
  media: MediaStream;
  context: AudioContext;
  node: AudioWorkletNode;
  close: () => void;
  signal: AbortSignal | undefined;
}): Microphone {
  let over = false;
  const stop = (): void => {
    if (over) return;
    over = true;
    node.port.onmessage = null;
    node.disconnect();
    close();
    pieces.end();
  };
  const pieces = new Pieces(stop);
  node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => pieces.add(data);
  context.createMediaStreamSource(media).connect(node);
  signal?.addEventListener("abort", stop, { once: true });
  for (const track of media.getTracks()) track.addEventListener("ended", stop);
  return { rate: context.sampleRate, stop, [Symbol.asyncIterator]: () => pieces };
}
