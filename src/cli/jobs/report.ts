/** What the commands of jobs say of how well a job does. */
import { figureText, percentText } from "../progress.ts";
import type { JobFigures } from "./kinds.ts";

const MOST = 12; // classes of a matrix in a terminal

/** Figures in words. */
export function figuresText({ loss, accuracy, f1, rmse, mae, r2 }: JobFigures): string {
  const parts: (string | false | undefined)[] = [
    `loss ${figureText(loss)}`,
    accuracy !== undefined && `accuracy ${percentText(accuracy)}`,
    f1 !== undefined && `F1 ${f1.toFixed(3)}`,
    rmse !== undefined && `error ${figureText(rmse)} (root mean square)`,
    mae !== undefined && `${figureText(mae)} (mean absolute)`,
    r2 !== undefined && `R² ${r2.toFixed(3)}`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** A matrix with names, a row a true label; of many classes the pairs that are mixed up most. */
export function confusionText(labels: readonly string[], confusion: readonly (readonly number[])[]): string {
  if (labels.length > MOST) return mixedUp(labels, confusion);
  const width = Math.max(...labels.map((label) => label.length), 4);
  const cell = (text: string): string => text.slice(0, width).padStart(width);
  const head = ["".padStart(width), ...labels.map(cell)].join("  ");
  const rows = confusion.map((row, i) =>
    [cell(labels[i]), ...row.map((count) => cell(count === 0 ? "·" : String(count)))].join("  "),
  );
  return [`${head}  (predicted)`, ...rows].join("\n");
}

function mixedUp(labels: readonly string[], confusion: readonly (readonly number[])[]): string {
  const pairs = confusion.flatMap((row, i) =>
    row.flatMap((count, j) => (i === j || count === 0 ? [] : [{ i, j, count }])),
  );
  if (pairs.length === 0) return "No label is taken for another.";
  const worst = pairs.sort((a, b) => b.count - a.count).slice(0, MOST);
  return worst.map(({ i, j, count }) => `${labels[i]} taken for ${labels[j]}: ${count}`).join("\n");
}
