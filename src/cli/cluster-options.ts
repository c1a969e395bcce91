/** Options of every command that reaches a cluster. */
import { readFileSync } from "node:fs";
import type { ClusterOptions } from "../cluster/options.ts";
import type { OptionSpec, Values } from "./command.ts";

/** The options as a command lists them. */
export const clusterOptions: Readonly<Record<string, OptionSpec>> = {
  servers: { value: "LIST", help: "addresses of the NATS server, as nats://host:4222 or tls://host:4222" },
  key: { value: "FILE", help: "file of an NKey seed or of credentials" },
  ca: { value: "FILE", help: "certificate of the authority that signed the server's, as PEM" },
};

/** How these say that a server is reached. Throws UsageError, or Error where a file cannot be read. */
export function clusterOf(values: Values): ClusterOptions {
  const servers = values.needed("servers", "addresses as nats://host:4222").split(",");
  const read = (name: string): string | undefined => {
    const path = values.text(name);
    return path === undefined ? undefined : readFileSync(path, "utf8");
  };
  const ca = read("ca");
  return { servers, key: read("key"), ...(ca !== undefined && { tls: { ca } }) };
}
