/** What a reservoir is: its options with their defaults, and lists of reservoirs that hear one another. */
import { inRange, knownOptions, oneOf, OptionError, show, whole } from "../../wasm/errors.ts";

/** What one reservoir is. */
export interface ReservoirOptions {
  /** N, units of the reservoir. Default 500. */
  readonly units?: number;
  /** Default "sparse". */
  readonly reservoir?: "sparse" | "orthogonal";
  /** Senders into each unit of a sparse reservoir. Default 10. */
  readonly incoming?: number;
  /**
   * Largest modulus of an eigenvalue of W. Default 0.95; an orthogonal reservoir has it in every direction,
   * default 1.
   */
  readonly spectralRadius?: number;
  /** In (0, 1]; smaller is slower. Default 1. */
  readonly leak?: number;
  /**
   * Weights from inputs: uniform in ±scale; from the N units of another reservoir, in ±scale/√N. Default 1.
   */
  readonly inputScale?: number;
  /** Weights from the constant 1: uniform in ±scale. Default 0. */
  readonly biasScale?: number;
  /** Weights from the outputs of the step before: uniform in ±scale. Default 0. */
  readonly feedbackScale?: number;
}

/** One of several reservoirs: what is left out is as in the net's spec. */
export interface EsnReservoir extends ReservoirOptions {
  /** Which of the inputs it hears, by their places from 0. Default: all. */
  readonly inputs?: readonly number[];
  /** The earlier reservoir, by its place from 0, whose states it hears instead of the inputs. */
  readonly hears?: number;
}

/** One of several, what was left out filled in. */
export type FullReservoir = Required<ReservoirOptions> & Pick<EsnReservoir, "inputs" | "hears">;

/** What a reservoir is unless the spec says otherwise; the radius is `usualRadius`. */
export const reservoirDefaults: Required<ReservoirOptions> = {
  units: 500,
  reservoir: "sparse",
  incoming: 10,
  spectralRadius: 0.95,
  leak: 1,
  inputScale: 1,
  biasScale: 0,
  feedbackScale: 0,
};

/** The spectral radius where none is given. */
export const usualRadius = (kind: ReservoirOptions["reservoir"]): number =>
  kind === "orthogonal" ? 1 : reservoirDefaults.spectralRadius;

/** Throws OptionError where an option is out of range. */
export function checkReservoir(who: string, full: Required<ReservoirOptions>): void {
  for (const name of ["units", "incoming"] as const) whole(who, name, full[name], 1);
  oneOf(who, "reservoir", full.reservoir, ["sparse", "orthogonal"]);
  for (const name of ["spectralRadius", "inputScale", "biasScale", "feedbackScale"] as const)
    inRange(who, name, full[name], 0);
  inRange(who, "leak", full.leak, Number.MIN_VALUE, 1);
}

/** The options of one reservoir among the others of a spec. */
function reservoirOptions(spec: ReservoirOptions): ReservoirOptions {
  const names = Object.keys(reservoirDefaults) as (keyof typeof reservoirDefaults)[];
  return Object.fromEntries(names.filter((name) => name in spec).map((name) => [name, spec[name]]));
}

/** Throws OptionError where a reservoir hears none that comes before it, or inputs that are not there. */
function checkHearing(who: string, { hears, inputs }: EsnReservoir, at: number, I: number): void {
  if (hears !== undefined && !(Number.isInteger(hears) && hears >= 0 && hears < at))
    throw new OptionError(`${who}.hears is ${show(hears)}, want the place of a reservoir before it, from 0`);
  if (inputs === undefined) return;
  if (hears !== undefined)
    throw new OptionError(`${who} hears reservoir ${hears} and inputs, want one of hears and inputs`);
  const isPlace = (place: unknown): boolean =>
    Number.isInteger(place) && Number(place) >= 0 && Number(place) < I;
  if (!Array.isArray(inputs) || inputs.length === 0 || !inputs.every(isPlace))
    throw new OptionError(`${who}.inputs are ${show(inputs)}, want places of inputs, 0 to ${I - 1}`);
}

/**
 * A list of reservoirs, each with what the spec says for all; I: columns of inputs. Throws OptionError.
 */
export function readReservoirs(
  who: string,
  list: readonly EsnReservoir[],
  spec: ReservoirOptions,
  I: number,
): FullReservoir[] {
  if (!Array.isArray(list) || list.length === 0)
    throw new OptionError(`${who}: reservoirs is ${show(list)}, want a list of at least one`);
  return list.map((own: EsnReservoir, at) => {
    const name = `${who}: reservoirs[${at}]`;
    knownOptions(name, own, [...Object.keys(reservoirDefaults), "inputs", "hears"]);
    const asked = { ...reservoirOptions(spec), ...own };
    const full = { ...reservoirDefaults, spectralRadius: usualRadius(asked.reservoir), ...asked };
    checkReservoir(name, full);
    checkHearing(name, full, at, I);
    return full;
  });
}
