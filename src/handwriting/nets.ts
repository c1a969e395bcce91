/**
 * Nets that read handwriting, by name. Published weights: Graves et al. 2007 100,881; RNNLIB's hierarchical
 * net about 105,000.
 */
import { normal } from "../models/network/initializers.ts";
import {
  bidirectional,
  dense,
  dropout,
  lstm,
  subsample,
  delayTaps,
  type Layer,
} from "../models/network/layers.ts";

/** Makes the layers for K outputs: labels and blank. `drop`: share of activities dropped while training. */
interface NetRecipe {
  readonly about: string;
  /** Steps joined into one in all. */
  readonly joined: number;
  /** Steps of rest behind the ink, for nets that need time to answer. */
  readonly ahead: number;
  layers(K: number, drop: number): readonly Layer[];
}

const kept = (drop: number): Layer[] => (drop > 0 ? [dropout(drop)] : []);

const small = normal(0.1);

export const handwritingNets = {
  hierarchical: {
    about: "two levels of bidirectional LSTM, pairs of steps joined before each: the most accurate",
    joined: 4,
    ahead: 0,
    layers: (K, drop) => [
      subsample({ steps: 2 }),
      bidirectional(lstm(48)),
      ...kept(drop),
      subsample({ steps: 2 }),
      dense(64, { activation: "tanh" }),
      bidirectional(lstm(72)),
      ...kept(drop),
      dense(K),
    ],
  },
  graves: {
    about:
      "one bidirectional layer of 100 + 100 LSTM blocks with peepholes, all weights from N(0, 0.1), " +
      "as in Graves et al. 2007",
    joined: 1,
    ahead: 0,
    layers: (K, drop) => [
      bidirectional(
        lstm(100, {
          peepholes: true,
          init: { input: small, recurrent: small, bias: small, peepholes: small },
        }),
      ),
      ...kept(drop),
      dense(K, { init: { input: small, bias: small } }),
    ],
  },
  live: {
    about:
      "one direction only, eight points at a time: reads while one writes, and answers up to eight " +
      "points late",
    joined: 1,
    ahead: 8,
    layers: (K, drop) => [
      delayTaps(8),
      dense(48, { activation: "tanh" }),
      lstm(128),
      ...kept(drop),
      dense(K),
    ],
  },
} as const satisfies Record<string, NetRecipe>;

export type HandwritingNet = keyof typeof handwritingNets;
