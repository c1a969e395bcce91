/** Whether the state of a fit in a file is one, and fits the net. */
import { DataError, show } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { Parameter } from "../../graph/graph.ts";
import type { FitState } from "./fit-state.ts";

const counts = ["steps", "count", "from", "batches", "waited"] as const;
const numbers = ["sum", "factor"] as const;

/** The state in a file, if it is one and fits these parameters. Throws DataError. */
export function checkFitState(
  who: string,
  state: unknown,
  parameters: readonly Parameter[],
  bestWeights: readonly Floats[] | undefined,
): FitState {
  const fail = (what: string, got: unknown): never => {
    throw new DataError(`${who}: the file's state of a fit: ${what} is ${show(got)}`);
  };
  if (state === null || typeof state !== "object") return fail("it", state);
  const { history, best, ...rest } = state as Partial<FitState>;
  if (
    !Array.isArray(history) ||
    history.some((record: unknown) => record === null || typeof record !== "object")
  )
    fail("history", history);
  for (const name of counts)
    if (!Number.isSafeInteger(rest[name]) || (rest[name] as number) < 0) fail(name, rest[name]);
  for (const name of numbers) if (!Number.isFinite(rest[name])) fail(name, rest[name]);
  if (!Number.isInteger(best) || best! < -1 || best! >= (history as readonly unknown[]).length)
    fail("best", best);
  bestWeights?.forEach((weights, i) => {
    const { name, rows, columns } = parameters[i];
    if (weights.length !== rows * columns) fail(`best ${name}`, `${weights.length} numbers`);
  });
  return { ...(state as FitState), bestWeights };
}
