/** The addition tab: a worker trains, the page draws its loss and the clusters of its hidden activities. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { AdditionProgress } from "./addition-worker.ts";
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
  const colors = states.map((name, i) => `<i class="k${i}" style="${style}"></i> ${name}`);
  return `The three hidden units as a cube; colors: ${colors.join(", ")}`;
}

/** Starts the tab. */
export function startAddition(): void {
  const words = byId("progress");
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
  };

  const learn = (): void => {
    worker?.terminate();
    chart.clear();
    last = undefined;
    words.textContent = "starting…";
    worker = new Worker(new URL("./addition-worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<AdditionProgress>) => show(data);
    worker.onerror = (event) => {
      words.textContent = `The worker failed: ${event.message}`;
    };
    worker.postMessage(Number(byId<HTMLInputElement>("seed").value) || 1);
  };

  byId("cluster-key").innerHTML = clusterKey();
  byId("learn").addEventListener("click", learn);
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
  const place: Place = (a, b, c) => [
    width / 2 + scale * ((a - 0.5) * 0.87 - (b - 0.5) * 0.87),
    height / 2 + scale * ((a - 0.5) * 0.42 + (b - 0.5) * 0.42 - (c - 0.5) * 0.9),
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
