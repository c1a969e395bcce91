/** The state of a training as a file holds it: plain data and vectors, checked before a net takes them. */
import { DataError, show } from "../wasm/errors.ts";
import type { Floats } from "../wasm/memory.ts";
import type { CutPosition } from "./cuts.ts";

/** Everything about a training that a checkpoint holds. */
export interface TrainingState {
  /** Name of the optimizer. */
  readonly optimizer: string;
  /** Optimizer steps done. */
  readonly step: number;
  /** Batches done. */
  readonly batches: number;
  readonly scalars: Record<string, number>;
  /** Named vectors of the optimizer, [F] each; under constraints `free` beside them, the free numbers. */
  readonly vectors: Record<string, Floats>;
  /** Where the training stands in a batch that is cut (truncated backpropagation). */
  readonly position?: CutPosition;
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
const isRecord = (x: unknown): x is Record<string, unknown> =>
  x !== null && typeof x === "object" && !Array.isArray(x);
const isFinite = (x: Floats): boolean => (x as Float64Array).every(Number.isFinite);

/** The state, if it fits a net of F free parameters and this precision. Throws DataError. */
export function checkTrainingState(who: string, state: unknown, size: number): TrainingState {
  const wrong = (what: string, got: unknown, want: string): never => {
    throw new DataError(`${who}: the file's training state: ${what} is ${show(got)}, want ${want}`);
  };
  if (!isRecord(state)) return wrong("it", state, "an object");
  const { optimizer, step, batches, scalars, vectors, position } = state;
  if (typeof optimizer !== "string") wrong("optimizer", optimizer, "a name");
  if (!isCount(step)) wrong("step", step, "a whole number");
  if (!isCount(batches)) wrong("batches", batches, "a whole number");
  if (!isRecord(scalars)) return wrong("scalars", scalars, "an object");
  for (const [name, value] of Object.entries(scalars))
    if (!Number.isFinite(value)) wrong(`scalar ${name}`, value, "a finite number");
  if (!isRecord(vectors)) return wrong("vectors", vectors, "an object");
  for (const [name, vector] of Object.entries(vectors as Record<string, Floats>)) {
    if (vector.length !== size) wrong(`vector ${name}`, `${vector.length} numbers`, `${size}`);
    if (!isFinite(vector)) wrong(`vector ${name}`, "not finite", "finite numbers");
  }
  if (position !== undefined) checkPosition(position, wrong);
  return state as unknown as TrainingState;
}

function checkPosition(position: unknown, wrong: (what: string, got: unknown, want: string) => never): void {
  if (!isRecord(position)) return wrong("position", position, "an object");
  const { cut, truncate, lengths, carried } = position as Partial<CutPosition>;
  if (!isCount(cut)) wrong("position.cut", cut, "a whole number");
  if (!isCount(truncate) || truncate < 1)
    wrong("position.truncate", truncate, "a whole number of at least 1");
  if (!Array.isArray(lengths) || !lengths.every((length) => isCount(length) && length > 0))
    wrong("position.lengths", lengths, "numbers of steps");
  if (!Array.isArray(carried) || !carried.every((states: Floats) => isFinite(states)))
    wrong("position.carried", carried, "finite states");
}
