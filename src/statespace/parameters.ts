/** Parameters by name: what they may be, where a search for them begins, and its free coordinates. */
import { OptionError, inRange, knownOptions, oneOf, show } from "../wasm/errors.ts";

/** What a parameter may be: any number, a number of at least 0, or one between two others. */
export interface ParameterOptions {
  /** "real", or "variance", which is at least 0 and is searched by its root. Default "real". */
  readonly kind?: "real" | "variance";
  /** Two numbers that a real one lies between. Default none. */
  readonly between?: readonly [number, number];
  /**
   * Where the search begins; the value of a parameter that is fixed. Default 0, the middle of `between`, and
   * half of the outputs' variance for a variance.
   */
  readonly start?: number;
  /** Whether it keeps `start`. Default false. */
  readonly fixed?: boolean;
}

/** A parameter's kind, or all of it. */
export type ParameterSpec = "real" | "variance" | ParameterOptions;

/** A checked parameter. */
export interface Parameter {
  readonly name: string;
  readonly kind: "real" | "variance";
  readonly between: readonly [number, number] | undefined;
  readonly start: number | undefined;
  readonly fixed: boolean;
}

/** Checks parameters. Throws OptionError. */
export function readParameters(who: string, specs: Readonly<Record<string, ParameterSpec>>): Parameter[] {
  if (specs === null || typeof specs !== "object" || Array.isArray(specs))
    throw new OptionError(
      `${who}: parameters is ${show(specs)}, want an object of names, such as { q: "variance" }`,
    );
  return Object.entries(specs).map(([name, spec]) =>
    readParameter(`${who}: parameters: ${name}`, name, spec),
  );
}

function readParameter(who: string, name: string, spec: ParameterSpec): Parameter {
  const options: ParameterOptions = typeof spec === "string" ? { kind: spec } : spec;
  knownOptions(who, options, ["kind", "between", "start", "fixed"]);
  const kind = oneOf(who, "kind", options.kind ?? "real", ["real", "variance"] as const);
  const { between, start, fixed = false } = options;
  if (typeof fixed !== "boolean")
    throw new OptionError(`${who}: fixed is ${show(fixed)}, want true or false`);
  if (fixed && start === undefined) throw new OptionError(`${who}: fixed without a value; say start`);
  if (between !== undefined) checkBetween(who, kind, between);
  const [low, high] = between ?? (kind === "variance" ? [0, Infinity] : [-Infinity, Infinity]);
  if (start !== undefined) inRange(who, "start", start, low, high);
  if (between && !fixed && (start === low || start === high))
    throw new OptionError(`${who}: start is ${start}, want a number inside ${low} to ${high}`);
  return { name, kind, between, start, fixed };
}

function checkBetween(who: string, kind: string, between: readonly number[]): void {
  const [low, high] = Array.isArray(between) ? (between as readonly number[]) : [];
  if (kind === "variance" || !(low < high) || !Number.isFinite(high - low))
    throw new OptionError(`${who}: between is ${show(between)}, want two numbers, the lower one first`);
}

/** One free coordinate: the value that it stands for, the coordinate of a value, and where it begins. */
interface Coordinate {
  readonly value: (x: number) => number;
  readonly start: number;
}

function coordinateOf({ kind, between, start }: Parameter, variance: number): Coordinate {
  if (between) {
    const [low, high] = between;
    const r = start === undefined ? 0 : (2 * (start - low)) / (high - low) - 1;
    return {
      value: (x) => low + ((high - low) / 2) * (1 + x / Math.sqrt(1 + x * x)),
      start: r / Math.sqrt(1 - r * r),
    };
  }
  if (kind === "real") {
    const unit = Math.abs(start ?? 0) || 1;
    return { value: (x) => x * unit, start: (start ?? 0) / unit };
  }
  const unit = start || variance / 2 || 1;
  return { value: (x) => x * x * unit, start: 1 };
}

/** Free coordinates of parameters beside data whose outputs have a variance. */
export class Coordinates {
  readonly #parameters: readonly Parameter[];
  readonly #free: readonly Coordinate[];
  /** Where a search begins. */
  readonly start: Float64Array;

  constructor(parameters: readonly Parameter[], variance: number) {
    this.#parameters = parameters;
    this.#free = parameters.filter(({ fixed }) => !fixed).map((one) => coordinateOf(one, variance));
    this.start = Float64Array.from(this.#free, ({ start }) => start);
  }

  /** Of a variance that is free: its coordinate, and the variance of a size of that. */
  root(i: number): { at: number; variance: (size: number) => number } | undefined {
    const { kind, fixed } = this.#parameters[i];
    if (kind !== "variance" || fixed) return undefined;
    const at = this.#parameters.slice(0, i).filter((one) => !one.fixed).length;
    return { at, variance: this.#free[at].value };
  }

  /** The values of all parameters, in their order. */
  readonly natural = (x: Float64Array): Float64Array => {
    let at = 0;
    return Float64Array.from(this.#parameters, ({ fixed, start }) => {
      if (fixed) return start!;
      const { value } = this.#free[at];
      return value(x[at++]);
    });
  };
}

/** Values by name. */
export const named = (parameters: readonly Parameter[], values: ArrayLike<number>): Record<string, number> =>
  Object.fromEntries(parameters.map(({ name }, i) => [name, values[i]]));
