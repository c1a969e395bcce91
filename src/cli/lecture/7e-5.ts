/**
 * The rows of the demonstration over one line of handwriting: what is read, memory cells, the pen, the
 * gradient at the inputs, when letters are said, and the errors by how long they wait. With UNROLLED_DATA (a
 * folder with iam-ondb in it) and UNROLLED_READER (a net of `unrolled train handwriting`) on a validation
 * line, else on a drawn word; what is said of nets that read forwards is measured on drawn words.
 */
import { join } from "node:path";
import { readingTrace, type ReadingTrace } from "../../handwriting/reading-trace.ts";
import { type Mark, type PlotOptions, plots } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import type { Ink } from "../../handwriting/ink.ts";
import type { Network } from "../../models/network/network.ts";
import { inkFeatures, type InkFeatures, type InkInput } from "../../handwriting/input.ts";
import type { Emission } from "../../inference/best-path.ts";
import { editDistance } from "../../inference/edit-distance.ts";
import { drawnWord } from "../../handwriting/letters.ts";
import { readHandwriting } from "../../handwriting/read-folder.ts";
import { scriptOf } from "../../handwriting/script.ts";
import { diskFolder } from "../disk.ts";
import { loadModel } from "../open-model.ts";
import { delayNumbers, errorRow, errorsByDelay } from "./delay-curve.ts";
import type { LectureContext, Run } from "./experiment.ts";
import {
  forwardCriteria,
  joinedUp,
  learnForwards,
  measureForwards,
  type Forwards,
  type Spoken,
} from "./read-forwards.ts";
import { mean } from "./mean.ts";
import { atLeast, atMost, decide, type Criterion } from "./verdict.ts";

const WIDTH = 900;
/** Share of the time that the net of the rows takes. */
const OWN = 0.3;
const CELLS = 24;

/** A context whose progress is that of a part. */
const partOf = (context: LectureContext, from: number, to: number): LectureContext => ({
  ...context,
  progress: (share, note) => context.progress(from + share * (to - from), note),
});

async function scene(context: LectureContext): Promise<{ net: Network; ink: Ink }> {
  const { UNROLLED_DATA: data, UNROLLED_READER: reader } = process.env;
  if (reader === undefined || data === undefined)
    return { net: await learnForwards(partOf(context, 0, OWN)), ink: joinedUp(drawnWord("unrolled")) };
  const lines = await readHandwriting(diskFolder(join(data, "iam-ondb")), {
    split: "valid",
    signal: context.signal,
    onNotice: context.log,
  });
  return { net: (await loadModel(reader)).net, ink: lines[context.seed % lines.length] };
}

/** The cells of the last layers whose states change most, one row each, in (-1, 1) by c/(1 + |c|). */
function cellRows({ cells }: ReadingTrace): { values: Float64Array; columns: number } {
  const last = cells.filter(({ stride }) => stride === cells[cells.length - 1].stride);
  const columns = last[0].states.length / last[0].units;
  const rows = last
    .flatMap(({ states, units }) =>
      Array.from({ length: units }, (_, j) => {
        const row = Float64Array.from(
          { length: columns },
          (__, s) => states[s * units + j] / (1 + Math.abs(states[s * units + j])),
        );
        return { row, moved: row.reduce((sum, v, s) => sum + (s > 0 ? (v - row[s - 1]) ** 2 : 0), 0) };
      }),
    )
    .sort((a, b) => b.moved - a.moved)
    .slice(0, CELLS);
  return { values: Float64Array.from(rows.flatMap(({ row }) => [...row])), columns };
}

/** Everything that the four rows show. */
interface Seen {
  readonly ink: Ink;
  readonly trace: ReadingTrace;
  readonly features: InkFeatures;
  readonly how: InkInput;
  /** Signs by label. */
  readonly signs: readonly string[];
}

const time = ({ stride }: ReadingTrace, s: number): number => s * stride;

/** Names of the axis upwards, by row. */
const UP = ["probability", "cell", "height", "gradient"];

const row = ({ steps }: ReadingTrace, title: string, height: number, marks: Mark[]): PlotOptions => ({
  title,
  width: WIDTH,
  height: height + 20,
  x: { label: "steps of the input", range: [0, steps] },
  y: { label: UP[Number(title[0]) - 1] },
  marks,
});

/** Row 1: the chance of any character, and the characters where they are recognized. */
function characters({ trace, signs }: Seen): PlotOptions {
  const { output, emissions } = trace;
  const K = signs.length + 1;
  const chance = Array.from({ length: output.length / K }, (_, s) => 1 - output[s * K + K - 1]);
  const x = chance.map((_, s) => time(trace, s));
  const names = emissions.map(({ label, from, to }): Mark => {
    const at = time(trace, (from + to) / 2);
    // at the end of the ink a character stands left of its place, where the frame does not cut it
    const anchor = at > 0.97 * trace.steps ? "end" : "middle";
    return { kind: "text", x: at, y: 0.5, text: signs[label], anchor };
  });
  return row(trace, "1. Characters, as they are recognized", 170, [
    { kind: "line", x, y: chance, label: "P(any character)" },
    ...names,
  ]);
}

/** Row 2, with what was measured of the forget gates. */
function memory({ trace }: Seen, { resets, resetsByChance }: Forwards): PlotOptions {
  const [r, chance] = [resets.toFixed(3), resetsByChance.toFixed(3)];
  const note = `resets and characters said: r = ${r}, by chance at most ${chance}`;
  const { values, columns } = cellRows(trace);
  const rows = values.length / columns;
  return row(trace, `2. Memory cells of the last layer; ${note}`, 240, [
    {
      kind: "raster",
      values,
      rows,
      columns,
      x: [0, time(trace, columns)],
      y: [0, rows],
      map: "diverging",
      range: [-1, 1],
    },
  ]);
}

/** Row 3: each stroke's height over the steps that read it. */
function penRow({ trace, features }: Seen): PlotOptions {
  const strokes: Mark[] = [];
  let from = 0;
  for (let t = 0; t < trace.steps; ++t) {
    if (features.straight[features.sources[t] * 3 + 2] !== 1) continue;
    const x = Array.from({ length: t + 1 - from }, (_, i) => from + i);
    const y = x.map((u) => -features.straight[features.sources[u] * 3 + 1]);
    strokes.push({ kind: "line", x, y, color: "#1c2733" });
    from = t + 1;
  }
  return row(trace, "3. The pen, in time", 200, strokes);
}

/** The emission whose class is the surest where it is recognized. */
function mostActive({ trace, signs }: Seen): Emission | undefined {
  const { emissions, output } = trace;
  const chance = emissions.map(({ label, from }) => output[from * (signs.length + 1) + label]);
  return emissions[chance.indexOf(Math.max(...chance))];
}

/** Row 4. */
function gradientRow(seen: Seen): PlotOptions {
  const { trace, how, signs } = seen;
  const active = mostActive(seen);
  const gradient = active ? trace.gradient(active) : new Float32Array(trace.steps * trace.width);
  const inputs =
    how.kind === "pen" || how.kind === "running"
      ? ["rightwards", "downwards", "pen lifted", "height"]
      : Array.from({ length: Math.min(4, trace.width) }, (_, i) => `row ${i}`);
  const x = Array.from({ length: trace.steps }, (_, t) => t);
  const marks = inputs.map((label, i): Mark => ({
    kind: "line",
    x,
    y: x.map((t) => gradient[t * trace.width + i]),
    label,
  }));
  const sign = active ? signs[active.label] : "";
  return row(trace, `4. Gradient at the inputs, of "${sign}"`, 220, marks);
}

/** Σ over steps chosen of what `size` says, and how many they are. */
function meanOver(steps: number, chosen: (s: number) => boolean, size: (s: number) => number): number {
  let sum = 0;
  let count = 0;
  for (let s = 1; s < steps; ++s)
    if (chosen(s)) {
      sum += size(s);
      ++count;
    }
  return count > 0 ? sum / count : NaN;
}

/** What the rows must show. */
export interface Demonstrated extends Forwards {
  /** Characters of the line that were read wrongly, over those written. */
  readonly wrong: number;
  /** Size of the surest character's gradient at the inputs near it, over that elsewhere. */
  readonly locality: number;
}

/**
 * What must be so: nine characters of ten are read, the gradient points at the ink of its character, and what
 * the lecture says of a net that reads forwards.
 */
export const demonstration: readonly Criterion<Demonstrated>[] = [
  atMost("characters read wrongly, of those of the line", 0.1, (m) => m.wrong),
  atLeast("gradient near the surest character, over elsewhere", 3, (m) => m.locality),
  ...forwardCriteria,
];

/** Row 5: how late each letter is said, against how open it was when its ink ended. */
function delayRow(spoken: readonly Spoken[], { hardness, hardnessByChance }: Forwards): PlotOptions {
  const letters = [...new Set(spoken.map(({ character }) => character))];
  const marks = letters.map((letter): Mark => {
    const some = spoken.filter(({ character }) => character === letter);
    const x = mean(some.map(({ entropy }) => entropy));
    return { kind: "text", x, y: mean(some.map(({ delay }) => delay)), text: letter, anchor: "middle" };
  });
  const [r, chance] = [hardness.toFixed(3), hardnessByChance.toFixed(3)];
  return {
    title: `5. Difficult decisions are delayed: r = ${r}, by chance at most ${chance}`,
    width: WIDTH,
    height: 260,
    x: { label: "nats open when the letter's ink ends" },
    y: { label: "steps until it is said" },
    marks,
  };
}

/** The mean size of a character's gradient at the inputs within a tenth of the ink of it, over elsewhere. */
function locality(trace: ReadingTrace, active: Emission): number {
  const gradient = trace.gradient(active);
  const size = (t: number): number => {
    let sum = 0;
    for (let i = 0; i < trace.width; ++i) sum += gradient[t * trace.width + i] ** 2;
    return Math.sqrt(sum);
  };
  const at = time(trace, (active.from + active.to) / 2);
  const isNear = (t: number): boolean => Math.abs(t - at) <= 0.1 * trace.steps;
  return meanOver(trace.steps, isNear, size) / meanOver(trace.steps, (t) => !isNear(t), size);
}

/** What is measured of the net of the rows, or of one of its own where another reader was given. */
async function forwards(context: LectureContext, net: Network): Promise<ReturnType<typeof measureForwards>> {
  if (scriptOf(net).input.kind === "running") return measureForwards(net, context);
  const own = await learnForwards(partOf(context, 0, OWN));
  try {
    return measureForwards(own, context);
  } finally {
    own.dispose();
  }
}

export const run: Run = async (context) => {
  const { net, ink } = await scene(context);
  const { alphabet, input: how } = scriptOf(net);
  const { measured, spoken, right } = await forwards(context, net);
  const errors = await errorsByDelay(partOf(context, OWN, 1));
  const features = inkFeatures(ink.points, how);
  const seen: Seen = { ink, how, features, trace: readingTrace(net, features.input), signs: [...alphabet] };
  const { trace, signs } = seen;
  const text = trace.emissions.map(({ label }) => signs[label]).join("");
  context.log(`Written: ${ink.text}. Read: ${text}.`);
  const rows = [
    characters(seen),
    memory(seen, measured),
    penRow(seen),
    gradientRow(seen),
    delayRow(spoken, measured),
    errorRow(errors, 6, WIDTH),
  ];
  const active = mostActive(seen);
  const written = [...(ink.text ?? "")];
  const shown: Demonstrated = {
    ...measured,
    wrong: editDistance(written, [...text]) / written.length,
    locality: active ? locality(trace, active) : NaN,
  };
  const numbers = {
    written: ink.text,
    read: text,
    steps: trace.steps,
    "steps of the output": trace.output.length / (signs.length + 1),
    "joined-up words read right, forwards": right,
    "mean steps until a character is said": mean(spoken.map(({ delay }) => delay)),
    "correlation of resets with characters said": shown.resets,
    "the same by chance, at most": shown.resetsByChance,
    "correlation of entropy with delay": shown.hardness,
    "the same by chance, at most ": shown.hardnessByChance,
    "most active character": active ? signs[active.label] : "",
    "its gradient near it / elsewhere": shown.locality,
    ...delayNumbers(errors),
  };
  trace.dispose();
  net.dispose();
  const { verdict, checks } = decide(demonstration, shown);
  return { numbers, verdict, checks, figure: svg(plots(rows, { title: text })) };
};
