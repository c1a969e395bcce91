/** `unrolled worker`: computes shards for trainings elsewhere, or whole trainings, until Ctrl-C. */
import { hostname } from "node:os";
import "../wasm/built-in.ts";
import { runName } from "../cluster/protocol.ts";
import { serveShards } from "../cluster/serve.ts";
import { openWorkQueue } from "../cluster/work-queue.ts";
import { clusterOptions, reached } from "./cluster-options.ts";
import type { Command, Context } from "./command.ts";
import { runWay } from "./compare/run.ts";
import { serveSweep } from "./compare/sweep.ts";
import { processorClock } from "./processor-clock.ts";
import { countText, figureText, timeText } from "./progress.ts";

const SECOND = 1000;

export const workerCommand: Command = {
  name: "worker",
  words: "",
  maxWords: 0,
  summary: "Compute for trainings on other machines, by a NATS server",
  details: [
    "Ctrl-C leaves: what the worker was asked for is asked of others. With --trainings it takes the " +
      "runs of `unrolled compare --cluster` instead, one after another.",
    "",
    "  unrolled worker --servers tls://nats.example.org:4222 --key worker.nk --run speech",
  ].join("\n"),
  options: {
    ...clusterOptions,
    run: { value: "NAME", help: "the run to work for; else whichever the key may hear" },
    trainings: { help: "take whole trainings of --run, from the server's store" },
  },
  run: (context) => (context.values.on("trainings") ? serveTrainings(context) : serve(context)),
};

async function serve({ screen, signal, values }: Context): Promise<void> {
  const server = await reached(values, (options) => serveShards({ ...options, run: values.text("run") }));
  screen.event({ event: "worker", name: server.name });
  screen.line(`worker ${server.name}`);
  const tell = setInterval(() => {
    const { answered } = server;
    screen.progress({
      row: () => `${answered} shards`,
      plain: () => `${answered} shards`,
      event: () => ({ event: "progress", answered }),
    });
  }, SECOND);
  const leave = (): void => void server.close();
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    await server.closed;
  } finally {
    clearInterval(tell);
  }
  screen.line(`left after ${server.answered} shards`);
  screen.event({ event: "result", answered: server.answered });
}

/** Runs of a comparison, whole ones. */
async function serveTrainings({ screen, signal, values }: Context): Promise<void> {
  const run = runName("worker", values.needed("run", "the run of `unrolled compare --cluster`"));
  const queue = await reached(values, (options) => openWorkQueue("worker", run, options));
  const name = `${hostname()}-${process.pid}`;
  screen.event({ event: "worker", name });
  screen.line(`worker ${name}`);
  let title = "";
  try {
    const answered = await serveSweep(queue, {
      name,
      signal,
      clock: processorClock,
      run: runWay,
      onTask: ({ task, way, lag, seed }) => {
        title = `${task} T=${lag} ${way} seed ${seed}`;
        screen.line(title);
        screen.event({ event: "run", task, way, lag, seed });
      },
      onProgress: (at) => {
        const text =
          `${title}  ${timeText(at.seconds)}  ${countText(at.sequences)} sequences  ` +
          `loss ${figureText(at.loss)}`;
        screen.progress({
          row: (columns) => text.slice(0, columns),
          plain: () => text,
          event: () => ({ event: "progress", ...at }),
        });
      },
    });
    screen.line(`left after ${answered} trainings`);
    screen.event({ event: "result", answered });
  } finally {
    await queue.close();
  }
}
