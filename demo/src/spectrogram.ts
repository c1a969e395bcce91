/** A spectrogram that scrolls: the newest sound at the right, and the words over it where they were heard. */
import { color, fresh } from "./canvas.ts";

/** Rows of spectra a second. */
const FRAME_RATE = 100;
/** Seconds that are seen. */
const SECONDS = 6;
/** ln energies that are drawn as nothing and as the most. */
const LOWEST = -15;
const HIGHEST = 1;

/** A word, and the second of the sound in which it was heard. */
interface Mark {
  readonly word: string;
  readonly time: number;
}

/** Draws what was heard last. */
export class Spectrogram {
  readonly #canvas: HTMLCanvasElement;
  readonly #bands: number;
  /** One pixel a row of spectra and a band, a ring in time. */
  readonly #image: ImageData;
  readonly #columns = SECONDS * FRAME_RATE;
  #rows = 0;
  #marks: Mark[] = [];

  constructor(canvas: HTMLCanvasElement, bands: number) {
    this.#canvas = canvas;
    this.#bands = bands;
    this.#image = new ImageData(this.#columns, bands);
  }

  /** Spectra [t, bands] that follow the last ones, and words. */
  add(spectra: Float32Array, words: readonly Mark[]): void {
    const { data } = this.#image;
    for (let from = 0; from < spectra.length; from += this.#bands, ++this.#rows)
      for (let band = 0; band < this.#bands; ++band) {
        const share = (spectra[from + band] - LOWEST) / (HIGHEST - LOWEST);
        const at = 4 * ((this.#bands - 1 - band) * this.#columns + (this.#rows % this.#columns));
        data.set(shade(Math.min(1, Math.max(0, share))), at);
      }
    const seen = this.#rows / FRAME_RATE - SECONDS;
    this.#marks = [...this.#marks, ...words].filter(({ time }) => time > seen);
    this.draw();
  }

  /** Draws it again. */
  draw(): void {
    const { g, width, height } = fresh(this.#canvas);
    const ring = new OffscreenCanvas(this.#columns, this.#bands);
    ring.getContext("2d")!.putImageData(this.#image, 0, 0);
    const scale = width / this.#columns;
    const split = this.#rows % this.#columns;
    const old = this.#columns - split;
    if (old > 0) g.drawImage(ring, split, 0, old, this.#bands, 0, 0, old * scale, height);
    if (split > 0) g.drawImage(ring, 0, 0, split, this.#bands, old * scale, 0, split * scale, height);
    g.font = "600 1.1rem system-ui, sans-serif";
    g.textAlign = "center";
    g.lineWidth = 4;
    g.strokeStyle = color("paper");
    g.fillStyle = color("ink");
    for (const { word, time } of this.#marks) {
      const half = g.measureText(word).width / 2 + 4;
      const x = Math.min(width - half, width - (this.#rows / FRAME_RATE - time) * FRAME_RATE * scale);
      g.strokeText(word, x, 24);
      g.fillText(word, x, 24);
    }
  }
}

/** From dark blue to warm yellow. */
const shade = (share: number): [number, number, number, number] => [
  20 + 235 * share,
  24 + 190 * share * share,
  60 + 80 * share * (1 - share) * 2,
  255,
];
