/** Structural time series as families of systems: the blocks of their components, side by side. */
import { Matrix } from "../../inference/matrix-value.ts";
import type { Algebra } from "../../inference/matrix.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import { OptionError, knownOptions, show, whole } from "../../wasm/errors.ts";
import {
  autoregressiveBlock,
  cycleBlock,
  dummySeasonBlock,
  levelBlock,
  trigonometricSeasonBlock,
  type Block,
} from "./components.ts";
import type { Family, NamedParameter } from "./parametric.ts";
import { stationaryCovariance } from "./stationary-covariance.ts";
import { tellsApart } from "./tells-apart.ts";

/**
 * A season: its period in steps, and the pairs of sine and cosine in place of one state a step. Pairs that
 * turn too slowly for the first steps to tell all states apart start with 1e8 times the sum of all variances
 * in place of an infinite variance.
 */
export interface SeasonSpec {
  /** At least 2; a fraction, such as 365.25, is of pairs. */
  readonly period: number;
  /** Pairs, up to half of the period. Default: none for whole periods, at most 6 for others. */
  readonly harmonics?: number;
}

/** Which components a series has; noise is always there. */
export interface StructuralSpec {
  /** A level that walks. Default true. */
  readonly level?: boolean;
  /** A slope of the level. Default false. */
  readonly slope?: boolean;
  /** Whether the slope dies away. Default false. */
  readonly damped?: boolean;
  /**
   * Seasons by period, or by period and harmonics: [7, 365.25] is a week of one state a step (six that are
   * free) beside a year of six pairs. Default none.
   */
  readonly seasonal?: readonly (number | SeasonSpec)[];
  /** A stationary cycle. Default false. */
  readonly cycle?: boolean;
  /** m, inputs a step whose weights are estimated. Default 0. */
  readonly regression?: number;
  /** Order of a stationary autoregression. Default 0. */
  readonly autoregressive?: number;
  /** Of samples. Default 1. */
  readonly seed?: number;
}

const LARGEST_PERIOD = 1000;
const HARMONICS = 6;
/** Variance of a wide start, in sums of all variances: the rounding of what follows stays near 1e-8. */
const WIDE = 1e8;

function seasonBlock(who: string, season: number | SeasonSpec): Block {
  const isSpec = season !== null && typeof season === "object" && !Array.isArray(season);
  if (typeof season !== "number" && !isSpec)
    throw new OptionError(
      `${who}: seasonal has ${show(season)}, want periods as numbers, or as { period, harmonics }`,
    );
  const spec: SeasonSpec = typeof season === "number" ? { period: season } : season;
  knownOptions(`${who}: seasonal`, spec, ["period", "harmonics"]);
  const { period, harmonics } = spec;
  if (!(typeof period === "number" && period >= 2 && period <= LARGEST_PERIOD))
    throw new OptionError(
      `${who}: seasonal: period is ${show(period)}, want a number from 2 to ${LARGEST_PERIOD}`,
    );
  const half = Math.floor(period / 2);
  if (harmonics !== undefined)
    return trigonometricSeasonBlock(period, whole(who, "harmonics", harmonics, 1, half));
  if (Number.isInteger(period)) return dummySeasonBlock(period);
  return trigonometricSeasonBlock(period, Math.min(half, HARMONICS));
}

function flag(who: string, name: string, value: boolean): boolean {
  if (typeof value === "boolean") return value;
  throw new OptionError(`${who}: ${name} is ${show(value)}, want true or false`);
}

/** The level, with its slope, or nothing. */
function trendBlocks(who: string, { level = true, slope = false, damped = false }: StructuralSpec): Block[] {
  for (const [name, value] of Object.entries({ level, slope, damped })) flag(who, name, value);
  if (slope && !level) throw new OptionError(`${who}: slope is true without a level; say level: true`);
  if (damped && !slope) throw new OptionError(`${who}: damped is true without a slope; say slope: true`);
  return level ? [levelBlock({ slope, damped })] : [];
}

function seasonBlocks(who: string, { seasonal = [] }: StructuralSpec): Block[] {
  if (!Array.isArray(seasonal))
    throw new OptionError(`${who}: seasonal is ${show(seasonal)}, want an array of periods, as [12]`);
  const seasons = seasonal as readonly (number | SeasonSpec)[];
  const blocks = seasons.map((season) => seasonBlock(who, season));
  const periods = seasons.map((season) => (typeof season === "object" ? season?.period : season));
  const twice = periods.find((period, i) => periods.indexOf(period) < i);
  if (twice !== undefined)
    throw new OptionError(`${who}: seasonal has a period of ${twice} twice, want each once`);
  return blocks;
}

function readBlocks(who: string, spec: StructuralSpec): Block[] {
  const trend = trendBlocks(who, spec);
  const cycle = flag(who, "cycle", spec.cycle ?? false) ? [cycleBlock()] : [];
  const order = whole(who, "autoregressive", spec.autoregressive ?? 0, 0, 100);
  const rest = order > 0 ? [autoregressiveBlock(order)] : [];
  const seasons = seasonBlocks(who, spec);
  const blocks = [...trend, ...seasons, ...cycle, ...rest];
  const waves = seasons.filter(({ harmonics }) => harmonics !== undefined);
  if (waves.length === 0 || tellsApart(blocks.filter(({ initial }) => initial === "diffuse"))) return blocks;
  return blocks.map((block) => (waves.includes(block) ? { ...block, initial: "wide" } : block));
}

/** A structural family and its blocks, in the order of the state. */
export interface StructuralFamily extends Family {
  readonly blocks: readonly Block[];
}

/** Checks a spec. Throws OptionError. */
export function structuralFamily(who: string, spec: StructuralSpec): StructuralFamily {
  knownOptions(who, spec, [
    "level",
    "slope",
    "damped",
    "seasonal",
    "cycle",
    "regression",
    "autoregressive",
    "seed",
  ]);
  const blocks = readBlocks(who, spec);
  const input = whole(who, "regression", spec.regression ?? 0, 0, 100);
  if (blocks.length === 0)
    throw new OptionError(`${who}: no component is asked for, want a level, a season, a cycle or another`);
  const weights: NamedParameter[] = Array.from({ length: input }, (_, i) => ({
    name: `regression.${i + 1}`,
    kind: { input: i },
  }));
  const parameters: NamedParameter[] = [
    { name: "irregular", kind: "variance" },
    ...blocks.flatMap((block) => block.parameters),
    ...weights,
  ];
  return {
    who,
    blocks,
    parameters,
    input,
    varianceOnly:
      parameters.every(({ kind }) => kind === "variance") &&
      blocks.every(({ initial }) => initial === "diffuse"),
    constant: false,
    shifted: blocks.some(({ name, initial }) => name === "level" && initial === "diffuse")
      ? "diffuse"
      : "nothing",
    diffuse: blocks.reduce((sum, block) => sum + (block.initial === "diffuse" ? block.states : 0), 0),
    uncounted: 0,
    start: () => Float64Array.from([0.5, ...blocks.flatMap(({ start }) => start), ...weights.map(() => 0)]),
    natural(theta) {
      let at = 1;
      const values = blocks.flatMap((block) => {
        const size = block.start.length;
        at += size;
        return block.natural(theta.subarray(at - size, at));
      });
      return Float64Array.from([theta[0] * theta[0], ...values, ...theta.subarray(at)]);
    },
    system: (algebra, natural) => assemble(who, algebra, blocks, natural, input),
  };
}

/** The finite part of the covariance of a block's first state. */
function firstCovariance(
  who: string,
  { initial, states }: Block,
  { rows, variances, wide }: { rows: Matrix; variances: number[]; wide: number },
): Matrix {
  const { algebra } = rows;
  if (initial === "stationary") return stationaryCovariance(who, rows, Matrix.diagonal(algebra, variances));
  return Matrix.diagonal(algebra, Array<number>(states).fill(initial === "wide" ? wide : 0));
}

/** A, C, Q of all blocks along the diagonal, the noise R, and the start of each. */
function assemble(
  who: string,
  algebra: Algebra,
  blocks: readonly Block[],
  natural: Float64Array,
  input: number,
): LinearGaussian {
  const n = blocks.reduce((sum, { states }) => sum + states, 0);
  const A = new Float64Array(n * n);
  const P = new Float64Array(n * n);
  const noise: number[] = [];
  const infinite: number[] = [];
  const kinds = [undefined, ...blocks.flatMap(({ parameters }) => parameters.map(({ kind }) => kind))];
  const wide = kinds.reduce(
    (sum, kind, i) => sum + (i === 0 || kind === "variance" ? WIDE * natural[i] : 0),
    0,
  );
  let at = 0;
  let used = 1;
  for (const block of blocks) {
    const own = natural.subarray(used, used + block.parameters.length);
    const variances = block.noise(own);
    const rows = new Matrix(
      algebra,
      block.states,
      block.states,
      Float64Array.from(block.transition(own).flat()),
    );
    const start = firstCovariance(who, block, { rows, variances, wide });
    for (let i = 0; i < block.states; ++i) {
      if (block.initial === "diffuse") infinite.push(at + i);
      for (let j = 0; j < block.states; ++j) {
        A[(at + i) * n + at + j] = rows.at(i, j);
        P[(at + i) * n + at + j] = start.at(i, j);
      }
    }
    noise.push(...variances);
    at += block.states;
    used += block.parameters.length;
  }
  const all = Array.from({ length: n }, (_, i) => i);
  return {
    state: n,
    output: 1,
    input,
    A: new Matrix(algebra, n, n, A),
    B: Matrix.zeros(algebra, n, input),
    C: new Matrix(algebra, 1, n, Float64Array.from(blocks.flatMap(({ observation }) => observation))),
    D: new Matrix(algebra, 1, input, natural.slice(natural.length - input)),
    Q: Matrix.diagonal(algebra, noise),
    R: new Matrix(algebra, 1, 1, natural.slice(0, 1)),
    initial: {
      mean: Matrix.zeros(algebra, n, 1),
      covariance: new Matrix(algebra, n, n, P),
      W: Matrix.identity(algebra, n).part(all, infinite),
    },
  };
}
