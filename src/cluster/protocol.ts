/**
 * What a coordinator and its workers say to each other, and where:
 *
 *   unrolled.RUN.all                     the coordinator to all: roll call, model, θ, direction, end
 *   unrolled.RUN.to.WHO.INSTANCE         to one worker: shards, and what it lacks
 *   unrolled.RUN.from.WHO.INSTANCE       a worker: here, answers, leaving
 *
 * WHO is a worker's public key where it has one, so that a server can hold each key to its own subjects. A
 * session is one life of a coordinator, a round one call of its pool. The newest session of a run is the one
 * that workers follow.
 */
import { DataError, OptionError, show } from "../wasm/errors.ts";
import type { FlatItem } from "../data/item.ts";
import type { PassMode } from "../train/net-loss.ts";
import type { Floats } from "../wasm/memory.ts";
import { PROTOCOL } from "./chunks.ts";
import { decode, encode } from "./codec.ts";
import type { LocalSteps } from "./local-steps.ts";
import { sha256 } from "./sha256.ts";

/** What shards are computed with has to be the same on both sides. A test holds it to the package. */
export const VERSION = "0.2.0";

/** ms between two signs of life, of either side. */
export const BEAT = 1000;

export const subjects = {
  all: (run: string): string => `unrolled.${run}.all`,
  to: (run: string, name: string): string => `unrolled.${run}.to.${name}`,
  from: (run: string, name: string): string => `unrolled.${run}.from.${name}`,
};

/** The run and the worker of a subject. */
export function readSubject(subject: string): { run: string; name: string } {
  const [, run, , who, instance] = subject.split(".");
  return { run, name: `${who}.${instance}` };
}

/** The value, if it can be a word of a subject; else an OptionError. */
export function runName(who: string, value: unknown): string {
  if (typeof value === "string" && /^[\w-]{1,64}$/.test(value)) return value;
  throw new OptionError(`${who}: run is ${show(value)}, want 1 to 64 letters, digits, "-" or "_"`);
}

/** A shard, with items by their hashes; `fresh` are those that the worker has not yet. */
export interface TaskMessage {
  readonly kind: "task";
  readonly session: string;
  readonly round: number;
  readonly index: number;
  readonly model: string;
  readonly point: number;
  readonly pass: "gradient" | "value" | "product";
  /** Number of the direction of a product, and the weight of structural damping. */
  readonly direction: number;
  readonly structural: number;
  /** The same number at the same point is the same shard. */
  readonly shard: number;
  readonly total: number;
  readonly mode: PassMode;
  readonly items: readonly string[];
  readonly fresh: Readonly<Record<string, FlatItem>>;
  /** Steps to take on the shard; absent: its gradient at the point. */
  readonly local?: LocalSteps;
}

/** What a coordinator says. */
export type ToWorker =
  | { readonly kind: "roll"; readonly version: string; readonly session: string }
  | { readonly kind: "model"; readonly session: string; readonly hash: string; readonly spec: Uint8Array }
  | { readonly kind: "theta"; readonly session: string; readonly point: number; readonly values: Floats }
  | { readonly kind: "direction"; readonly session: string; readonly number: number; readonly values: Floats }
  | TaskMessage
  | { readonly kind: "refused"; readonly session: string; readonly reason: string }
  | { readonly kind: "end"; readonly session: string };

/** What a worker says of one shard. */
interface OfShard {
  readonly session: string;
  readonly round: number;
  readonly index: number;
}
export interface AnswerMessage extends OfShard {
  readonly kind: "answer";
  /** Hash of the model that it computed with. */
  readonly model: string;
  readonly value: number;
  readonly vector: Floats;
}
export interface FaultMessage extends OfShard {
  readonly kind: "fault";
  readonly name: string;
  readonly message: string;
}
export interface LackMessage extends OfShard {
  readonly kind: "lack";
  readonly parts: readonly ("model" | "theta" | "direction")[];
  readonly items: readonly string[];
}
/** What a worker says. */
export type FromWorker =
  | { readonly kind: "here"; readonly version: string; readonly idle: boolean; readonly holds: boolean }
  | AnswerMessage
  | FaultMessage
  | LackMessage
  | { readonly kind: "leave" };

type Shape = Readonly<Record<string, (x: unknown) => boolean>>;

const text = (x: unknown): boolean => typeof x === "string" && x.length <= 10_000;
const flag = (x: unknown): boolean => typeof x === "boolean";
const count = (x: unknown): boolean => Number.isInteger(x) && (x as number) >= 0;
const number = (x: unknown): boolean => typeof x === "number";
const floats = (x: unknown): boolean => x instanceof Float32Array || x instanceof Float64Array;
const texts = (x: unknown): boolean => Array.isArray(x) && x.every(text);
const ofShard: Shape = { session: text, round: count, index: count };
const part = (x: unknown): boolean => x === "model" || x === "theta" || x === "direction";

const shapes: Readonly<Record<FromWorker["kind"], Shape>> = {
  here: { version: text, idle: flag, holds: flag },
  answer: { ...ofShard, model: text, value: number, vector: floats },
  fault: { ...ofShard, name: text, message: text },
  lack: { ...ofShard, parts: (x) => Array.isArray(x) && x.every(part), items: texts },
  leave: {},
};

/** What a worker says, checked field by field. Throws DataError. */
export function readFromWorker(bytes: Uint8Array): FromWorker {
  const message = decode(bytes);
  if (message !== null && typeof message === "object") {
    const { kind, ...fields } = message as Record<string, unknown> & { kind: FromWorker["kind"] };
    const shape = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
    const fits = (name: string): boolean => Object.hasOwn(fields, name) && shape![name](fields[name]);
    if (shape && Object.keys(shape).every(fits)) return message as FromWorker;
  }
  throw new DataError("cluster: got a message that no worker of this version sends");
}

/** What a coordinator says. Workers trust theirs: it has a key that may speak to them. Throws DataError. */
export function readToWorker(bytes: Uint8Array): ToWorker {
  const message = decode(bytes) as Partial<ToWorker> | null;
  if (typeof message?.kind === "string" && typeof message.session === "string") return message as ToWorker;
  throw new DataError("cluster: got a message that no coordinator of this version sends");
}

/** The hash of a model: of its spec as `encode` wrote it, and of what it is computed with. */
export function modelHash(spec: Uint8Array, kernels: string): string {
  const words = new TextEncoder().encode(`unrolled ${PROTOCOL} ${VERSION} ${kernels}\n`);
  const all = new Uint8Array(words.length + spec.length);
  all.set(words);
  all.set(spec, words.length);
  return sha256(all);
}

/** An item as it is sent: arrays of numbers in memory of their own. */
export function plainItem({ length, steps, input, target, weight, initial }: FlatItem): FlatItem {
  const own = (x: ArrayLike<number>): ArrayLike<number> => (ArrayBuffer.isView(x) ? x : Float64Array.from(x));
  return {
    length,
    steps,
    input: own(input),
    target: own(target),
    weight: own(weight),
    initial: own(initial),
  };
}

const hashes = new WeakMap<FlatItem, string>();

/** The hash of an item: of its numbers and their type. */
export function itemHash(item: FlatItem): string {
  const known = hashes.get(item) ?? sha256(encode(plainItem(item)));
  hashes.set(item, known);
  return known;
}
