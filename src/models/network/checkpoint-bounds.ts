/**
 * What the spec of a saved net may ask for: no more than its file holds. All is checked on the graph, which
 * takes no memory for numbers, before the first allocation.
 */
import { checkFinite } from "../../formats/read-safetensors.ts";
import type { Tensor } from "../../formats/safetensors.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Precision } from "../../wasm/memory.ts";
import { DataError, ShapeError } from "../../wasm/errors.ts";
import type { NetworkConstraint } from "./constraints.ts";
import type { NetworkSpec } from "./spec.ts";

const MAX_LAYERS = 1000;
/** Values a step that a layer without weights may give, whatever the file holds. */
const FREE_COLUMNS = 1 << 16;
/** Numbers of the null spaces of all linear constraints together, beside those the file holds. */
const FREE_NULL_SPACE = 1 << 22;

/** Numbers in all tensors. */
const numbersIn = (tensors: ReadonlyMap<string, Tensor>): number =>
  [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);

/** Checks the size of a saved spec before a graph is made of it. Throws DataError. */
export function checkSavedSpec(who: string, { layers }: NetworkSpec): void {
  if (!Array.isArray(layers) || layers.length > MAX_LAYERS)
    throw new DataError(`${who}: the file's spec has no list of layers, or more than ${MAX_LAYERS}`);
}

/**
 * Checks that a file holds every parameter of a graph, of its shape, in the net's precision and finite, and
 * that no layer asks for more than the file holds. Throws ShapeError or DataError.
 */
export function checkSavedParameters(
  who: string,
  { parameters, nodes }: Pick<Graph, "parameters" | "nodes">,
  tensors: ReadonlyMap<string, Tensor>,
  precision: Precision,
): void {
  for (const { name, rows, columns } of parameters) {
    const saved = tensors.get(name);
    if (!saved || saved.data.length !== rows * columns)
      throw new ShapeError(
        `${who}: parameter "${name}" is ${saved ? `[${saved.shape}]` : "missing"}, ` +
          `want [${[rows, columns]}]`,
      );
    const Reals = precision === "float32" ? Float32Array : Float64Array;
    if (!(saved.data instanceof Reals))
      throw new DataError(`${who}: parameter "${name}" is not ${precision}, as the file's spec says`);
    checkFinite(who, saved);
  }
  const limit = Math.max(FREE_COLUMNS, numbersIn(tensors));
  const node = nodes.find(({ columns }) => columns > limit);
  if (node)
    throw new DataError(
      `${who}: layer "${node.name}" gives ${node.columns} values a step, want at most ${limit} of this file`,
    );
}

/** Checks that constraints list no more entries than their null spaces have room for. Throws DataError. */
export function checkSavedConstraints(
  who: string,
  constraints: readonly NetworkConstraint[],
  tensors: ReadonlyMap<string, Tensor>,
): void {
  const numbers = numbersIn(tensors);
  let entries = 0;
  let nullSpace = 0;
  for (const constraint of constraints) {
    const size = entryCount(constraint, tensors);
    entries += size;
    if (constraint.kind === "linear") nullSpace += size * size;
  }
  if (entries > 4 * numbers || nullSpace > numbers + FREE_NULL_SPACE)
    throw new DataError(
      `${who}: constraints on ${entries} entries, more than a file of ${numbers} numbers may ask for`,
    );
}

/** How many entries of parameters a constraint names. */
function entryCount({ kind, entries }: NetworkConstraint, tensors: ReadonlyMap<string, Tensor>): number {
  const lists = kind === "fix" || kind === "orthogonal" ? [entries] : entries;
  return lists.reduce(
    (sum, list) =>
      sum + (typeof list === "string" ? (tensors.get(list)?.data.length ?? 0) : list.indices.length),
    0,
  );
}
