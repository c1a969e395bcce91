/** One call of a pool: results as they come, handed on in the order of the shards, each of them once. */
import type { ShardResult, ShardTask, ShardWork } from "../train/shards.ts";
import type { AnswerMessage } from "./protocol.ts";

/** What is asked in one round, and of which model and point. */
export interface Asked {
  readonly id: number;
  /** Hash of the model. */
  readonly model: string;
  readonly work: ShardWork;
  readonly tasks: readonly ShardTask[];
}

/** A round at work. */
export class Round {
  readonly asked: Asked;
  readonly #take: (result: ShardResult) => void;
  readonly #results: (ShardResult | undefined)[] = [];
  #taken = 0;
  /** Settles the call of the pool. */
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;

  constructor(
    asked: Asked,
    take: (result: ShardResult) => void,
    { resolve, reject }: { resolve: () => void; reject: (error: unknown) => void },
  ) {
    this.asked = asked;
    this.#take = take;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** A shard's result; the last one resolves. What `take` throws rejects. */
  add(index: number, result: ShardResult): void {
    this.#results[index] = result;
    try {
      for (let next = this.#results[this.#taken]; next; next = this.#results[this.#taken]) {
        this.#take(next);
        this.#results[this.#taken++] = undefined; // its vector is summed
      }
    } catch (error) {
      this.reject(error);
      return;
    }
    if (this.#taken === this.asked.tasks.length) this.resolve();
  }
}

/** What is wrong with an answer of this round, in words for whoever reads why a worker was refused. */
export function faultOf({ model, work, tasks }: Asked, answer: AnswerMessage): string | undefined {
  const { index, vector } = answer;
  const wanted = work.pass === "value" ? 0 : work.theta.length;
  if (index >= tasks.length) return `it answered shard ${index} of ${tasks.length}`;
  if (answer.model !== model)
    return `it computed with model ${answer.model.slice(0, 16)}…, want ${model.slice(0, 16)}…`;
  if (vector.constructor !== work.theta.constructor)
    return `it answered a ${vector.constructor.name}, want a ${work.theta.constructor.name}`;
  if (vector.length !== wanted) return `it answered ${vector.length} numbers, want ${wanted}`;
  return undefined;
}

/** The bits of an exponent that no finite number has: all of them, in the word that holds it. */
const [FULL_32, FULL_64] = [0x7f800000, 0x7ff00000];

/** Whether a result is a number everywhere; others may be right, but only who computes them knows. */
export function isFinite({ value, vector }: ShardResult): boolean {
  const { buffer, byteOffset, length } = vector;
  const wide = vector instanceof Float64Array;
  const words = new Int32Array(buffer, byteOffset, wide ? 2 * length : length);
  const full = wide ? FULL_64 : FULL_32;
  // whole numbers are compared three times as fast as floating-point ones are subtracted
  for (let i = wide ? 1 : 0; i < words.length; i += wide ? 2 : 1)
    if ((words[i] & full) === full) return false;
  return Number.isFinite(value);
}

/** Whether two results are of the same bits. */
export function sameBits(a: ShardResult, b: ShardResult): boolean {
  const bytes = ({ vector: { buffer, byteOffset, byteLength } }: ShardResult): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  const [x, y] = [bytes(a), bytes(b)];
  return Object.is(a.value, b.value) && x.length === y.length && x.every((byte, i) => byte === y[i]);
}
