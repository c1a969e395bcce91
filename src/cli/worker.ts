/** `unrolled worker`: computes shards for trainings elsewhere, until Ctrl-C. */
import { readFileSync } from "node:fs";
import "../wasm/built-in.ts";
import { serveShards } from "../cluster/serve.ts";
import type { ClusterOptions } from "../cluster/options.ts";
import type { Command, OptionSpec, Values } from "./command.ts";

const SECOND = 1000;

/** Options of every command that reaches a cluster. */
const clusterOptions: Readonly<Record<string, OptionSpec>> = {
  servers: { value: "LIST", help: "addresses of the NATS server, as nats://host:4222 or tls://host:4222" },
  key: { value: "FILE", help: "file of an NKey seed or of credentials" },
  ca: { value: "FILE", help: "certificate of the authority that signed the server's, as PEM" },
};

/** How these say that a server is reached. Throws UsageError, or Error where a file cannot be read. */
function clusterOf(values: Values): ClusterOptions {
  const servers = values.needed("servers", "addresses as nats://host:4222").split(",");
  const read = (name: string): string | undefined => {
    const path = values.text(name);
    return path === undefined ? undefined : readFileSync(path, "utf8");
  };
  const ca = read("ca");
  return { servers, key: read("key"), ...(ca !== undefined && { tls: { ca } }) };
}

export const workerCommand: Command = {
  name: "worker",
  words: "",
  maxWords: 0,
  summary: "Compute for trainings on other machines, by a NATS server",
  details: [
    "Ctrl-C leaves: what the worker was asked for is asked of others.",
    "",
    "  unrolled worker --servers tls://nats.example.org:4222 --key worker.nk --run speech",
  ].join("\n"),
  options: {
    ...clusterOptions,
    run: { value: "NAME", help: "the run to work for; else whichever the key may hear" },
  },
  async run({ screen, signal, values }) {
    const server = await serveShards({ ...clusterOf(values), run: values.text("run") });
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
  },
};
