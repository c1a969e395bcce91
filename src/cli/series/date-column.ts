/** The column of dates in a table: what stands on the axis at each step, also beyond the end. */
import { continuedMoment, inOrder, momentOf, momentText } from "../../forecasting/dates.ts";
import type { CsvTable } from "../../formats/csv.ts";

/** Columns from the left among which dates are looked for. */
const LOOKED_AT = 4;

/** Names of steps from a column of dates among the first ones of a table; undefined where there is none. */
export function findDates(table: CsvTable, column: string): ((step: number) => string) | undefined {
  for (let at = 0; at < Math.min(LOOKED_AT, table.names.length); ++at) {
    if (table.names[at] === column || String(at + 1) === column) continue;
    const moments = table.texts(at).map(momentOf);
    if (!moments.every((moment) => moment !== undefined) || !inOrder(moments)) continue;
    const after = continuedMoment(moments);
    return (step) => {
      if (step < moments.length) return momentText(moments[step]);
      const ahead = step - moments.length + 1;
      return after ? momentText(after(ahead)) : `+${ahead}`;
    };
  }
  return undefined;
}
