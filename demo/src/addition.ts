/** The addition tab: a worker trains, the page draws its loss and the clusters of its hidden activities. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Told } from "./addition-worker.ts";
import { byId, color, fresh } from "./canvas.ts";

const names = ["no carry, print 0", "no carry, print 1", "carry, print 0", "carry, print 1"];

export function startAddition(): void {
  const host = byId("loss");
  const progress = byId("progress");
  const data: [number[], number[]] = [[], []];
  let worker: Worker | undefined;
  let last: Told | undefined;
  const size = (): { width: number; height: number } => ({
    width: Math.max(host.clientWidth, 200),
    height: 288,
  });
  const axis = { stroke: color("ink"), grid: { stroke: color("line"), width: 1 } };
  const chart = new uPlot(
    {
      ...size(),
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { distr: 3 } },
      axes: [{ label: "steps", ...axis }, axis],
      series: [{}, { stroke: color("accent"), width: 1.5 }],
    },
    data,
    host,
  );

  byId("cluster-key").innerHTML =
    "The three hidden units as a cube; " +
    `colors: ${names.map((name, i) => `<i class="k${i}" ` + `style="display:inline-block;width:.8rem;height:.8rem;border-radius:2px"></i> ${name}`).join(", ")}`;
  byId("learn").addEventListener("click", () => {
    worker?.terminate();
    data[0] = [];
    data[1] = [];
    last = undefined;
    progress.textContent = "starting…";
    worker = new Worker(new URL("./addition-worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data: told }: MessageEvent<Told>) => {
      if (last && told.attempt !== last.attempt) data[0] = data[1] = [];
      last = told;
      const first = told.step - told.losses.length + 1;
      data[0] = data[0].concat(told.losses.map((_, i) => first + i));
      data[1] = data[1].concat(told.losses);
      chart.setData(data);
      drawClusters(told);
      const loss = told.losses[told.losses.length - 1]!;
      const again = told.attempt ? `, ${told.attempt} new beginning${told.attempt > 1 ? "s" : ""}` : "";
      progress.textContent = told.done
        ? `learned after ${told.step} steps${again}: loss ${loss.toExponential(1)}`
        : `step ${told.step}, loss ${loss.toPrecision(3)}${again}`;
      progress.dataset.done = String(told.done);
    };
    worker.onerror = (event) => {
      progress.textContent = `The worker failed: ${event.message}`;
    };
    worker.postMessage(Number(byId<HTMLInputElement>("seed").value) || 1);
  });
  new ResizeObserver(() => {
    chart.setSize(size());
    if (last) drawClusters(last);
  }).observe(host);
}

/** The activities in the unit cube, seen from a corner. */
function drawClusters({ hidden, states }: Told): void {
  const { g, width, height } = fresh(byId<HTMLCanvasElement>("clusters"));
  const scale = Math.min(width, height) * 0.52;
  const place = (a: number, b: number, c: number): [number, number] => [
    width / 2 + scale * ((a - 0.5) * 0.87 - (b - 0.5) * 0.87),
    height / 2 + scale * ((a - 0.5) * 0.42 + (b - 0.5) * 0.42 - (c - 0.5) * 0.9),
  ];
  g.strokeStyle = color("line");
  g.beginPath();
  for (const u of [0, 1])
    for (const v of [0, 1]) {
      for (const [from, to] of [
        [place(0, u, v), place(1, u, v)],
        [place(u, 0, v), place(u, 1, v)],
        [place(u, v, 0), place(u, v, 1)],
      ] as const) {
        g.moveTo(...from);
        g.lineTo(...to);
      }
    }
  g.stroke();
  g.globalAlpha = 0.55;
  states.forEach((state, n) => {
    const [x, y] = place(hidden[n * 3]!, hidden[n * 3 + 1]!, hidden[n * 3 + 2]!);
    g.fillStyle = color(`k${state}`);
    g.beginPath();
    g.arc(x, y, 4, 0, 2 * Math.PI);
    g.fill();
  });
  g.globalAlpha = 1;
}
