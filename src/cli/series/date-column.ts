/** The column of dates in a table: what stands on the axis at each step, also beyond the end. */
import { readDates } from "../../forecasting/date-formats.ts";
import { continuedMoment, inOrder, momentText, type Moment } from "../../forecasting/dates.ts";
import type { NumberTable } from "../../formats/number-table.ts";

/** Columns from the left among which dates are looked for. */
const LOOKED_AT = 4;

/** Dates beside a series. */
export interface Dates {
  /** Of each step. */
  readonly moments: readonly Moment[];
  /** Name of their column, or its place. */
  readonly column: string;
  /** "column when, day/month/year" */
  readonly words: string;
  /** What stands at a step from 0, also beyond the end. */
  readonly stepName: (step: number) => string;
}

/** The dates in one of the first columns of a table; undefined where there are none. */
export function findDates(table: NumberTable, column: string): Dates | undefined {
  for (let at = 0; at < Math.min(LOOKED_AT, table.names.length); ++at) {
    const name = table.names[at];
    if (name === column || String(at + 1) === column) continue;
    const read = readDates(table.texts(at));
    if (!read || !inOrder(read.moments)) continue;
    const { moments, format } = read;
    const after = continuedMoment(moments);
    const stepName = (step: number): string => {
      if (step < moments.length) return momentText(moments[step]);
      const ahead = step - moments.length + 1;
      return after ? momentText(after(ahead)) : `+${ahead}`;
    };
    const title = name || String(at + 1);
    return { moments, column: title, words: `column ${title}, ${format}`, stepName };
  }
  return undefined;
}
