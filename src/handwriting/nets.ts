/**
 * Nets that read handwriting, by name. Published weights: Graves et al. 2007 100,881; RNNLIB's hierarchical
 * net about 105,000.
 */
import { normal } from "../models/network/initializers.ts";
import { bidirectional, dense, dropout, subsample, delayTaps, type Layer } from "../models/network/layers.ts";
import { lstm } from "../models/network/recurrent-layers.ts";

/** A net in words and layers. */
interface NetRecipe {
  readonly about: string;
  /** Steps of the input that one step of the output stands for. */
  readonly stride: number;
  /** Steps of rest behind the ink, for nets that need time to answer. */
  readonly ahead: number;
  /**
   * For K outputs, labels and blank; `drop`: share of activities dropped while training; `ahead`: steps of
   * rest behind the ink. A net that reads forwards sees so many steps side by side, so that it need not
   * remember what it is not yet to say.
   */
  layers(K: number, drop: number, ahead: number): readonly Layer[];
}

const dropouts = (drop: number): Layer[] => (drop > 0 ? [dropout(drop)] : []);

const small = normal(0.1);

/** Two levels of bidirectional LSTM of so many units each way, pairs of steps joined before each. */
const levels = (K: number, drop: number, first: number, second: number): Layer[] => [
  subsample({ steps: 2 }),
  bidirectional(lstm(first)),
  ...dropouts(drop),
  subsample({ steps: 2 }),
  dense(64, { activation: "tanh" }),
  bidirectional(lstm(second)),
  ...dropouts(drop),
  dense(K),
];

/** The nets by name. */
export const handwritingNets = {
  hierarchical: {
    about: "two levels of bidirectional LSTM, pairs of steps joined before each: the most accurate",
    stride: 4,
    ahead: 0,
    layers: (K, drop) => levels(K, drop, 48, 72),
  },
  optical: {
    about: "hierarchical, narrower by what wider steps cost: as many weights where a step has 22 values",
    stride: 4,
    ahead: 0,
    layers: (K, drop) => levels(K, drop, 42, 68),
  },
  graves: {
    about:
      "one bidirectional layer of 100 + 100 LSTM blocks with peepholes, all weights from N(0, 0.1), " +
      "as in Graves et al. 2007",
    stride: 1,
    ahead: 0,
    layers: (K, drop) => [
      bidirectional(
        lstm(100, {
          peepholes: true,
          init: { input: small, recurrent: small, bias: small, peepholes: small },
        }),
      ),
      ...dropouts(drop),
      dense(K, { init: { input: small, bias: small } }),
    ],
  },
  live: {
    about:
      "the forward halves of hierarchical: reads while one writes, says each character once, sees --ahead " +
      "steps behind the one that it answers for; begin it with --from, a reader of both directions",
    stride: 1,
    ahead: 8,
    layers: (K, drop, ahead) => [
      lstm(48),
      ...dropouts(drop),
      delayTaps(ahead + 2),
      dense(64, { activation: "tanh" }),
      lstm(72),
      ...dropouts(drop),
      dense(K),
    ],
  },
} as const satisfies Record<string, NetRecipe>;

/** A name of one. */
export type HandwritingNet = keyof typeof handwritingNets;
