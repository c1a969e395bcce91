/** What workers answer, as whoever asked them reads it: a worker's module may be anything. */
import {
  DataError,
  DisposedError,
  MemoryError,
  NumericError,
  OptionError,
  ShapeError,
} from "../wasm/errors.ts";
import type { FromWorker } from "./messages.ts";

/** What a worker's computation threw, in its class. */
export function errorOf({ name, message }: { name: string; message: string }): Error {
  const classes = { DataError, DisposedError, MemoryError, NumericError, OptionError, ShapeError };
  if (!Object.hasOwn(classes, name)) return Object.assign(new Error(message), { name });
  return new classes[name as keyof typeof classes](message);
}

/** The failure of a second worker on one task: in words of the pool where the platform reports it. */
export const ofBoth = (error: Error): Error =>
  error.name === "Error"
    ? new Error(`workerPool: a worker and the one in its place failed on the same shard: ${error.message}`, {
        cause: error,
      })
    : error;

/** Whether a message is what the worker of this version answers: a worker's module may be anything. */
export function isAnswer(message: unknown): message is FromWorker {
  if (message === null || typeof message !== "object") return false;
  const { run, index, value, vector, error } = message as Record<string, unknown>;
  if (!Number.isInteger(run) || !Number.isInteger(index)) return false;
  if (error !== undefined) return error !== null && typeof (error as Error).message === "string";
  return typeof value === "number" && (vector instanceof Float32Array || vector instanceof Float64Array);
}
