/** Readouts whose sums grow with the sequences, until a small ridge drowns in their rounding. */
import type { Esn } from "../../models/esn/esn.ts";
import { NumericError } from "../../wasm/errors.ts";

const LARGEST = 1;

/** Solves by the first of growing ridges, ten times each, that the sums bear. Throws NumericError above 1. */
export function solveByLeastRidge(net: Pick<Esn, "solve">, ridge: number): void {
  try {
    net.solve(ridge);
  } catch (error) {
    if (!(error instanceof NumericError) || 10 * ridge > LARGEST) throw error;
    solveByLeastRidge(net, 10 * ridge);
  }
}
