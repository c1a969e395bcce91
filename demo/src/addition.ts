/**
 * The addition tab: a worker trains, the page draws its loss, the clusters of its hidden activities and the
 * automaton that they are, and has it add what the visitor types.
 */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { AdditionAnswer, AdditionProgress, AdditionRequest } from "./addition-worker.ts";
import { byId, color, fresh } from "./canvas.ts";

const states = ["no carry, print 0", "no carry, print 1", "carry, print 0", "carry, print 1"];

/** The loss over the steps of an attempt. */
class LossChart {
  readonly #host = byId("loss");
  readonly #chart: uPlot;
  #steps: number[] = [];
  #losses: number[] = [];

  constructor() {
    const axis = { stroke: color("ink"), grid: { stroke: color("line"), width: 1 } };
    this.#chart = new uPlot(
      {
        ...this.#size(),
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { distr: 3 } },
        axes: [{ label: "steps", ...axis }, axis],
        series: [{}, { stroke: color("accent"), width: 1.5 }],
      },
      [[], []],
      this.#host,
    );
  }

  clear(): void {
    this.#steps = [];
    this.#losses = [];
  }

  /** Losses of the steps up to `step`. */
  add(losses: readonly number[], step: number): void {
    this.#steps = this.#steps.concat(losses.map((_, i) => step - losses.length + 1 + i));
    this.#losses = this.#losses.concat(losses);
    this.#chart.setData([this.#steps, this.#losses]);
  }

  /** Fits the chart to its place. */
  resize(): void {
    this.#chart.setSize(this.#size());
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(this.#host.clientWidth, 200), height: 288 };
  }
}

/** What the learning has come to, in words. */
function describe({ step, attempt, loss, done }: AdditionProgress): string {
  const again = attempt ? `, ${attempt} new beginning${attempt > 1 ? "s" : ""}` : "";
  return done
    ? `learned after ${step} steps${again}: loss ${loss.toExponential(1)}`
    : `step ${step}, loss ${loss.toPrecision(3)}${again}`;
}

/** The key of the clusters. */
function clusterKey(): string {
  const style = "display:inline-block;width:.8rem;height:.8rem;border-radius:2px";
  const colors = states.map(
    (name, i) => `<span style="white-space:nowrap"><i class="k${i}" style="${style}"></i> ${name}</span>`,
  );
  return `The three hidden units as a cube; colors: ${colors.join(", ")}`;
}

/** The seed that is typed; undefined where it is none. */
function typedSeed(): number | undefined {
  const seed = Number(byId<HTMLInputElement>("seed").value);
  return Number.isInteger(seed) && seed >= 1 && seed <= 9999 ? seed : undefined;
}

/** What has become of the net: the automaton drawn, and whether it is proven. */
function showEnd({ automaton, proven }: AdditionProgress): void {
  byId("automaton").innerHTML = automaton ?? "";
  byId("proof").textContent = proven
    ? "Proven: boxes of activity that no input leaves, so it adds numbers of every length without an error."
    : "Not proven for every length.";
  byId<HTMLFieldSetElement>("own").disabled = false;
}

/** As before the learning: no automaton, no proof, nothing to add. */
function clearEnd(): void {
  byId<HTMLFieldSetElement>("own").disabled = true;
  for (const id of ["automaton", "proof", "sum"]) byId(id).textContent = "";
}

/** The two numbers that are typed; undefined where one is none. */
function typedNumbers(): [string, string] | undefined {
  const [a, b] = ["first", "second"].map((id) => byId<HTMLInputElement>(id).value.trim());
  return [a, b].every((text) => /^\d{1,100}$/.test(text)) ? [a, b] : undefined;
}

/** A sum that the net has made, in columns. */
function showSum({
  columns: [a, b, sum],
  sum: number,
  right,
}: Extract<AdditionAnswer, { kind: "sum" }>): void {
  byId("sum").textContent = `  ${a}\n+ ${b}\n= ${sum}   ${number}${right ? "" : "   (wrong)"}`;
}

/** Asks for the sum of the two numbers that are typed. */
function askSum(ask: (request: AdditionRequest) => void): void {
  const numbers = typedNumbers();
  if (numbers) ask({ add: numbers });
  else byId("sum").textContent = "Two whole numbers of at most 100 digits, please.";
}

/** A worker whose answers are heard, and whose failure is. */
function startWorker(hear: (answer: AdditionAnswer) => void, fail: (message: string) => void): Worker {
  const worker = new Worker(new URL("./addition-worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<AdditionAnswer>) => hear(data);
  worker.onerror = (event) => fail(event.message);
  return worker;
}

/** Starts the tab. */
export function startAddition(): void {
  const words = byId("progress");
  const stopButton = byId<HTMLButtonElement>("stop");
  const chart = new LossChart();
  let worker: Worker | undefined;
  let last: AdditionProgress | undefined;

  const show = (progress: AdditionProgress): void => {
    if (last && progress.attempt !== last.attempt) chart.clear();
    last = progress;
    chart.add(progress.losses, progress.step);
    drawClusters(progress);
    words.textContent = describe(progress);
    words.dataset.done = String(progress.done);
    stopButton.disabled = progress.done;
    if (progress.done) showEnd(progress);
  };

  /** Ends the worker, with a word on why. */
  const stop = (why: string): void => {
    worker?.terminate();
    worker = undefined;
    stopButton.disabled = true;
    words.textContent = why;
  };

  const hear = (answer: AdditionAnswer): void => {
    if (answer.kind === "progress") show(answer);
    else if (answer.kind === "sum") showSum(answer);
    else stop(`The worker failed: ${answer.message}`);
  };

  const ask = (request: AdditionRequest): void => worker?.postMessage(request);

  const learn = (): void => {
    const seed = typedSeed();
    stop(seed === undefined ? "The seed must be a whole number from 1 to 9999." : "starting…");
    if (seed === undefined) return;
    chart.clear();
    last = undefined;
    words.dataset.done = "false";
    clearEnd();
    stopButton.disabled = false;
    worker = startWorker(hear, (message) => stop(`The worker failed: ${message}`));
    ask({ learn: seed });
  };

  byId("cluster-key").innerHTML = clusterKey();
  byId("learn").addEventListener("click", learn);
  stopButton.addEventListener("click", () => stop(`stopped${last ? ` at step ${last.step}` : ""}`));
  byId("add").addEventListener("click", () => askSum(ask));
  new ResizeObserver(() => {
    chart.resize();
    if (last) drawClusters(last);
  }).observe(byId("loss"));
}

type Place = (a: number, b: number, c: number) => [number, number];

/** The activities in the unit cube, seen from a corner. */
function drawClusters(progress: AdditionProgress): void {
  const { g, width, height } = fresh(byId<HTMLCanvasElement>("clusters"));
  const scale = Math.min(width, height) * 0.52;
  // turned so that no two corners lie on one point
  const place: Place = (a, b, c) => [
    width / 2 + scale * ((a - 0.5) * 0.95 - (b - 0.5) * 0.5),
    height / 2 + scale * ((a - 0.5) * 0.22 + (b - 0.5) * 0.42 - (c - 0.5) * 0.88),
  ];
  drawCube(g, place);
  g.globalAlpha = 0.55;
  const colors = states.map((_, i) => color(`k${i}`));
  progress.states.forEach((state, n) => {
    const [a, b, c] = progress.hidden.subarray(3 * n, 3 * n + 3);
    g.fillStyle = colors[state];
    g.beginPath();
    g.arc(...place(a, b, c), 4, 0, 2 * Math.PI);
    g.fill();
  });
  g.globalAlpha = 1;
}

/** The twelve edges. */
function drawCube(g: CanvasRenderingContext2D, place: Place): void {
  g.strokeStyle = color("line");
  g.beginPath();
  for (const [u, v] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])
    for (const [from, to] of [
      [place(0, u, v), place(1, u, v)],
      [place(u, 0, v), place(u, 1, v)],
      [place(u, v, 0), place(u, v, 1)],
    ]) {
      g.moveTo(...from);
      g.lineTo(...to);
    }
  g.stroke();
}
