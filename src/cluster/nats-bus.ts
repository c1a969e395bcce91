/**
 * The bus on NATS: at most once, in order from one sender. Its client is an optional package that is loaded
 * when it is needed: in Node over TCP or TLS, elsewhere over WebSocket.
 */
import type * as Core from "@nats-io/nats-core";
import { OptionError } from "../wasm/errors.ts";
import { optionalPackage } from "../wasm/optional-package.ts";
import type { Bus } from "./bus.ts";
import { readClusterOptions, type ClusterOptions } from "./options.ts";

type Connect = (options: object) => Promise<Core.NatsConnection>;

const AGAIN = 250; // ms between attempts to reach a server that is gone
const CREDENTIALS = "BEGIN NATS USER JWT";

/** What the packages of the client are for. */
export const REACHED = "servers are reached";

async function connector(who: string, core: typeof Core, web: boolean): Promise<Connect> {
  if (web) {
    if (typeof WebSocket === "function") return (options) => core.wsconnect(options);
    throw new OptionError(`${who}: this platform has no WebSocket; want nats:// or tls:// addresses`);
  }
  const name = "@nats-io/transport-node";
  const node = await optionalPackage<{ connect: Connect }>(
    who,
    REACHED,
    name,
    () => import(/* @vite-ignore */ name),
  );
  return node.connect;
}

/** No server answers: which were asked, and what to do. */
function unreachable(who: string, servers: readonly string[], error: Error): Error {
  return new Error(
    `${who}: no NATS server can be reached at ${servers.join(", ")}: ${error.message}; ` +
      "is one running there (`nats-server -js`), and is its port open?",
    { cause: error },
  );
}

/** What a connection says that never reached a server. */
const UNREACHED = /refused|timeout|timed out|not found|unreach|reset|closed|getaddrinfo/i;

/** Words of a server's refusal that say what to do; `servers`: those asked, where none may have answered. */
function refusal(who: string, error: Error, servers?: readonly string[]): Error {
  const { message } = error;
  const said = `${error.name} ${message}`;
  if (/authorization|authentication/i.test(said))
    return new Error(`${who}: the server refuses the key: ${message}`, { cause: error });
  if (/permission/i.test(said))
    return new Error(`${who}: the key may not do this: ${message}; want the permissions of docs/cluster.md`, {
      cause: error,
    });
  if (servers && UNREACHED.test(said)) return unreachable(who, servers, error);
  return new Error(`${who}: ${message}`, { cause: error });
}

/** Tells what happens to the connection. */
async function follow(who: string, connection: Core.NatsConnection, bus: Bus): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "reconnect") bus.onreturn();
    if (status.type === "error") bus.onfailure(refusal(who, status.error));
  }
}

/** Connects. Rejects with OptionError, or Error where no server answers or the key is refused. */
export async function connectBus(who: string, options: ClusterOptions): Promise<Bus> {
  const connection = await connectNats(who, options);
  return busOf(who, connection.nats, connection.who, connection.core);
}

/** The client's connection, for what is more than a bus. */
export async function connectNats(
  who: string,
  options: ClusterOptions,
): Promise<{ nats: Core.NatsConnection; who: string; core: typeof Core }> {
  const { servers, seed, web } = readClusterOptions(who, options, []);
  const core = await optionalPackage<typeof Core>(
    who,
    REACHED,
    "@nats-io/nats-core",
    () => import("@nats-io/nats-core"),
  );
  const connect = await connector(who, core, web);
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const credentials = options.key?.includes(CREDENTIALS) === true;
  let authenticator: Core.Authenticator | undefined;
  if (seed && credentials) authenticator = core.credsAuthenticator(bytes(options.key ?? ""));
  else if (seed) authenticator = core.nkeyAuthenticator(bytes(seed));
  const name = seed ? core.nkeys.fromSeed(bytes(seed)).getPublicKey() : "open";
  try {
    const nats = await connect({
      servers,
      name: who,
      noEcho: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: AGAIN,
      reconnectJitter: AGAIN,
      ...(authenticator && { authenticator }),
      ...(options.tls && { tls: options.tls }),
    });
    return { nats, who: name, core };
  } catch (error) {
    throw refusal(who, error as Error, servers);
  }
}

function busOf(who: string, nats: Core.NatsConnection, name: string, core: typeof Core): Bus {
  const bus: Bus = {
    max: nats.info!.max_payload,
    who: name,
    unique: () => core.nuid.next(),
    publish: (subject, datagram) => {
      if (!nats.isClosed()) nats.publish(subject, datagram);
    },
    sent: () => nats.flush(),
    subscribe: (subject, take) => {
      nats.subscribe(subject, {
        callback: (error, message) => {
          if (error) bus.onfailure(refusal(who, error));
          else take(message.data, message.subject);
        },
      });
    },
    onreturn: () => {},
    onfailure: () => {},
    close: () => nats.close(),
  };
  void follow(who, nats, bus);
  void nats.closed().then((error) => error && bus.onfailure(refusal(who, error)));
  return bus;
}
