/** Forecasters in files: what `unrolled train series --out` and `unrolled forecast --save` wrote. */
import { forecaster, type Forecaster } from "../../forecasting/forecaster.ts";
import { UsageError } from "../command.ts";
import { readModelFile, withAbout, type About } from "../open-model.ts";

/** Beside the forecaster. */
interface SeriesAbout extends About {
  /** Name of the column that it was fitted to. */
  readonly column?: string;
}

/** The file of a forecaster that was fitted to a column, or to several; `forecaster.load` reads it too. */
export const forecasterFile = (f: Forecaster, column: string | undefined): Uint8Array =>
  withAbout(f.save(), { task: "series", ...(column === undefined ? {} : { column }) });

/** Reads such a file. Errors name it; `column`: that which it was fitted to, if it says so. */
export async function openForecaster(path: string): Promise<{ f: Forecaster; column: string | undefined }> {
  const { bytes, about } = readModelFile<SeriesAbout>(path);
  if (about.task !== "series" && about.task !== "unknown")
    throw new UsageError(
      `${path}: a model of task "${about.task}", want one that \`unrolled train series --out\` wrote`,
    );
  const { column } = about;
  if (column !== undefined && typeof column !== "string")
    throw new Error(`${path}: the note beside the model: column is no text; write the file again`);
  try {
    return { f: await forecaster.load(bytes), column };
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
