/** Files of `unrolled train series`: a model, and what it says of the series that it was fitted to. */
import type { About } from "../open-model.ts";
import { readModelFile } from "../open-model.ts";
import { UsageError } from "../command.ts";
import type { FittedSeries } from "./fitted.ts";
import { seriesModels } from "./models.ts";

/** Beside the model: value = mean + sd·z, and what `SeriesNote` holds. */
export interface SeriesAbout extends About {
  /** Its name among the models. */
  readonly model: string;
  readonly column: string;
  readonly mean: number;
  readonly sd: number;
  readonly note: string;
  readonly variance?: number;
  readonly seed?: number;
}

/** Throws what is wrong with what stands beside a model. */
function checkAbout(path: string, about: SeriesAbout): void {
  const wrong = (what: string, want: string): never => {
    throw new Error(`${path}: the note beside the model: ${what}, want ${want}`);
  };
  const { model, column, mean, sd, note, variance = 0, seed = 1 } = about;
  if (typeof model !== "string" || !Object.hasOwn(seriesModels, model))
    wrong("its model is unknown", `one of ${Object.keys(seriesModels).join(", ")}`);
  if (typeof column !== "string" || typeof note !== "string") wrong("column or note is no text", "text");
  if (!Number.isFinite(mean)) wrong("mean is none", "a finite number");
  if (!(Number.isFinite(sd) && sd > 0)) wrong("sd is none", "a number above 0");
  if (!(Number.isFinite(variance) && variance >= 0)) wrong("variance is none", "a number of at least 0");
  if (!(Number.isSafeInteger(seed) && seed >= 0)) wrong("seed is none", "a whole number of at least 0");
}

/** Reads such a file. Errors name it. */
export async function openSeries(
  path: string,
  signal: AbortSignal,
): Promise<{ model: FittedSeries; about: SeriesAbout }> {
  const { bytes, about } = readModelFile<SeriesAbout>(path);
  if (about.task !== "series")
    throw new UsageError(
      `${path}: a model of task "${about.task}", want one that \`unrolled train series --out\` wrote`,
    );
  checkAbout(path, about);
  const { model, note, variance = 0, seed = 1 } = about;
  try {
    return { model: await seriesModels[model].open(bytes, { note, variance, seed }, signal), about };
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
