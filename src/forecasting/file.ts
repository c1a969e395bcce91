/** Forecasters in files: spec, series, columns, scores, and the models' own files within. */
import type { Elementwise } from "../inference/elementwise.ts";
import { isObject } from "../formats/json.ts";
import { checkFinite, readTensors } from "../formats/read-safetensors.ts";
import { writeTensors, type Tensor } from "../formats/safetensors.ts";
import { DataError, OptionError, ShapeError } from "../wasm/errors.ts";
import { nestedFile, openNested } from "./nested-file.ts";
import { forecastModels, type ForecastModelName } from "./models/registry.ts";
import { readForecasterSpec, type ForecasterRules, type ForecasterSpec } from "./spec.ts";
import type { ForecasterState, KnownSeries } from "./state.ts";
import type { Member } from "./members.ts";

const KIND = "forecaster";
const WHO = "forecaster.load";

const vector = (name: string, data: Float64Array): Tensor => ({ name, shape: [data.length], data });

/** The bytes of a forecaster. */
export function saveForecaster(
  rules: ForecasterRules,
  state: ForecasterState | undefined,
): Uint8Array<ArrayBuffer> {
  if (!state) return writeTensors({ model: KIND, spec: rules }, []);
  const { series, columns, inputScale, moments } = state;
  const tensors = series.flatMap(({ y, fitted }, i) => [
    vector(`series.${i}`, y),
    vector(`deviations.${i}`, Float64Array.from(fitted.deviations)),
    ...fitted.members.map(({ name, fitted: model }) => nestedFile(`model.${i}.${name}`, model.save())),
  ]);
  const inputs = inputScale.names.map((name, j) => vector(`input.${j}`, columns[name]));
  const notes = series.map(({ name, from, fitted }) => ({
    name,
    from,
    season: fitted.season,
    transform: fitted.transform,
    members: fitted.members.map((member) => member.name),
    weights: fitted.members.map((member) => member.weight),
    scores: fitted.scores,
    failures: fitted.failures,
  }));
  return writeTensors({ model: KIND, spec: rules, series: notes, inputScale, moments }, [
    ...tensors,
    ...inputs,
  ]);
}

/** Reads numbers, NaN allowed: a series has gaps. */
function numbersOf(tensors: ReadonlyMap<string, Tensor>, name: string, gaps: boolean): Float64Array {
  const found = tensors.get(name);
  if (!(found?.data instanceof Float64Array)) throw new DataError(`${WHO}: tensor "${name}" is missing`);
  if (!gaps) checkFinite(WHO, found);
  const bad = found.data.find((v) => v === Infinity || v === -Infinity);
  if (bad !== undefined) throw new DataError(`${WHO}: tensor "${name}" has ${bad}, want finite numbers`);
  return found.data;
}

const isCount = (x: unknown, least: number): x is number => Number.isSafeInteger(x) && (x as number) >= least;

/** The plain data of one series in the header. */
interface Notes extends Omit<KnownSeries["fitted"], "members" | "deviations"> {
  readonly name: string;
  readonly from: number;
  readonly members: readonly ForecastModelName[];
  readonly weights: readonly number[];
}

const isNotes = (note: Record<string, unknown>): boolean =>
  typeof note.name === "string" &&
  isCount(note.from, 0) &&
  isCount(note.season, 1) &&
  isObject(note.scores) &&
  Array.isArray(note.failures);

const areModels = (names: unknown): boolean =>
  Array.isArray(names) &&
  names.length > 0 &&
  names.every((name) => Object.hasOwn(forecastModels, String(name)));

const isNumbers = (x: unknown, length: number): x is number[] =>
  Array.isArray(x) && x.length === length && x.every(Number.isFinite);

const areWeights = (weights: unknown, count: number): boolean =>
  isNumbers(weights, count) && weights.every((weight) => weight > 0);

function isTransform(given: unknown): boolean {
  if (!isObject(given) || (given.name !== "none" && given.name !== "log")) return false;
  const { mean, sd, scale } = given as Record<string, number>;
  return Number.isFinite(mean) && [sd, scale].every((x) => Number.isFinite(x) && x > 0);
}

/** Checks the notes as far as they are computed with. */
function checkNotes(note: unknown): Notes {
  const kept =
    isObject(note) &&
    isNotes(note) &&
    areModels(note.members) &&
    areWeights(note.weights, (note.members as unknown[]).length) &&
    isTransform(note.transform);
  if (kept) return note as unknown as Notes;
  throw new DataError(
    `${WHO}: the header holds a series without name, season, transform, members, their weights or scores`,
  );
}

/** One series with its models. */
async function readSeries(
  note: unknown,
  i: number,
  tensors: ReadonlyMap<string, Tensor>,
  setting: { seed: number; math: Elementwise },
): Promise<KnownSeries> {
  const checked = checkNotes(note);
  const members: Member[] = [];
  try {
    for (const [at, name] of checked.members.entries()) {
      const bytes = openNested(WHO, tensors, `model.${i}.${name}`);
      const weight = checked.weights[at];
      members.push({ name, weight, fitted: await forecastModels[name].load(bytes, setting) });
    }
    const { name, from, season, transform, scores, failures } = checked;
    const deviations = [...numbersOf(tensors, `deviations.${i}`, true)];
    const fitted = { season, transform, members, deviations, scores, failures };
    return { name, from, y: numbersOf(tensors, `series.${i}`, true), fitted };
  } catch (error) {
    members.forEach(({ fitted }) => fitted.dispose());
    throw error;
  }
}

function readScale(header: Record<string, unknown>): ForecasterState["inputScale"] {
  const given = isObject(header.inputScale) ? header.inputScale : {};
  const { names, means, sds } = given;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string"))
    throw new DataError(`${WHO}: the header names no inputs`);
  if (!isNumbers(means, names.length) || !isNumbers(sds, names.length) || !sds.every((sd) => sd > 0))
    throw new DataError(`${WHO}: the header has no scale for ${names.length} inputs`);
  return { names: names, means, sds };
}

function readState(
  header: Record<string, unknown>,
  tensors: ReadonlyMap<string, Tensor>,
): Omit<ForecasterState, "series"> {
  const inputScale = readScale(header);
  const columns = Object.fromEntries(
    inputScale.names.map((name, j) => [name, numbersOf(tensors, `input.${j}`, false)]),
  );
  const { moments } = header;
  const grains = ["year", "month", "day", "minute"];
  if (
    !Array.isArray(moments) ||
    !moments.every((m) => isObject(m) && Number.isFinite(m.ms) && grains.includes(m.grain as string))
  )
    throw new DataError(`${WHO}: the header has moments that are none`);
  return { inputScale, columns, moments: moments as ForecasterState["moments"] };
}

/** A forecaster's parts. Throws DataError on other bytes. */
export async function readForecaster(
  bytes: Uint8Array | ArrayBuffer,
  math: Elementwise,
): Promise<{ rules: ForecasterRules; state?: ForecasterState }> {
  const { spec: header, tensors } = readTensors(bytes, WHO);
  if (header.model !== KIND)
    throw new DataError(`${WHO}: the file holds ${JSON.stringify(header.model ?? null)}, want "${KIND}"`);
  const series: KnownSeries[] = [];
  try {
    const rules = readForecasterSpec(WHO, header.spec as ForecasterSpec);
    if (header.series === undefined) return { rules };
    if (!Array.isArray(header.series)) throw new DataError(`${WHO}: the header holds no list of series`);
    const state = readState(header, tensors);
    for (const [i, note] of header.series.entries())
      series.push(await readSeries(note, i, tensors, { seed: rules.seed, math }));
    return { rules, state: { ...state, series } };
  } catch (error) {
    for (const { fitted } of series) for (const member of fitted.members) member.fitted.dispose();
    const ofTheFile = [OptionError, ShapeError].some((type) => error instanceof type);
    throw ofTheFile ? new DataError((error as Error).message, { cause: error }) : error;
  }
}
