/** The four rows of the demonstration, all over the same time: characters, memory cells, pen, gradient. */
import type { InkFeatures, ReadingTrace } from "unrolled";
import { color, fresh } from "./canvas.ts";

/** One cell of one layer: its states, brought from the reals to (-1, 1) by c/(1 + |c|). */
export interface CellLine {
  readonly values: Float32Array;
  readonly stride: number;
}

/** The `count` cells of the last layers whose states move most from step to step. */
export function liveliest({ cells }: ReadingTrace, count: number): CellLine[] {
  const last = cells.filter(({ stride }) => stride === cells[cells.length - 1].stride);
  const lines = last.flatMap(({ states, units, stride }) =>
    Array.from({ length: units }, (_, j) => {
      const values = Float32Array.from(
        { length: states.length / units },
        (__, s) => states[s * units + j] / (1 + Math.abs(states[s * units + j])),
      );
      return {
        values,
        stride,
        moved: values.reduce((sum, v, s) => sum + (s > 0 ? (v - values[s - 1]) ** 2 : 0), 0),
      };
    }),
  );
  return lines.sort((a, b) => b.moved - a.moved).slice(0, count);
}

/** What row 1 shows, and what it does where a character is pointed at. */
interface Letters {
  readonly trace: ReadingTrace | undefined;
  readonly alphabet: readonly string[];
  readonly chosen: number;
  readonly choose: (label: number) => void;
}

/** Row 1: a button for each character, at the time at which it was recognized. */
export function drawLetters(row: HTMLElement, { trace, alphabet, chosen, choose }: Letters): void {
  const kept = [...row.querySelectorAll("button")];
  const emissions = trace?.emissions ?? [];
  emissions.forEach(({ label, from, to }, i) => {
    const button = kept[i] ?? row.appendChild(document.createElement("button"));
    const place = (((from + to) / 2) * trace!.stride) / trace!.steps;
    button.textContent = alphabet[label] ?? "?";
    button.style.left = `${100 * Math.min(place, 1)}%`;
    button.setAttribute(
      "aria-label",
      `${button.textContent}, character ${i + 1} of ${emissions.length}: show its ink`,
    );
    button.setAttribute("aria-pressed", String(i === chosen));
    button.onpointerenter = button.onfocus = button.onclick = () => choose(i);
    button.onpointerleave = button.onblur = () => choose(-1);
  });
  for (const button of kept.slice(emissions.length)) button.remove();
}

/** Row 2: states of cells, one line each. */
export function drawCells(
  canvas: HTMLCanvasElement,
  trace: ReadingTrace | undefined,
  lines: readonly CellLine[] = [],
): void {
  const { g, width, height } = fresh(canvas);
  if (!trace) return;
  const cool = color("k0");
  const warm = color("k1");
  const tall = height / Math.max(lines.length, 1);
  lines.forEach(({ values, stride }, row) =>
    values.forEach((v, s) => {
      const x = ((s * stride) / trace.steps) * width;
      const strength = Math.abs(v);
      g.globalAlpha = strength;
      g.fillStyle = v < 0 ? cool : warm;
      g.fillRect(
        x,
        row * tall,
        Math.min((stride / trace.steps) * width + 0.5, width - x),
        Math.max(tall - 0.5, 0.5),
      );
    }),
  );
  g.globalAlpha = 1;
}

/**
 * Row 3: height of the pen at each step, strokes joined, moves of the lifted pen left out; with a gradient,
 * steps as strong as it.
 */
export function drawInk(
  canvas: HTMLCanvasElement,
  features: InkFeatures | undefined,
  gradient: ArrayLike<number> | undefined,
): void {
  const { g, width, height } = fresh(canvas);
  if (!features) return;
  const { input } = features;
  const T = input.length / 4;
  const x = (t: number): number => ((t + 0.5) / T) * width;
  let top = Infinity;
  let bottom = -Infinity;
  let largest = 1e-9;
  for (let t = 0; t < T; ++t) {
    top = Math.min(top, input[t * 4 + 3]);
    bottom = Math.max(bottom, input[t * 4 + 3]);
    if (gradient) largest = Math.max(largest, Math.hypot(gradient[t * 4], gradient[t * 4 + 1]));
  }
  const y = (t: number): number =>
    6 + (height - 12) * (bottom > top ? (input[t * 4 + 3] - top) / (bottom - top) : 0.5);
  g.lineCap = "round";
  for (let t = 0; t < T; ++t) {
    const begins = t === 0 || input[(t - 1) * 4 + 2] === 1;
    const strength = gradient ? Math.hypot(gradient[t * 4], gradient[t * 4 + 1]) / largest : 0;
    g.strokeStyle = strength > 0.05 ? color("accent") : color("ink");
    g.globalAlpha = gradient ? 0.3 + 0.7 * strength : 1;
    g.lineWidth = 2 + 2.5 * strength;
    g.beginPath();
    g.moveTo(begins ? x(t) : x(t - 1), begins ? y(t) : y(t - 1));
    g.lineTo(x(t) + 0.01, y(t));
    g.stroke();
  }
  g.globalAlpha = 1;
}

/** Row 4: the gradient at each input, one line an input, all on one scale. */
export function drawGradient(canvas: HTMLCanvasElement, gradient: ArrayLike<number> | undefined): void {
  const { g, width, height } = fresh(canvas);
  g.strokeStyle = color("line");
  g.strokeRect(0, height / 2, width, 0);
  if (!gradient) return;
  const T = gradient.length / 4;
  const largest = Array.from(gradient).reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
  g.lineWidth = 1.5;
  for (let i = 3; i >= 0; --i) {
    g.strokeStyle = color(`k${i}`);
    g.beginPath();
    for (let t = 0; t < T; ++t)
      g.lineTo(((t + 0.5) / T) * width, height / 2 - ((height / 2 - 3) * gradient[t * 4 + i]) / largest);
    g.stroke();
  }
}
