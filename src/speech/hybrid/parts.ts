/** What a recognizer by hidden Markov models is made of, by its spec. */
import { knownOptions, oneOf, seedOption, whole } from "../../wasm/errors.ts";
import { AcousticNet } from "../acoustic/acoustic-net.ts";
import { DITHER } from "../acoustic/recording.ts";
import { frontEnd, type FrontEnd } from "../front-end.ts";
import { sampleRate } from "../options.ts";
import { Units } from "../recognizer/units.ts";
import type { HybridRecognizerSpec } from "./spec.ts";
import { stateCount, type WordStates } from "./topology.ts";

const FRONT = 64; // units of the convolutions
const CEPSTRA = 13; // of the mixtures, with first and second differences

/** A spec, complete. */
export type HybridSpec = Required<HybridRecognizerSpec>;

/** What a recognizer is made of. */
export interface Parts {
  readonly spec: HybridSpec;
  readonly units: Units;
  readonly shape: WordStates;
  /** Of the mixtures. */
  readonly hear: FrontEnd;
  /** Where a net tells the states apart. */
  readonly acoustic: AcousticNet | undefined;
}

/** The spec, complete. Throws OptionError. */
export function readSpec(who: string, spec: HybridRecognizerSpec): HybridSpec {
  knownOptions(who, spec, ["words", "rate", "emission", "states", "components", "cells", "stack", "seed"]);
  return {
    words: new Units(who, { units: "words", words: spec.words }).labels,
    rate: sampleRate(who, spec.rate),
    emission: oneOf(who, "emission", spec.emission ?? "net", ["net", "mixture"]),
    states: whole(who, "states", spec.states ?? 6, 2, 100),
    components: whole(who, "components", spec.components ?? 4, 1, 256),
    cells: whole(who, "cells", spec.cells ?? 64, 1, 4096),
    stack: whole(who, "stack", spec.stack ?? 2, 1, 20),
    seed: seedOption(who, spec.seed ?? 1),
  };
}

/** The words and states of a spec. */
export const shapeOf = ({ words, states }: HybridSpec): WordStates => ({ words: words.length, states });

/** The net of a spec with fresh weights; none where mixtures tell the states apart. */
export const freshNet = async (spec: HybridSpec): Promise<AcousticNet | undefined> =>
  spec.emission === "net"
    ? AcousticNet.make({
        hearing: { rate: spec.rate, normalize: "level", deltas: 1, dither: DITHER },
        classes: stateCount(shapeOf(spec)),
        units: spec.cells,
        stack: spec.stack,
        front: FRONT,
        bothWays: true,
        learns: "time",
        drop: 0.3,
        seed: spec.seed,
      })
    : undefined;

/** The parts of a spec, with its net. */
export async function makeParts(
  who: string,
  spec: HybridSpec,
  acoustic: AcousticNet | undefined,
): Promise<Parts> {
  const { words, rate } = spec;
  const units = new Units(who, { units: "words", words });
  const hear = await frontEnd({ rate, cepstra: CEPSTRA, deltas: 2, normalize: "recording", dither: DITHER });
  return { spec, units, shape: shapeOf(spec), hear, acoustic };
}
