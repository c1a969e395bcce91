/**
 * The same net, fed with the columns of small images instead of the pen's moves. The lecture says that
 * optical input works a bit better than the pen's coordinates, and the verdict asks no less.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { inkFeatures } from "../../handwriting/input.ts";
import { drawnWord } from "../../handwriting/letters.ts";
import { examples, images, learnToRead, pen } from "./read-drawn.ts";
import type { Run } from "./experiment.ts";
import { atMost, decide } from "./verdict.ts";

/** Label errors of one kind of net with either input. */
export interface Inputs {
  readonly pen: number;
  readonly image: number;
}

export const criteria = [
  atMost("label error by images", 0.15, ({ image }: Inputs) => image),
  atMost("label error by images - by the pen", 0, ({ image, pen: byPen }: Inputs) => image - byPen),
];

export const run: Run = async (context) => {
  context.log("The same words twice: once as moves of the pen, once as images, a column of 32 cells a step.");
  const byPen = await learnToRead(pen, context, 0, 0.5);
  const byImage = await learnToRead(images, context, 0.5, 1);
  context.log(`By the pen: ${examples(byPen.readings)}.`);
  context.log(`By images: ${examples(byImage.readings)}.`);
  const numbers = {
    "label error by the pen": byPen.error,
    "label error by images": byImage.error,
    "weights by the pen": byPen.net.size,
    "weights by images": byImage.net.size,
  };
  byPen.net.dispose();
  byImage.net.dispose();
  const { input, width } = inkFeatures(drawnWord("unrolled").points, images);
  const columns = input.length / width;
  const values = Float64Array.from(
    { length: input.length },
    (_, i) => input[(i % columns) * width + width - 1 - Math.floor(i / columns)],
  ); // first row at the bottom
  return {
    numbers,
    ...decide(criteria, { pen: byPen.error, image: byImage.error }),
    figure: svg(
      plot({
        title: "A word as the net sees it",
        note:
          `one column a step; label error ${(100 * byImage.error).toFixed(1)}% by ` +
          `images, ${(100 * byPen.error).toFixed(1)}% by the pen`,
        x: { label: "step" },
        y: { label: "cell" },
        width: 760,
        height: 260,
        marks: [{ kind: "raster", values, rows: width, columns, x: [0, columns], y: [0, width] }],
      }),
    ),
  };
};
