/** One step of a sequence as the reservoir hears it: its input beside the constant 1, and its target. */
import type { DataSpec, FlatItem } from "../../data/item.ts";

/** to [1+I] = [1; u] of step t: reals, or one-of-I for a symbol. */
export function writeInput(
  data: DataSpec,
  input: ArrayLike<number>,
  t: number,
  I: number,
  to: { [i: number]: number },
): void {
  to[0] = 1;
  for (let j = 0; j < I; ++j) to[1 + j] = data.symbols ? Number(input[t] === j) : input[t * I + j];
}

/** to [O] = the target of step t: reals, or one-of-O for a class. */
export function writeTarget(
  data: DataSpec,
  { target }: Pick<FlatItem, "target">,
  t: number,
  to: { [i: number]: number },
): void {
  const O = data.output;
  for (let j = 0; j < O; ++j) to[j] = data.target === "class" ? Number(target[t] === j) : target[t * O + j];
}
