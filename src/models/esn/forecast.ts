/**
 * What comes after a history: outputs go back as feedback or, in a net without feedback and with as many
 * outputs as inputs, become the next input.
 */
import { flattenInput, type DataSpec } from "../../data/item.ts";
import type { Sequence } from "../../data/sequence.ts";
import { NumericError, OptionError, ShapeError } from "../../wasm/errors.ts";
import type { EsnStream } from "./stream.ts";

/** How to run on. */
export interface EsnForecastOptions {
  /** [T,O] outputs of the time before, which the net hears first. */
  readonly history: Sequence;
  /** [T+steps,I] inputs over history and future, where the net has both inputs and feedback. */
  readonly inputs?: Sequence;
}

/** What a net forecasts. */
export interface EsnForecast {
  /** [steps,O] */
  means: Float64Array;
}

/** Throws where a net of these widths cannot run on, or inputs are missing or too many. */
function check(
  who: string,
  { input: I, output: O, symbols }: DataSpec,
  feedback: boolean,
  inputs: boolean,
): void {
  if (!feedback && (I !== O || symbols !== undefined))
    throw new OptionError(
      `${who}: ${I} inputs and ${O} outputs without feedback, want as many reals in as out, or feedbackScale`,
    );
  if ((feedback && I > 0) !== inputs)
    throw new OptionError(
      `${who}: inputs are ${inputs ? "given" : "missing"}, want them just where the ` +
        "net has inputs and feedback",
    );
}

const row = (x: ArrayLike<number>, t: number, width: number): number[] =>
  Array.from({ length: width }, (_, j) => x[t * width + j]);

/** The next `steps` outputs [steps,O]. Throws NumericError where the run leaves the finite numbers. */
export function runOn(
  stream: EsnStream,
  data: DataSpec,
  feedback: boolean,
  steps: number,
  { history, inputs }: EsnForecastOptions,
): Float64Array {
  const who = "esn.forecast";
  const { input: I, output: O } = data;
  const outputs = { ...data, input: O, symbols: undefined };
  const { length: T, input: past } = flattenInput(who, outputs, history, "history");
  check(who, data, feedback, inputs !== undefined);
  const given = inputs && flattenInput(who, data, inputs, "inputs");
  if (given && given.length !== T + steps)
    throw new ShapeError(`${who}: inputs have ${given.length} steps, want ${T + steps}, history and future`);
  const out = new Float64Array(steps * O);
  const first = feedback ? T : T - 1; // without feedback, the output at t is the value of t + 1
  let y: ArrayLike<number> = [];
  const hears = (t: number): ArrayLike<number> => {
    if (given) return row(given.input, t, I);
    if (feedback) return [];
    return t < T ? row(past, t, O) : y;
  };
  for (let t = 0; t < first + steps; ++t) {
    y = stream.step(hears(t));
    if (!Array.prototype.every.call(y, Number.isFinite))
      throw new NumericError(
        `${who}: the run leaves the finite numbers at step ${t - first}; fit with a larger ridge`,
      );
    if (feedback && t < T) stream.force(row(past, t, O));
    if (t >= first) out.set(y, (t - first) * O);
  }
  return out;
}
