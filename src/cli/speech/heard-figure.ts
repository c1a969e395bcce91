/** A figure of sound: its spectrogram, and above it what was heard where. */
import { plot, type Mark } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { frontEnd, type Recording } from "../../speech/index.ts";

/** A word and its seconds. */
export interface Heard {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

const LOWEST = -14; // ln of the energies that are drawn darkest

/** The figure as SVG. */
export async function heardFigure({ samples, rate }: Recording, heard: readonly Heard[]): Promise<string> {
  const hear = await frontEnd({ rate, bands: 40 });
  try {
    const features = hear.features(samples);
    const F = hear.columns;
    const T = features.length / F;
    const values = Float64Array.from({ length: features.length }, (_, i) =>
      Math.max(LOWEST, features[(i % T) * F + Math.floor(i / T)]),
    );
    const seconds = samples.length / rate;
    const marks: Mark[] = [
      { kind: "raster", values, rows: F, columns: T, x: [0, seconds], y: [0, F], label: "ln energy" },
    ];
    for (const { word, from, to } of heard) {
      marks.push({ kind: "rule", x: from, color: "#fff" }, { kind: "rule", x: to, color: "#fff" });
      marks.push({ kind: "text", x: (from + to) / 2, y: F - 3, text: word, anchor: "middle" });
    }
    return svg(
      plot({
        title: "What was heard",
        x: { label: "seconds" },
        y: { label: "mel band" },
        marks,
        width: 760,
        height: 320,
      }),
    );
  } finally {
    hear.dispose();
  }
}
