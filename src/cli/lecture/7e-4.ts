/**
 * The same net, fed with what a camera over the pen sees instead of the pen's moves: a sequence of small
 * images of the ink so far, the freshest darkest, and of the ink to come, as receptive fields take them in.
 * The lecture says that optical input works a bit better than the pen's coordinates, and the verdict asks no
 * less, of no more weights and of as many words. Half of the hands dot their i and cross their t when the
 * word is done, as most who write cursively do: in an image a dot is over its letter, to the pen it comes
 * many steps later. On written words: bench/results, handwriting-pen-image.txt.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { inkFeatures, type InkInput } from "../../handwriting/input.ts";
import { drawnWord, usualHand } from "../../handwriting/letters.ts";
import { BATCH, examples, learnToRead, pen } from "./read-drawn.ts";
import type { Run } from "./experiment.ts";
import { atMost, decide } from "./verdict.ts";
import { percentText } from "../progress.ts";

const images: InkInput = { kind: "fields", size: 60 };

/** LSTM units each way: those by images are fewer, since their steps have more values. */
const PEN_UNITS = 54;
const IMAGE_UNITS = 37;

/** Those who write, and the words that both inputs are judged by. */
const judged = { hand: { ...usualHand, late: 0.5 }, words: 1000 };

/** What either input came to. */
export interface Inputs {
  /** Label errors. */
  readonly pen: number;
  readonly image: number;
  /** Weights by images, in those by the pen. */
  readonly weights: number;
}

export const criteria = [
  atMost("label error by images", 0.15, ({ image }: Inputs) => image),
  atMost("label error by images - by the pen", 0, ({ image, pen: byPen }: Inputs) => image - byPen),
  atMost("weights by images ÷ by the pen", 1, ({ weights }: Inputs) => weights),
];

export const run: Run = async (context) => {
  context.log(
    "The same words twice: once as moves of the pen, once as small images of the ink around it, which " +
      "fades behind the pen. Half of the hands dot their i and cross their t when the word is done.",
  );
  const byPen = await learnToRead({ ...judged, input: pen, units: PEN_UNITS, to: 0.4 }, context);
  const byImage = await learnToRead({ ...judged, input: images, units: IMAGE_UNITS, from: 0.4 }, context);
  context.log(`By the pen: ${examples(byPen.readings)}.`);
  context.log(`By images: ${examples(byImage.readings)}.`);
  const numbers = {
    "words that each learned from": byPen.losses.length * BATCH,
    "label error by the pen": byPen.error,
    "label error by images": byImage.error,
    "weights by the pen": byPen.net.size,
    "weights by images": byImage.net.size,
  };
  const weights = byImage.net.size / byPen.net.size;
  byPen.net.dispose();
  byImage.net.dispose();
  const { input, width } = inkFeatures(drawnWord("little", true).points, images);
  const steps = input.length / width;
  const values = Float64Array.from(
    { length: input.length },
    (_, i) => input[(i % steps) * width + Math.floor(i / steps)],
  );
  return {
    numbers,
    ...decide(criteria, { pen: byPen.error, image: byImage.error, weights }),
    figure: svg(
      plot({
        title: "A word as the net sees it",
        note:
          "fields 0 to 14: moments of the ink behind the pen; 15 to 21: rungs from the line's top to " +
          `its foot; 22 to 27: ink to come; label error ${percentText(byImage.error)} by images, ` +
          `${percentText(byPen.error)} by the pen`,
        x: { label: "step" },
        y: { label: "receptive field" },
        width: 760,
        height: 320,
        marks: [{ kind: "raster", values, rows: width, columns: steps, x: [0, steps], y: [0, width] }],
      }),
    ),
  };
};
