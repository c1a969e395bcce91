/** How to reach a server: options that a pool and its workers have in common. */
import { knownOptions, OptionError, show } from "../wasm/errors.ts";

/** Where the NATS server is, and who is asking. */
export interface ClusterOptions {
  /** Addresses of one server or of several that are one cluster: `nats://`, `tls://`, `ws://` or `wss://`. */
  readonly servers: string | readonly string[];
  /** Text of an NKey seed ("SU…"), or of a file of credentials. Default: none, where a server asks none. */
  readonly key?: string;
  /** Certificates as PEM texts, where the platform does not know them: Node's alone. */
  readonly tls?: {
    /** PEM of the authority that signed the server's certificate. */
    readonly ca?: string;
    /** PEM of a certificate of one's own, where the server asks for one. */
    readonly cert?: string;
    /** PEM of its key. */
    readonly key?: string;
  };
}

const clusterOptionNames = ["servers", "key", "tls"] as const;

const LAST_PORT = 65_535;
const SEED = /\bSU[A-Z2-7]{56}\b/;

const isAddress = (x: unknown): x is string => typeof x === "string" && /^(nats|tls|wss?):\/\/./.test(x);

/** The addresses and the seed, checked. Throws OptionError. */
export function readClusterOptions(
  who: string,
  options: ClusterOptions,
  more: readonly string[],
): { servers: readonly string[]; seed?: string; web: boolean } {
  knownOptions(who, options, [...clusterOptionNames, ...more]);
  const given: readonly unknown[] = [options?.servers].flat();
  const servers = given.filter(isAddress);
  if (servers.length === 0 || servers.length < given.length) {
    const strange = given.length > 1 ? given.find((x) => !isAddress(x)) : options?.servers;
    throw new OptionError(`${who}: servers has ${show(strange)}, want nats://, tls://, ws:// or wss://`);
  }
  const badPort = servers.find((x) => Number(/:(\d+)\/?$/.exec(x)?.[1] ?? 1) > LAST_PORT);
  if (badPort) throw new OptionError(`${who}: servers has ${badPort}, want a port of at most ${LAST_PORT}`);
  const web = servers.filter((x) => x.startsWith("ws")).length;
  if (web !== 0 && web !== servers.length)
    throw new OptionError(`${who}: servers mixes ws:// with nats://, want addresses of one kind`);
  if (options.key === undefined) return { servers, web: web > 0 };
  const [seed] = SEED.exec(String(options.key)) ?? [];
  if (!seed)
    throw new OptionError(
      `${who}: key is no user's seed, want the text of an NKey seed ("SU…") or credentials`,
    );
  return { servers, seed, web: web > 0 };
}
