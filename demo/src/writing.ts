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
import { startWritingByHand } from "./by-hand.ts";
import { byId } from "./canvas.ts";
import { Pad } from "./pad.ts";
import { drawCells, drawGradient, drawInk, drawLetters, liveliest } from "./rows.ts";
import { samples } from "./samples.ts";

/** What the net made of the ink on the pad. */
interface Reading {
  readonly features: InkFeatures;
  readonly trace: ReadingTrace;
}

/** Milliseconds between a change of the ink and its reading. */
const DELAY = 30;
/** No character is chosen: the strongest one is shown. */
const NONE = -1;

/** The pad, the net, and what is shown of them. */
class WritingTab {
  readonly #answer = byId<HTMLOutputElement>("answer");
  readonly #timing = byId("timing");
  readonly #pad = new Pad(() => this.#readSoon());
  #net: Network | undefined;
  #alphabet: readonly string[] = [];
  #reading: Reading | undefined;
  #chosen = NONE;
  #waiting = false;

  constructor() {
    const select = byId<HTMLSelectElement>("samples");
    select.append(...samples.map(({ word }, i) => new Option(word, String(i))));
    byId("clear").addEventListener("click", () => this.#pad.clear());
    byId("undo").addEventListener("click", () => this.#pad.undo());
    byId("replay").addEventListener(
      "click",
      () => void this.#pad.play(samples[Number(select.value)].strokes),
    );
    startWritingByHand(this.#pad);
    addEventListener("resize", () => this.#draw());
  }

  /** Fetches the net. */
  async load(): Promise<void> {
    this.#answer.value = "loading…";
    try {
      const response = await fetch("./words.safetensors");
      this.#net = await network.load(await response.arrayBuffer());
      this.#alphabet = [...scriptOf(this.#net).alphabet];
      document.documentElement.dataset.ready = "writing";
      this.#read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#answer.value = `The net could not be loaded: ${reason}`;
    }
  }

  #readSoon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      this.#read();
    }, DELAY);
  }

  #read(): void {
    if (!this.#net) return;
    this.#reading?.trace.dispose();
    this.#chosen = NONE;
    const points = pointsOf(this.#pad.strokes);
    const from = performance.now();
    this.#reading = points.length > 0 ? traceOf(this.#net, points) : undefined;
    this.#timing.textContent = this.#reading ? `read in ${(performance.now() - from).toFixed(1)} ms` : "";
    const emissions = this.#reading?.trace.emissions ?? [];
    this.#answer.value = emissions.map(({ label }) => this.#alphabet[label]).join("") || "…";
    this.#answer.dataset.steps = String(this.#reading?.trace.steps ?? 0);
    this.#draw();
  }

  #choose(label: number): void {
    if (this.#chosen === label) return;
    this.#chosen = label;
    this.#draw();
  }

  #draw(): void {
    const trace = this.#reading?.trace;
    drawLetters(byId("letters"), {
      trace,
      alphabet: this.#alphabet,
      chosen: this.#chosen,
      choose: (label) => this.#choose(label),
    });
    drawCells(byId("cells"), trace, trace && liveliest(trace, 24));
    const gradient = this.#gradient();
    const isChosen = this.#chosen !== NONE;
    drawInk(byId("ink"), this.#reading?.features, isChosen ? gradient : undefined);
    drawGradient(byId("gradient"), gradient);
    const marks = isChosen && this.#reading && gradient;
    this.#pad.draw(marks ? strengths(this.#reading!, gradient) : undefined);
  }

  /** The gradient of the chosen character, or of the strongest; names it beside the row. */
  #gradient(): ArrayLike<number> | undefined {
    const trace = this.#reading?.trace;
    const isChosen = this.#chosen >= 0;
    const emission = trace?.emissions[isChosen ? this.#chosen : strongest(trace)];
    const how = isChosen ? "chosen" : "the most active character";
    byId("gradient-of").textContent = emission ? `of “${this.#alphabet[emission.label]}”, ${how}` : "";
    return emission && trace?.gradient(emission);
  }
}

function traceOf(net: Network, points: Float32Array): Reading {
  const features = inkFeatures(points, scriptOf(net).input);
  return { features, trace: readingTrace(net, features.input) };
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
function strengths({ features: { sources, straight } }: Reading, gradient: ArrayLike<number>): Float32Array {
  const size = Array.from(sources, (_, t) =>
    Math.hypot(gradient[t * 4], gradient[t * 4 + 1], gradient[t * 4 + 3]),
  );
  const largest = Math.max(...size, 1e-9);
  const marks = new Float32Array(straight.length / 3);
  for (let i = 0, t = 0; i < marks.length; ++i) {
    while (t + 1 < sources.length && sources[t] < i) ++t;
    marks[i] = size[t] / largest;
  }
  return marks;
}

/** Starts the tab. */
export function startWriting(): void {
  void new WritingTab().load();
}
