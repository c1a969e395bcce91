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

/** What a recognizer is made of. */
export interface Parts {
  readonly units: Units;
  readonly shape: WordStates;
  readonly components: number;
  readonly seed: number;
  /** Of the mixtures. */
  readonly hear: FrontEnd;
  /** Where a net tells the states apart. */
  readonly acoustic: AcousticNet | undefined;
}

/** The parts of a spec. Throws OptionError. */
export async function makeParts(who: string, spec: HybridRecognizerSpec): Promise<Parts> {
  knownOptions(who, spec, ["words", "rate", "emission", "states", "components", "cells", "stack", "seed"]);
  const units = new Units(who, { units: "words", words: spec?.words });
  const rate = sampleRate(who, spec.rate);
  const seed = seedOption(who, spec.seed ?? 1);
  const shape: WordStates = {
    words: units.labels.length,
    states: whole(who, "states", spec.states ?? 6, 2, 100),
  };
  const components = whole(who, "components", spec.components ?? 4, 1, 256);
  const cells = whole(who, "cells", spec.cells ?? 64, 1, 4096);
  const stack = whole(who, "stack", spec.stack ?? 2, 1, 20);
  const emission = oneOf(who, "emission", spec.emission ?? "net", ["net", "mixture"]);
  const acoustic =
    emission === "net"
      ? await AcousticNet.make({
          hearing: { rate, normalize: "level", deltas: 1, dither: DITHER },
          classes: stateCount(shape),
          units: cells,
          stack,
          front: FRONT,
          bothWays: true,
          learns: "time",
          drop: 0.3,
          seed,
        })
      : undefined;
  const hear = await frontEnd({ rate, cepstra: CEPSTRA, deltas: 2, normalize: "recording", dither: DITHER });
  return { units, shape, components, seed, hear, acoustic };
}
