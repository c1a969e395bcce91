/**
 * Data of the bench folder, which no visitor has: the path in UNROLLED_DATA, and why a test is skipped where
 * it is missing.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = process.env.UNROLLED_DATA;

/** The path of a data file, or undefined. */
export function dataPath(...path: string[]): string | undefined {
  const full = root === undefined ? undefined : join(root, ...path);
  return full !== undefined && existsSync(full) ? full : undefined;
}

/** Why tests that need this file are skipped; empty when they are not. */
export const missing = (...path: string[]): string =>
  dataPath(...path) ? "" : ` (skipped: UNROLLED_DATA has no ${path.join("/")})`;

/** A column of a CSV file with a header line. */
export function csvColumn(path: string, name: string): number[] {
  const [head, ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const at = head.split(",").indexOf(name);
  return lines.map((line) => Number(line.split(",")[at]));
}
