/** Options of every command that reaches a cluster. */
import type { ClusterOptions } from "../cluster/options.ts";
import { OptionError } from "../wasm/errors.ts";
import { type OptionSpec, UsageError, type Values } from "./command.ts";
import { readTextFile } from "./disk.ts";

/** The options as a command lists them. */
export const clusterOptions: Readonly<Record<string, OptionSpec>> = {
  servers: { value: "LIST", help: "addresses of the NATS server, as nats://host:4222 or tls://host:4222" },
  key: { value: "FILE", help: "file of an NKey seed or of credentials" },
  ca: { value: "FILE", help: "certificate of the authority that signed the server's, as PEM" },
};

const WANTED = "addresses as nats://host:4222 or tls://host:4222";

/** How these say that a server is reached. Throws UsageError, where a file cannot be read too. */
function clusterOf(values: Values): ClusterOptions {
  const servers = values.needed("servers", WANTED).split(",");
  const odd = servers.find((server) => !/^(nats|tls|wss?):\/\/[^/]/.test(server));
  if (odd !== undefined) throw new UsageError(`--servers names "${odd}", want ${WANTED}`);
  const read = (name: string): string | undefined => {
    const path = values.text(name);
    return path === undefined ? undefined : readTextFile(path);
  };
  const ca = read("ca");
  return { servers, key: read("key"), ...(ca !== undefined && { tls: { ca } }) };
}

/**
 * What a first call to the servers of `values` comes to. Where none of them answers, the error says which
 * were asked and what to do.
 */
export async function reached<T>(values: Values, call: (options: ClusterOptions) => Promise<T>): Promise<T> {
  const options = clusterOf(values);
  try {
    return await call(options);
  } catch (error) {
    if (error instanceof OptionError) throw error;
    const { message } = error as Error;
    throw new Error(`${message} (as --servers, --key and, for tls://, --ca say)`, { cause: error });
  }
}
