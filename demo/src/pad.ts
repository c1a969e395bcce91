/** The writing pad: strokes from mouse, pen or touch, and strokes played back. */
import { byId, color, fresh } from "./canvas.ts";

/** A stroke: x, y pairs in CSS pixels, y downwards. */
export type Stroke = [number, number][];

const SPEED = 0.2; // points a millisecond in a replay: the hand of a fast writer

export class Pad {
  strokes: Stroke[] = [];
  readonly #canvas = byId<HTMLCanvasElement>("pad");
  readonly #changed: () => void;
  #pointer: number | undefined;
  #playing = 0;
  /** Whether the ink was played: the first stroke of a hand takes its place. */
  #isPlayed = false;
  /** Whether a replay is under way. */
  #isPlaying = false;
  #version = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
    const canvas = this.#canvas;
    const place = (event: PointerEvent): [number, number] => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (this.#pointer !== undefined || event.button !== 0) return;
      if (this.#isPlayed) this.#replace([]); // writing ends a replay, and takes its place
      this.#pointer = event.pointerId;
      try {
        canvas.setPointerCapture(event.pointerId);
      } catch {
        /* a pointer made by a script cannot be captured */
      }
      this.strokes.push([place(event)]);
      this.#touch();
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.#pointer) return;
      const all = event.getCoalescedEvents?.() ?? [];
      for (const one of all.length ? all : [event]) this.strokes[this.strokes.length - 1]!.push(place(one));
      this.#touch();
    });
    const end = (event: PointerEvent): void => {
      if (event.pointerId !== this.#pointer) return;
      this.#pointer = undefined;
      this.#touch();
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.clear();
      else if (event.key === "Backspace") this.undo();
      else return;
      event.preventDefault();
    });
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  /** Changes where ink was taken away; it stays while the ink only grows. */
  get version(): number {
    return this.#version;
  }

  /** Whether the last stroke may go on. */
  get isWriting(): boolean {
    return this.#pointer !== undefined || this.#isPlaying;
  }

  clear(): void {
    this.#replace([]);
    this.#touch();
  }

  undo(): void {
    const wasPlayed = this.#isPlayed;
    this.#replace(this.strokes.slice(0, -1));
    this.#isPlayed = wasPlayed && this.strokes.length > 0;
    this.#touch();
  }

  /** Other ink in the place of what is there; a replay ends. */
  #replace(strokes: Stroke[]): void {
    ++this.#playing;
    ++this.#version;
    this.#isPlayed = this.#isPlaying = false;
    this.strokes = strokes;
  }

  /**
   * Writes strokes given in units of their own, fitted to the pad, at the speed of a hand; at once where
   * motion is unwanted.
   */
  async play(strokes: readonly Stroke[]): Promise<void> {
    this.#replace([]);
    this.#isPlayed = this.#isPlaying = true;
    const run = this.#playing;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const all = strokes.flat();
    const xs = all.map(([x]) => x);
    const ys = all.map(([, y]) => y);
    const left = Math.min(...xs);
    const top = Math.min(...ys);
    const scale = Math.min(
      (width * 0.8) / Math.max(Math.max(...xs) - left, 1),
      (height * 0.7) / Math.max(Math.max(...ys) - top, 1),
    );
    const dx = (width - scale * (Math.max(...xs) - left)) / 2;
    const dy = (height - scale * (Math.max(...ys) - top)) / 2;
    const speed = matchMedia("(prefers-reduced-motion: reduce)").matches ? Infinity : SPEED;
    const start = performance.now();
    let written = 0;
    for (const stroke of strokes) {
      const now: Stroke = [];
      this.strokes.push(now);
      for (const [x, y] of stroke) {
        now.push([dx + (x - left) * scale, dy + (y - top) * scale]);
        while (++written > (performance.now() - start) * speed) {
          --written;
          this.#touch();
          await new Promise((resolve) => requestAnimationFrame(resolve));
          if (run !== this.#playing) return;
        }
      }
    }
    this.#isPlaying = false;
    this.#touch();
  }

  /** Shows the ink; with `marks` [points] from 0 to 1, how much each point counts. */
  draw(marks?: Float32Array): void {
    const { g, width, height } = fresh(this.#canvas);
    const base = Math.round(height * 0.68) + 0.5;
    g.strokeStyle = color("line");
    g.beginPath();
    g.moveTo(12, base);
    g.lineTo(width - 12, base);
    g.stroke();
    g.lineCap = g.lineJoin = "round";
    let n = 0;
    for (const stroke of this.strokes) {
      stroke.forEach(([x, y], i) => {
        const mark = marks?.[n++] ?? 0;
        const [x0, y0] = stroke[Math.max(i - 1, 0)]!;
        g.strokeStyle = mark > 0.02 ? color("accent") : color("ink");
        g.globalAlpha = marks ? 0.25 + 0.75 * mark : 1;
        g.lineWidth = 2.5 + 4 * mark;
        g.beginPath();
        g.moveTo(x0, y0);
        g.lineTo(x, y + (i === 0 ? 0.01 : 0));
        g.stroke();
      });
    }
    g.globalAlpha = 1;
  }

  #touch(): void {
    this.draw();
    this.#changed();
  }
}
