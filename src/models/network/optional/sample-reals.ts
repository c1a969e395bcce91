/**
 * Sequences drawn from a net whose loss is a distribution of the next step (Graves 2013): each step is drawn
 * from what the net says of it, and read as the next input.
 */
import { OptionError, inRange, knownOptions, seedOption, whole } from "../../../wasm/errors.ts";
import type { Floats } from "../../../wasm/memory.ts";
import { Random } from "../../../wasm/random.ts";
import { streams } from "../../../wasm/streams.ts";
import { elementwise } from "../../../wasm/elementwise.ts";
import { flattenInput, targetColumns } from "../../../data/item.ts";
import type { Drawing } from "../../../losses/loss.ts";
import type { Reading } from "../reading.ts";
import type { SampleOptions } from "../sample.ts";

/** [length,D] drawn behind `history`. Throws OptionError for nets that do not read what they say. */
export function sampleReals(who: string, net: Reading, length: number, options: SampleOptions): Floats {
  knownOptions(who, options, ["history", "seed", "bias"]);
  const { engine, parts } = net;
  const { spec, loss } = parts;
  const { input: I, symbols } = spec;
  const D = targetColumns(spec);
  whole(who, "length", length, 0);
  const bias = inRange(who, "bias", options.bias ?? 0, 0);
  const seed = seedOption(who, options.seed ?? 1);
  if (symbols !== undefined || I !== D)
    throw new OptionError(
      `${who}: the net reads ${symbols === undefined ? `${I} numbers` : "symbols"} and draws ${D} a step, ` +
        "want a net that reads what it draws",
    );
  const history = flattenInput(who, spec, options.history ?? new Float64Array(I), "history");
  const source: Drawing = {
    random: new Random(engine, seed, streams.samples),
    exp: (x) => elementwise(engine, "mapExp", x),
    log: (x) => elementwise(engine, "mapLog", x),
  };
  const out = engine.precision === "float32" ? new Float32Array(length * D) : new Float64Array(length * D);
  const stream = net.stream();
  try {
    let y: Floats | undefined;
    const row = (t: number): number[] => Array.from({ length: I }, (_, i) => history.input[t * I + i]);
    for (let t = 0; t < history.length; ++t) y = stream.step(row(t));
    for (let t = 0; t < length; ++t) {
      const drawn = loss.draw!(y!, source, bias);
      out.set(drawn, t * D);
      if (t + 1 < length) y = stream.step(drawn);
    }
  } finally {
    stream.dispose();
  }
  return out;
}
