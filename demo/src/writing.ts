/** The handwriting tab: ink to text, and the four rows of the lecture's demonstration. */
import {
  inkFeatures,
  network,
  pointsOf,
  readingTrace,
  scriptOf,
  type InkFeatures,
  type Network,
  type ReadingTrace,
} from "unrolled";
import {
  englishTexts,
  handwritingReader,
  writeInkML,
  type HandwritingReader,
  type ReadOptions,
  type ReadText,
} from "unrolled/handwriting";
import { startWritingByHand } from "./by-hand.ts";
import { byId } from "./canvas.ts";
import { Committed } from "./committed.ts";
import { download } from "./download.ts";
import { messageOf } from "./message.ts";
import { Pad, type Stroke } from "./pad.ts";
import { Readings, READINGS } from "./readings.ts";
import { takeFiles } from "./given-file.ts";
import { inkOf, LARGEST_INK } from "./ink-file.ts";
import { drawCells, drawGradient, drawInk, drawLetters, liveliest } from "./rows.ts";
import { samples } from "./samples.ts";
import { startTeaching } from "./teaching.ts";

/** Says why something was refused: a place of its own, which readings do not write over. */
function refuse(words: string): void {
  byId("refused").textContent = words;
}

/** What goes on in the net as it reads the last line on the pad. */
interface Insight {
  /** Places of the line's strokes among those of the pad. */
  readonly strokes: readonly number[];
  readonly features: InkFeatures;
  readonly trace: ReadingTrace;
}

/** Milliseconds between a change of the ink and its reading. */
const DELAY = 30;
/** No character is chosen: the strongest one is shown. */
const NONE = -1;

/** The pad, the net, and what is shown of them. */
class WritingTab {
  readonly #pad = new Pad(() => this.#readSoon());
  readonly #readings = new Readings();
  readonly #committed = new Committed(this.#pad);
  #reader: HandwritingReader | undefined;
  #net: Network | undefined;
  /** What may be written, where it is English. */
  #language: string | undefined;
  #alphabet: readonly string[] = [];
  #insight: Insight | undefined;
  #chosen = NONE;
  #waiting = false;
  #turn = Promise.resolve();

  constructor() {
    const select = byId<HTMLSelectElement>("samples");
    select.append(...samples.map(({ word }, i) => new Option(word, String(i))));
    byId("clear").addEventListener("click", () => this.#pad.clear());
    byId("undo").addEventListener("click", () => this.#pad.undo());
    byId("replay").addEventListener(
      "click",
      () => void this.#pad.play(samples[Number(select.value)].strokes),
    );
    byId("export-ink").addEventListener("click", () => this.#export());
    takeFiles({
      button: "open-ink",
      input: "ink-file",
      largest: LARGEST_INK,
      take: async (given) => void this.#pad.play(await inkOf(given)),
      say: refuse,
    });
    const english = byId<HTMLInputElement>("english");
    english.addEventListener("change", () => void this.#expectEnglish(english));
    startWritingByHand(this.#pad);
    addEventListener("resize", () => this.#draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  /** Fetches the net, reads what was written meanwhile, or plays a word. */
  async load(): Promise<void> {
    this.#readings.say("loading…");
    try {
      await this.#use(undefined);
      document.documentElement.dataset.ready = "writing";
      if (this.#pad.strokes.length === 0) void this.#pad.play(samples[0].strokes);
      await startTeaching({
        pad: this.#pad,
        reading: () => this.#readings.text,
        use: (hand) => this.#use(hand),
      });
    } catch (error) {
      this.#readings.say(`The net could not be loaded: ${messageOf(error)}`);
    }
  }

  /** Reads with a hand from now on. */
  async #use(hand: Uint8Array | undefined): Promise<void> {
    const reader = await handwritingReader(hand ? { hand } : {});
    const net = await network.load(reader.save());
    await this.#inTurn(() => {
      this.#insight?.trace.dispose();
      this.#insight = undefined;
      this.#reader?.dispose();
      this.#net?.dispose();
      this.#reader = reader;
      this.#net = net;
      this.#alphabet = [...scriptOf(net).alphabet];
      this.#committed.use(reader);
    });
    await this.#read();
  }

  /** Expects English from now on, or anything. */
  async #expectEnglish(choice: HTMLInputElement): Promise<void> {
    try {
      refuse("");
      this.#language = choice.checked ? await englishTexts() : undefined;
      await this.#read();
    } catch (error) {
      choice.checked = false;
      refuse(messageOf(error));
    }
  }

  #asked(): ReadOptions {
    const language = this.#language;
    return { alternatives: READINGS, ...(language === undefined ? {} : { language }) };
  }

  #readSoon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      void this.#read();
    }, DELAY);
  }

  /** Reads when what is under way is done. */
  #read(): Promise<void> {
    return this.#inTurn(() => this.#readNow());
  }

  #inTurn(act: () => Promise<void> | void): Promise<void> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => {}); // who asked hears of it; the next one has its turn
    return done;
  }

  async #readNow(): Promise<void> {
    const { strokes } = this.#pad;
    if (!this.#reader) return;
    const count = strokes.flat().length;
    const from = performance.now();
    const read = count > 0 ? await this.#reader.read(strokes, this.#asked()) : [];
    byId("timing").textContent = count > 0 ? `read in ${(performance.now() - from).toFixed(1)} ms` : "";
    this.#readings.show(read);
    this.#look(read[0]);
    byId("answer").dataset.points = String(count);
    void this.#committed.update();
  }

  /** Looks into the net as it reads the last line of the pad. */
  #look(reading: ReadText | undefined): void {
    this.#insight?.trace.dispose();
    this.#chosen = NONE;
    const places = reading && lastLine(reading, this.#pad.strokes.length);
    const points = pointsOf(places?.map((i) => this.#pad.strokes[i]) ?? []);
    this.#insight = undefined;
    if (this.#net && places && points.length > 0) {
      const features = inkFeatures(points, scriptOf(this.#net).input);
      const trace = readingTrace(this.#net, features.input);
      this.#insight = { strokes: places, features, trace };
    }
    this.#draw();
  }

  #choose(label: number): void {
    if (this.#chosen === label) return;
    this.#chosen = label;
    this.#draw();
  }

  #draw(): void {
    const trace = this.#insight?.trace;
    drawLetters(byId("letters"), {
      trace,
      alphabet: this.#alphabet,
      chosen: this.#chosen,
      choose: (label) => this.#choose(label),
    });
    drawCells(byId("cells"), trace, trace && liveliest(trace, 24));
    const gradient = this.#gradient();
    const isChosen = this.#chosen !== NONE;
    drawInk(byId("ink"), this.#insight?.features, isChosen ? gradient : undefined);
    drawGradient(byId("gradient"), gradient);
    const marked = isChosen && this.#insight && gradient;
    this.#pad.draw(marked ? marks(this.#insight!, gradient, this.#pad.strokes) : undefined);
  }

  /** The gradient of the chosen character, or of the strongest; names it beside the row. */
  #gradient(): ArrayLike<number> | undefined {
    const trace = this.#insight?.trace;
    const isChosen = this.#chosen >= 0;
    const emission = trace?.emissions[isChosen ? this.#chosen : strongest(trace)];
    const how = isChosen ? "chosen" : "the most active character";
    byId("gradient-of").textContent = emission ? `of “${this.#alphabet[emission.label]}”, ${how}` : "";
    return emission && trace?.gradient(emission);
  }

  #export(): void {
    const text = this.#readings.text;
    const ink = writeInkML(this.#pad.strokes, text === "" ? {} : { text });
    download("ink.inkml", new Blob([ink], { type: "application/inkml+xml" }));
  }
}

/** Places of the strokes of the last line of a reading, in the order in which they are read. */
function lastLine({ characters }: ReadText, count: number): number[] {
  const from = characters.map(({ text }) => text).lastIndexOf("\n") + 1;
  const places = new Set(characters.slice(from).flatMap(({ strokes }) => strokes.map(([stroke]) => stroke)));
  return places.size > 0 ? [...places] : Array.from({ length: count }, (_, i) => i);
}

/** The place of the label with the highest probability at its steps. */
function strongest({ emissions, output, steps, stride }: ReadingTrace): number {
  const K = output.length / Math.ceil(steps / stride);
  const top = emissions.map(({ label, from, to }) =>
    Math.max(...Array.from({ length: to - from }, (_, i) => output[(from + i) * K + label])),
  );
  return top.indexOf(Math.max(...top));
}

/** How strongly each point of the pad is marked: the size of the gradient at the first step not before it. */
function marks(
  { strokes: places, features: { sources } }: Insight,
  gradient: ArrayLike<number>,
  strokes: readonly Stroke[],
): Float32Array {
  const size = Array.from(sources, (_, t) =>
    Math.hypot(gradient[t * 4], gradient[t * 4 + 1], gradient[t * 4 + 3]),
  );
  const largest = Math.max(...size, 1e-9);
  const starts = strokes.map((_, i) => strokes.slice(0, i).flat().length);
  const found = new Float32Array(strokes.flat().length);
  let point = 0;
  let t = 0;
  for (const place of places)
    for (let i = 0; i < strokes[place].length; ++i, ++point) {
      while (t + 1 < sources.length && sources[t] < point) ++t;
      found[starts[place] + i] = size[t] / largest;
    }
  return found;
}

/** Starts the tab. */
export function startWriting(): void {
  void new WritingTab().load();
}
