/** How well a fitted net answers on what was held back, and whether it is stable. */
import type { DataSpec } from "../../data/item.ts";
import type { Esn } from "../../models/esn/esn.ts";
import { NumericError } from "../../wasm/errors.ts";
import type { Held } from "./pieces.ts";

/** Forecasts of a sequence, their starts evenly spaced over what was held back. */
const ORIGINS = 5;
/** Steps of the past that bring a net into the state from which it runs on. */
const WARM_UP = 500;
/**
 * Steps of the free run of the stability test, and how far from the mean it may go, in largest deviations.
 */
const FREE_STEPS = 1000;
const FREE_RANGES = 3;
/** A second run starts from a history that differs by this share of the standard deviation. */
const DISTURBED = 0.01;
/** What the answers after half of a sequence may differ by from those after all of it, in deviations. */
const FORGOTTEN = 0.05;

/** How a net is driven: by feedback, by its own outputs as next inputs, or by inputs that must be known. */
export interface Drive {
  readonly data: DataSpec;
  readonly feedback: boolean;
}

/** Whether a net can go on by itself: with feedback, or where its outputs are its next inputs. */
export const runsOn = ({ data, feedback }: Drive): boolean =>
  feedback || (data.symbols === undefined && data.target === "reals" && data.input === data.output);

/** Sums of squares, of errors and of deviations from the mean. */
class Squares {
  readonly #outputs: number;
  readonly #known: number[] = [];
  #errors = 0;

  constructor(outputs: number) {
    this.#outputs = outputs;
  }

  /** An answer [O] beside what it should be, at places of two arrays. */
  add(said: ArrayLike<number>, at: number, wanted: ArrayLike<number>, place: number): void {
    for (let o = 0; o < this.#outputs; ++o) {
      const gap = said[at + o] - wanted[place + o];
      this.#errors += gap * gap;
      this.#known.push(wanted[place + o]);
    }
  }

  /** √(errors/deviations); Infinity where an answer was no number, NaN where nothing was added. */
  relative(): number {
    const O = this.#outputs;
    const count = this.#known.length / O;
    let deviations = 0;
    for (let o = 0; o < O; ++o) {
      let mean = 0;
      for (let i = o; i < this.#known.length; i += O) mean += this.#known[i] / count;
      for (let i = o; i < this.#known.length; i += O) {
        const off = this.#known[i] - mean;
        deviations += off * off;
      }
    }
    const error = Math.sqrt(this.#errors / (deviations > 0 ? deviations : 1));
    return Number.isFinite(error) ? error : Infinity;
  }
}

/** Of one step: the net hears all inputs. */
function stepError(net: Esn, { data: { output: O } }: Drive, held: readonly Held[]): number {
  const squares = new Squares(O);
  const answers = net.predict(
    held.map(({ input, length }) => (input.length > 0 ? input : emptySteps(length))),
  );
  held.forEach(({ from, length, target, weight }, i) => {
    for (let t = from; t < length; ++t) if (weight[t] > 0) squares.add(answers[i], t * O, target, t * O);
  });
  return squares.relative();
}

/** A sequence of steps without inputs. */
const emptySteps = (length: number): number[][] => Array.from({ length }, () => []);

/** What `forecast` of a net goes on from at step `at`: the past, and inputs where they must be known. */
function pastOf({ data, feedback }: Drive, { input, target }: Held, at: number, steps: number) {
  const { input: I, output: O } = data;
  const from = Math.max(0, at - WARM_UP);
  if (!feedback) return { history: input.slice(from * I, (at + 1) * I) };
  const history = target.slice(from * O, at * O);
  return I > 0 ? { history, inputs: input.slice(from * I, (at + steps) * I) } : { history };
}

/** Of `horizon` steps: the net runs freely from several places. */
function runError(net: Esn, drive: Drive, held: readonly Held[], horizon: number): number {
  const O = drive.data.output;
  const squares = new Squares(O);
  for (const one of held) {
    const first = Math.max(1, one.from);
    const room = one.length - horizon - first;
    for (let k = 0; k < ORIGINS && room >= 0; ++k) {
      const at = first + Math.floor((k * room) / (ORIGINS - 1));
      const { means } = net.forecast(horizon, pastOf(drive, one, at, horizon));
      for (let h = 0; h < horizon; ++h) squares.add(means, h * O, one.target, (at + h) * O);
    }
  }
  return squares.relative();
}

/** The error on what was held back: of one step, or of free runs of `horizon` steps. */
export const heldError = (net: Esn, drive: Drive, held: readonly Held[], horizon: number): number =>
  horizon === 1 ? stepError(net, drive, held) : runError(net, drive, held, horizon);

/** Mean and standard deviation of all values, and the largest deviation. */
function momentsOf(x: Float64Array): { mean: number; sd: number; largest: number } {
  const mean = x.reduce((sum, v) => sum + v / x.length, 0);
  const squares = x.reduce((sum, v) => sum + (v - mean) * (v - mean), 0);
  const largest = x.reduce((max, v) => Math.max(max, Math.abs(v - mean)), 0);
  return { mean, sd: Math.sqrt(squares / x.length), largest };
}

/** Free runs from the end of a sequence, as it was and a little disturbed, stay near its values. */
function staysNear(net: Esn, drive: Drive, one: Held): boolean {
  const { mean, sd, largest } = momentsOf(one.target);
  const needsInputs = drive.feedback && drive.data.input > 0;
  const at = needsInputs ? one.length >> 1 : one.length - 1;
  if (at < 1) return true;
  const steps = needsInputs ? one.length - at : FREE_STEPS;
  return [0, DISTURBED * sd].every((off) => {
    const { history, ...rest } = pastOf(drive, one, at, steps);
    const { means } = net.forecast(steps, { ...rest, history: history.map((v) => v + off) });
    return means.every((v) => Math.abs(v - mean) <= FREE_RANGES * largest);
  });
}

/** The last answers to a sequence are those to its second half alone: what came before is forgotten. */
function forgets(net: Esn, { data }: Drive, { input, length, target }: Held): boolean {
  const half = length >> 1;
  const O = data.output;
  const [whole, end] = net.predict([input, input.slice(half * data.input)]);
  const allowed = FORGOTTEN * momentsOf(target).sd;
  const last = Math.max(1, Math.floor((length - half) / 10)) * O;
  return whole.slice(-last).every((v, i) => Math.abs(v - end[end.length - last + i]) <= allowed);
}

/** Whether a net is stable on the longest sequence: runs freely near it, or forgets how it began. */
export function isStable(net: Esn, drive: Drive, sequences: readonly Held[]): boolean {
  const longest = sequences.reduce((a, b) => (b.length > a.length ? b : a));
  try {
    return runsOn(drive) ? staysNear(net, drive, longest) : forgets(net, drive, longest);
  } catch (error) {
    if (error instanceof NumericError) return false; // the run left the finite numbers
    throw error;
  }
}
