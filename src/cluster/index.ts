/** The public names of unrolled/cluster: training over many machines. */
import "../wasm/built-in.ts";

export { clusterPool } from "./pool.ts";
export type { ClusterPool, ClusterPoolOptions } from "./pool.ts";
export { serveShards } from "./serve.ts";
export type { ServeOptions, ShardServer } from "./serve.ts";
export type { ClusterOptions } from "./options.ts";
