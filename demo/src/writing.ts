/** The handwriting tab: ink to text, and the four rows of the lecture's demonstration. */
import {
  inkFeatures,
  network,
  readingTrace,
  scriptOf,
  type InkFeatures,
  type Network,
  type ReadingTrace,
} from "unrolled";
import { byId } from "./canvas.ts";
import { Pad } from "./pad.ts";
import { drawCells, drawGradient, drawInk, drawLetters, liveliest } from "./rows.ts";
import { samples } from "./samples.ts";

/** What the net made of the ink on the pad. */
interface Seen {
  readonly features: InkFeatures;
  readonly trace: ReadingTrace;
}

export function startWriting(): void {
  const answer = byId<HTMLOutputElement>("answer");
  const timing = byId("timing");
  const select = byId<HTMLSelectElement>("samples");
  let net: Network | undefined;
  let seen: Seen | undefined;
  let chosen = -1;
  let waiting = false;

  const pad = new Pad(() => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      read();
    }, 30);
  });

  /** [n,3] points of the pad. */
  function points(): Float32Array {
    return Float32Array.from(
      pad.strokes.flatMap((stroke) => stroke.flatMap(([x, y], i) => [x, y, i + 1 === stroke.length ? 1 : 0])),
    );
  }

  function read(): void {
    if (!net) return;
    seen?.trace.dispose();
    seen = undefined;
    chosen = -1;
    const ink = points();
    const script = scriptOf(net);
    if (ink.length > 0) {
      const from = performance.now();
      const features = inkFeatures(ink, script.input);
      const trace = readingTrace(net, features.input);
      timing.textContent = `read in ${(performance.now() - from).toFixed(1)} ms`;
      seen = { features, trace };
    } else timing.textContent = "";
    const text = seen ? seen.trace.emissions.map(({ label }) => [...script.alphabet][label]).join("") : "";
    answer.value = text || "…";
    answer.dataset.steps = String(seen?.trace.steps ?? 0);
    draw();
  }

  function draw(): void {
    const emissions = seen?.trace.emissions ?? [];
    const at = chosen >= 0 && chosen < emissions.length ? chosen : strongest();
    const alphabet = net ? [...scriptOf(net).alphabet] : [];
    drawLetters(byId("letters"), seen?.trace, alphabet, chosen, choose);
    drawCells(byId("cells"), seen?.trace, seen && liveliest(seen.trace, 24));
    const gradient = seen && emissions[at] ? seen.trace.gradient(emissions[at]) : undefined;
    byId("gradient-of").textContent = gradient
      ? `of “${alphabet[emissions[at]!.label]}”, ${chosen >= 0 ? "chosen" : "the most active character"}`
      : "";
    drawInk(byId("ink"), seen?.features, chosen >= 0 ? gradient : undefined);
    drawGradient(byId("gradient"), gradient);
    pad.draw(chosen >= 0 && seen && gradient ? strengths(seen, gradient) : undefined);
  }

  /** The label with the highest probability at its steps. */
  function strongest(): number {
    if (!seen) return -1;
    const { emissions, output, steps, stride } = seen.trace;
    const K = output.length / Math.ceil(steps / stride);
    const top = emissions.map(({ label, from, to }) =>
      Math.max(...Array.from({ length: to - from }, (_, i) => output[(from + i) * K + label]!)),
    );
    return top.indexOf(Math.max(...top));
  }

  function choose(label: number): void {
    if (chosen === label) return;
    chosen = label;
    draw();
  }

  select.append(...samples.map(({ word }, i) => new Option(word, String(i))));
  byId("clear").addEventListener("click", () => pad.clear());
  byId("undo").addEventListener("click", () => pad.undo());
  byId("replay").addEventListener("click", () => void pad.play(samples[Number(select.value)]!.strokes));
  addEventListener("resize", draw);
  answer.value = "loading…";
  fetch("./words.safetensors")
    .then((response) => response.arrayBuffer())
    .then((bytes) => network.load(bytes))
    .then((loaded) => {
      net = loaded;
      document.documentElement.dataset.ready = "writing";
      read();
    })
    .catch((error: unknown) => {
      answer.value = `The net could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
    });
}

/** How strongly each point of the pad is marked: the size of the gradient at the first step not before it. */
function strengths({ features: { sources, straight } }: Seen, gradient: ArrayLike<number>): Float32Array {
  const size = Array.from(sources, (_, t) =>
    Math.hypot(gradient[t * 4]!, gradient[t * 4 + 1]!, gradient[t * 4 + 3]!),
  );
  const most = Math.max(...size, 1e-9);
  const marks = new Float32Array(straight.length / 3);
  for (let i = 0, t = 0; i < marks.length; ++i) {
    while (t + 1 < sources.length && sources[t]! < i) ++t;
    marks[i] = size[t]! / most;
  }
  return marks;
}
