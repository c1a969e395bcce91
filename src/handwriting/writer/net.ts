/** The net that writes: units with a window on the text, units behind them, and a mixture of moves. */
import { mixture } from "../../losses/optional/descriptions.ts";
import { dense } from "../../models/network/layers.ts";
import { softWindow } from "../../models/network/optional/soft-window-layer.ts";
import { lstm } from "../../models/network/recurrent-layers.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";
import { STEP } from "./steps.ts";
import { TEXT_LENGTH } from "./text.ts";

/** Gaussians of the window. */
const WINDOW = 8;

/** The net for an alphabet: `units` in either layer, `components` Gaussians of a move. */
export function writerSpec({
  alphabet,
  units,
  components,
}: {
  readonly alphabet: string;
  readonly units: number;
  readonly components: number;
}): NetworkSpec {
  const symbols = [...alphabet].length + 1;
  return {
    input: STEP,
    layers: [
      softWindow({ units, symbols, length: TEXT_LENGTH, components: WINDOW }),
      lstm(units),
      dense(1 + 6 * components),
    ],
    loss: mixture({ components, over: "pen" }),
  };
}
