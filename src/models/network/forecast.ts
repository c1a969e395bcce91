/**
 * What a net on reals says comes next: it reads `history`, then its own outputs as the next inputs. Where its
 * input is wider than its output, the columns behind the output are driving inputs that the caller knows.
 */
import { DataError, OptionError, ShapeError, knownOptions, whole } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import { flattenInput, realValues, type DataSpec } from "../../data/item.ts";
import { checkSteps, checkValues, flatten, type Sequence } from "../../data/sequence.ts";
import type { Reading } from "./reading.ts";

/** How to forecast. */
export interface ForecastOptions {
  /** [T,I] what the net reads first, at least one step. */
  readonly history: Sequence;
  /** [steps - 1 or more, I - O] the columns of the input that the net does not answer itself. */
  readonly inputs?: Sequence;
}

/** What a net forecasts. */
export interface NetworkForecast {
  /** [steps,O] the first row is the output at the last step of the history. */
  means: Floats;
}

/** The next `steps` outputs, each fed back as the next input. */
export function forecast(
  who: string,
  { engine, parts, stream: open }: Reading,
  steps: number,
  options: ForecastOptions,
): NetworkForecast {
  knownOptions(who, options, ["history", "inputs"]);
  whole(who, "steps", steps, 1);
  const { spec, loss } = parts;
  const { input: I, output: O } = spec;
  if (spec.target !== "reals" || loss.name === "bernoulli" || spec.symbols !== undefined || O > I)
    throw new OptionError(
      `${who}: the net reads ${spec.symbols === undefined ? I : "symbols"} and answers ${O} by loss ` +
        `"${loss.name}", want reals whose first columns are the net's own answers; or use sample`,
    );
  if (options?.history === undefined)
    throw new DataError(`${who}: history is missing, want at least one step of ${I} values`);
  const history = flattenInput(who, spec, options.history, "history");
  const inputs = drivingInputs(who, spec, options.inputs, { m: I - O, steps });
  const means = engine.precision === "float32" ? new Float32Array(steps * O) : new Float64Array(steps * O);
  const stream = open();
  try {
    let y: Floats | undefined;
    for (let t = 0; t < history.length; ++t)
      y = stream.step(Array.prototype.slice.call(history.input, t * I, (t + 1) * I) as number[]);
    for (let s = 0; s < steps; ++s) {
      means.set(y!, s * O);
      if (s + 1 < steps) y = stream.step([...y!, ...inputs.slice(s * (I - O), (s + 1) * (I - O))]);
    }
  } finally {
    stream.dispose();
  }
  return { means };
}

function drivingInputs(
  who: string,
  { precision }: DataSpec,
  given: Sequence | undefined,
  { m, steps }: { m: number; steps: number },
): number[] {
  if (m === 0) {
    if (given !== undefined)
      throw new ShapeError(`${who}: inputs were given to a net that answers all it reads; leave them out`);
    return [];
  }
  const field = `${who}: inputs`;
  if (given === undefined && steps === 1) return [];
  if (given === undefined) throw new DataError(`${field} are missing, want ${m} a step`);
  const flat = flatten(field, given, m);
  checkSteps(field, flat, m);
  checkValues(field, flat, realValues(precision));
  if (flat.length < (steps - 1) * m)
    throw new ShapeError(`${field} have ${flat.length / m} steps, want at least ${steps - 1}`);
  return Array.from(flat);
}
