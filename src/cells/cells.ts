/** The cells there are, by the type of their layer: a new one is a file beside this and a line here. */
import type { Cell } from "../ops/recurrent/cell.ts";
import { gruCell, type GruOptions } from "./gru.ts";
import { lstmCell, type LstmOptions } from "./lstm.ts";
import { rnnCell, type RnnOptions } from "./rnn.ts";

/** Options of each type of cell. */
export interface CellOptions {
  readonly rnn: RnnOptions;
  readonly lstm: LstmOptions;
  readonly gru: GruOptions;
}

/** A type of cell. */
export type CellType = keyof CellOptions;

/** From options to tables. */
export const cells: { readonly [K in CellType]: (options: CellOptions[K]) => Cell } = {
  rnn: rnnCell,
  lstm: lstmCell,
  gru: gruCell,
};

/** Names of all types. */
export const cellTypes = Object.keys(cells) as readonly CellType[];
