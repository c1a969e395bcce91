/** Which labels are taken for which, as a figure: a row a true label, a column a predicted one. */
import { OptionError, ShapeError } from "../wasm/errors.ts";
import { plot, type Mark } from "./plot.ts";
import { numberText } from "./scale.ts";
import { colors, type Figure } from "./svg.ts";

/** What is drawn. */
export interface ConfusionMatrixOptions {
  /** [K] names of the classes. */
  readonly labels: readonly string[];
  /** [K][K] counts or weights: row the true label, column the predicted one. */
  readonly confusion: readonly (readonly number[])[];
  /** Above the figure. Default "Confusion". */
  readonly title?: string;
}

const CELL = 46; // pixels
const MOST = 640; // pixels of all cells
const LETTER = 6.5; // pixels of a letter of a tick
const FINE = 64; // samples across the matrix: viewers that smooth pictures blur no more than one of them

/** A name of at most so many letters. */
const cut = (name: string, letters: number): string =>
  name.length > letters ? `${name.slice(0, Math.max(1, letters - 1))}…` : name;

/** Rows whose cells are `times` samples high and wide. */
const magnified = (rows: readonly (readonly number[])[], times: number): number[] =>
  rows.flatMap((row) => {
    const line = row.flatMap((value) => Array<number>(times).fill(value));
    return Array.from({ length: times }, () => line).flat();
  });

/**
 * The figure: cells are as dark as the share of their row, and hold the counts. The first label stands at the
 * top. Throws ShapeError where the matrix is not [K][K].
 */
export function confusionMatrix({ labels, confusion, title = "Confusion" }: ConfusionMatrixOptions): Figure {
  const K = labels.length;
  if (K === 0) throw new OptionError("confusionMatrix: labels is empty, want a name a class");
  if (confusion.length !== K || confusion.some((row) => row.length !== K))
    throw new ShapeError(`confusionMatrix: confusion is not [${K}][${K}], want a row and a column a label`);
  const shares = confusion.map((row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((count) => (sum > 0 ? count / sum : 0));
  });
  const side = Math.min(MOST, Math.max(200, CELL * K));
  const ticks = (letters: number, place: (k: number) => number): { at: number; label: string }[] =>
    labels.map((name, k) => ({ at: place(k), label: cut(name, letters) }));
  const up = (k: number): number => K - 1 - k;
  const times = Math.max(1, Math.floor(FINE / K));
  const counts: Mark[] = confusion.flatMap((row, i) =>
    row.flatMap((count, j): Mark[] =>
      count === 0
        ? []
        : [
            {
              kind: "text",
              x: j,
              y: up(i) - 0.08,
              text: numberText(count),
              anchor: "middle",
              color: colors.ink,
            },
          ],
    ),
  );
  return plot({
    title,
    note: "Row: true label. Column: predicted. Shade: share of the row.",
    x: { label: "predicted", ticks: ticks(Math.floor(side / K / LETTER), (k) => k) },
    y: { label: "true", ticks: ticks(14, up) },
    marks: [
      {
        kind: "raster",
        values: magnified([...shares].reverse(), times),
        rows: K * times,
        columns: K * times,
        x: [-0.5, K - 0.5],
        y: [-0.5, K - 0.5],
        range: [0, 1],
        label: "share of the row",
      },
      ...counts,
    ],
    width: side + 220,
    height: side + 130,
  });
}
