/**
 * Nets that read handwriting, by name. Published weights: Graves et al. 2007 100,881; RNNLIB's hierarchical
 * net about 105,000.
 */
import { normal } from "../models/network/initializers.ts";
import { bidirectional, dense, dropout, subsample, delayTaps, type Layer } from "../models/network/layers.ts";
import { lstm } from "../models/network/recurrent-layers.ts";
import { OptionError, whole } from "../wasm/errors.ts";

/** What a net is made for. */
export interface NetSize {
  /** Outputs K: labels and the blank. */
  readonly classes: number;
  /** Share of activities dropped while training. Default 0. */
  readonly drop?: number;
  /**
   * Steps of rest behind the ink. A net that reads forwards sees so many steps side by side, so that it need
   * not remember what it is not yet to say. Default 0.
   */
  readonly ahead?: number;
  /** LSTM units of each level, one way, from the input on. Default: the recipe's own. */
  readonly units?: readonly number[];
}

/** A net in words and layers. */
interface NetRecipe {
  readonly about: string;
  /** Steps of the input that one step of the output stands for. */
  readonly stride: number;
  /** Steps of rest behind the ink, for nets that need time to answer. */
  readonly ahead: number;
  /** LSTM units of each level, one way, from the input on. */
  readonly units: readonly number[];
  /** Fewest levels. */
  readonly least: number;
  /** Most levels. */
  readonly most: number;
  layers(size: Required<NetSize>): readonly Layer[];
}

const dropouts = (drop: number): Layer[] => (drop > 0 ? [dropout(drop)] : []);

const small = normal(0.1);

/** Levels that see pairs of steps of what is below, joined. */
const JOINED = 2;

/** Fewest units of a tanh layer between two levels. */
const BETWEEN = 64;

/** Levels of bidirectional LSTM, of so many units each way, with a tanh layer between two. */
const hierarchy = ({ classes, drop, units }: Required<NetSize>): Layer[] => [
  ...units.flatMap((count, level) => [
    ...(level < JOINED ? [subsample({ steps: 2 })] : []),
    ...(level > 0 ? [dense(Math.max(BETWEEN, units[level - 1]), { activation: "tanh" })] : []),
    bidirectional(lstm(count)),
    ...dropouts(drop),
  ]),
  dense(classes),
];

/** The nets by name. */
export const handwritingNets = {
  hierarchical: {
    about: "levels of bidirectional LSTM, pairs of steps joined before the first two: the most accurate",
    stride: 4,
    ahead: 0,
    units: [48, 72],
    least: 2,
    most: 8,
    layers: hierarchy,
  },
  optical: {
    about: "hierarchical, narrower by what wider steps cost: as many weights where a step has 28 values",
    stride: 4,
    ahead: 0,
    units: [41, 66],
    least: 2,
    most: 8,
    layers: hierarchy,
  },
  graves: {
    about:
      "one bidirectional layer of 100 + 100 LSTM blocks with peepholes, all weights from N(0, 0.1), " +
      "as in Graves et al. 2007",
    stride: 1,
    ahead: 0,
    units: [100],
    least: 1,
    most: 1,
    layers: ({ classes, drop, units: [count] }) => [
      bidirectional(
        lstm(count, {
          peepholes: true,
          init: { input: small, recurrent: small, bias: small, peepholes: small },
        }),
      ),
      ...dropouts(drop),
      dense(classes, { init: { input: small, bias: small } }),
    ],
  },
  live: {
    about:
      "the forward halves of hierarchical: reads while one writes, says each character once, sees --ahead " +
      "steps behind the one that it answers for; begin it with --from, a reader of both directions",
    stride: 1,
    ahead: 8,
    units: [48, 72],
    least: 2,
    most: 2,
    layers: ({ classes, drop, ahead, units: [first, second] }) => [
      lstm(first),
      ...dropouts(drop),
      delayTaps(ahead + 2),
      dense(Math.max(BETWEEN, first), { activation: "tanh" }),
      lstm(second),
      ...dropouts(drop),
      dense(classes),
    ],
  },
} as const satisfies Record<string, NetRecipe>;

/** A name of one. */
export type HandwritingNet = keyof typeof handwritingNets;

/** The layers of a net. Throws OptionError for other levels than it can have. */
export function handwritingLayers(net: HandwritingNet, size: NetSize): readonly Layer[] {
  const recipe: NetRecipe = handwritingNets[net];
  const { units = recipe.units, drop = 0, ahead = 0, classes } = size;
  const { least, most } = recipe;
  if (units.length < least || units.length > most)
    throw new OptionError(
      `handwriting: the net ${net} is given units for ${units.length} levels, ` +
        `want ${least === most ? least : `${least} to ${most}`}, as in [${recipe.units.join(", ")}]`,
    );
  units.forEach((count) => whole("handwriting", "units", count, 1));
  return recipe.layers({ classes, drop, ahead, units });
}
