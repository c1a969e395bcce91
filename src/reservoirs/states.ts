/** The states that a reservoir goes through while it hears sequences. */
import { flattenInput } from "../data/item.ts";
import { each, listSequences, type Each, type Sequences } from "../data/sequence.ts";
import type { Esn } from "../models/esn/esn.ts";
import { Runner } from "../models/esn/runner.ts";
import { widthsOf } from "../models/esn/spec.ts";
import { OptionError, show } from "../wasm/errors.ts";
import { Arena } from "../wasm/memory.ts";

const WHO = "reservoirStates";

/**
 * The states [T,N] of a net's reservoirs after each step of each sequence, those of one reservoir beside
 * those of the next, from states of 0 and without noise: what the readout sees beside 1 and the inputs. A net
 * that hears its own outputs must have learned its readout. Throws DataError, ShapeError, OptionError and
 * DisposedError.
 */
export function reservoirStates<S extends Sequences>(net: Esn, inputs: S): Each<S, Float64Array> {
  if (typeof net?.spec?.units !== "number" || typeof net.stream !== "function")
    throw new OptionError(`${WHO}: net is ${show(net)}, want one that esn(spec) or esn.load(bytes) made`);
  const { engine, spec } = net;
  const { input: I, output: O, feedback, features: D } = widthsOf(spec);
  const readout = readoutOf(net, feedback > 0) ?? new Float64Array(D * O);
  const arena = new Arena(engine.memory, "reservoir states");
  const runner = new Runner(engine, spec);
  try {
    engine.memory.reals(runner.readout, D * O).set(readout);
    runner.changed();
    const { data, reservoirs } = runner;
    const items = Array.from(listSequences(WHO, inputs, data.input), (sequence, i) =>
      flattenInput(WHO, data, sequence, `sequence ${i}`),
    );
    const N = D - 1 - I;
    const row = arena.reals(N);
    const out = items.map(({ length }) => new Float64Array(length * N));
    for (const group of runner.groups(items))
      runner.drive(group, items, undefined, (t, alive) => {
        alive.forEach((i, b) => {
          reservoirs.copyStates(1, b, row, N);
          out[i].set(engine.memory.reals(row, N), t * N);
        });
        return feedback > 0 ? runner.read(alive.length) : undefined;
      });
    return each(inputs, out);
  } finally {
    runner.dispose();
    arena.dispose();
  }
}

/** What a net has learned; undefined where that is nothing yet, unless it `must`. */
function readoutOf(net: Esn, must: boolean): Float64Array | undefined {
  try {
    return net.parameters.readout;
  } catch (error) {
    if (error instanceof OptionError && !must) return undefined;
    throw error;
  }
}
