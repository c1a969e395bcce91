/** The delay: characters that are said so many steps behind the pen, and never taken back. */
import type { HandwritingReader, ReaderStream, StreamedText } from "unrolled/handwriting";
import { byId } from "./canvas.ts";
import type { Pad } from "./pad.ts";

/** Points read at once: the page goes on between. */
const SLICE = 24;

/** What was said of the ink on the pad, and the slider below it. */
export class Committed {
  readonly #pad: Pad;
  readonly #slider = byId<HTMLInputElement>("delay");
  readonly #said = byId("said");
  readonly #open = byId("open");
  #reader: HandwritingReader | undefined;
  #stream: ReaderStream | undefined;
  /** Whose points were read, and how many. */
  #version = -1;
  #count = 0;
  #reading = false;

  constructor(pad: Pad) {
    this.#pad = pad;
    this.#slider.addEventListener("input", () => {
      byId("delay-value").textContent = `${this.#slider.value} steps`;
      this.#again();
    });
  }

  /** Reads with another net, from the first point on. */
  use(reader: HandwritingReader): void {
    this.#reader = reader;
    this.#again();
  }

  /** Reads the points that are new. */
  async update(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    this.#said.ariaBusy = "true";
    try {
      while (this.#slice()) await new Promise((resolve) => setTimeout(resolve));
    } finally {
      this.#reading = false;
      this.#said.ariaBusy = "false";
    }
  }

  #again(): void {
    this.#version = -1;
    void this.update();
  }

  /** Some more points, and whether there are others. */
  #slice(): boolean {
    const { version, strokes, isWriting } = this.#pad;
    if (!this.#reader) return false;
    if (version !== this.#version) {
      this.#stream?.dispose();
      this.#stream = this.#reader.stream({ delay: this.#slider.valueAsNumber });
      this.#version = version;
      this.#count = 0;
      this.#show({ text: "", open: "" });
    }
    // whether a point is the last of its stroke is known when the pen was lifted
    const points = strokes.flatMap((stroke) =>
      stroke.map(([x, y], i) => [x, y, Number(i === stroke.length - 1)] as const),
    );
    const ready = points.slice(this.#count, isWriting ? -1 : undefined).slice(0, SLICE);
    for (const point of ready) this.#show(this.#stream!.step(point));
    this.#count += ready.length;
    return ready.length === SLICE;
  }

  #show({ text, open }: StreamedText): void {
    this.#said.textContent = text;
    this.#open.textContent = open;
  }
}
