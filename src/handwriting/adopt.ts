/**
 * Weights of one reader for another of the same layers: a net goes on with other data, another alphabet or
 * another schedule. The last layer's columns follow their characters; those of new characters stay as drawn.
 */
import type { NamedMatrix } from "../models/network/parameters.ts";
import type { Network } from "../models/network/network.ts";
import { DataError } from "../wasm/errors.ts";
import { scriptOf } from "./script.ts";

/** For each class of an alphabet and its blank the class of the same meaning in another, or -1. */
function classesOf(alphabet: string, other: string): number[] {
  const there = [...other];
  return [...[...alphabet].map((c) => there.indexOf(c)), there.length];
}

/** A matrix with the columns of another that stand for the same classes. */
function columnsTaken(into: NamedMatrix, from: NamedMatrix, classes: readonly number[]): NamedMatrix["data"] {
  const data = into.data.slice();
  const K = classes.length;
  const width = from.shape[1];
  for (let i = 0; i < data.length; ++i) {
    const k = classes[i % K];
    if (k >= 0) data[i] = from.data[Math.floor(i / K) * width + k];
  }
  return data;
}

/** Names of the layers that have weights, from the input on. */
const layersOf = (matrices: readonly NamedMatrix[]): string[] => [
  ...new Set(matrices.map(({ name }) => name.split(".")[0])),
];

/**
 * The rows of a dense layer that sees steps of `size` units, the newest first, from one that sees two
 * joined steps [older, newer] of `size` units forwards and as many backwards: the last two taps are these
 * two steps, and what is ahead of them begins at 0.
 */
function rowsAhead(into: NamedMatrix, from: NamedMatrix): Float32Array {
  const columns = into.shape[1];
  const size = from.shape[0] / 4;
  const data = new Float32Array(into.shape[0] * columns);
  const newer = data.length - 2 * size * columns;
  data.set(from.data.subarray(2 * size * columns, 3 * size * columns), newer);
  data.set(from.data.subarray(0, size * columns), newer + size * columns);
  return data;
}

/**
 * Sets the weights of `net`, of the recipe live, to the forward halves of `from`, of the recipe hierarchical.
 * Throws DataError where a layer is of another size.
 */
export function adoptForwards(net: Network, from: Network): void {
  const classes = classesOf(scriptOf(net).alphabet, scriptOf(from).alphabet);
  const own = net.parameters;
  const given = new Map(from.parameters.map((matrix) => [matrix.name, matrix]));
  const names = layersOf(own);
  const others = layersOf(from.parameters);
  const taken = own.map((into) => {
    const [layer, matrix] = into.name.split(".");
    const place = names.indexOf(layer);
    const other = others[place];
    const found = given.get(`${other}.${matrix}`) ?? given.get(`${other}.forward.${matrix}`);
    const isFirst = place < names.length - 1;
    const rows = isFirst && matrix === "W" && found ? rowsAhead(into, found) : found?.data;
    const data = isFirst || !found ? rows : columnsTaken(into, found, classes);
    if (others.length !== names.length || data?.length !== into.data.length)
      throw new DataError(
        `handwriting: ${into.name} is [${into.shape.join()}] and has no half of its size in the other net; ` +
          "want one of --net hierarchical",
      );
    return data;
  });
  own.forEach((into, i) => into.set(taken[i]));
}

/** Sets the weights of `net` to those of `from`. Throws DataError where a layer is of another size. */
export function adoptWeights(net: Network, from: Network): void {
  const classes = classesOf(scriptOf(net).alphabet, scriptOf(from).alphabet);
  const given = new Map(from.parameters.map((matrix) => [matrix.name, matrix]));
  const own = net.parameters;
  const last = own.at(-1)?.name.split(".")[0];
  const taken = own.map((into) => {
    const matrix = given.get(into.name);
    const isAnswer = into.name.split(".")[0] === last;
    if (
      matrix === undefined ||
      matrix.shape[0] !== into.shape[0] ||
      (!isAnswer && matrix.shape[1] !== into.shape[1])
    )
      throw new DataError(
        `handwriting: ${into.name} is [${into.shape.join()}], and in the net that it goes on from ` +
          `${matrix ? `[${matrix.shape.join()}]` : "missing"}; want the same layers`,
      );
    return isAnswer ? columnsTaken(into, matrix, classes) : matrix.data;
  });
  own.forEach((into, i) => into.set(taken[i]));
}
