/**
 * The four rows of the demonstration over one line of handwriting: what is read, memory cells, the pen, and
 * the gradient at the inputs. With UNROLLED_DATA (a folder with iam-ondb in it) and UNROLLED_READER (a net of
 * `unrolled train handwriting`) on a validation line, else on a drawn word.
 */
import { join } from "node:path";
import { readingTrace, type ReadingTrace } from "../../handwriting/reading-trace.ts";
import { type Mark, plot } from "../../figures/plot.ts";
import { type Figure, panels, svg } from "../../figures/svg.ts";
import type { Ink } from "../../handwriting/ink.ts";
import type { Network } from "../../models/network/network.ts";
import { inkFeatures, type InkFeatures, type InkInput } from "../../handwriting/input.ts";
import type { Emission } from "../../inference/best-path.ts";
import { drawnWord } from "../../handwriting/letters.ts";
import { readHandwriting } from "../../handwriting/read-folder.ts";
import { scriptOf } from "../../handwriting/script.ts";
import { diskFolder } from "../disk.ts";
import { loadModel } from "../open-model.ts";
import type { LectureContext, Run } from "./experiment.ts";
import { learnToRead, pen } from "./read-drawn.ts";

const WIDTH = 900;
const CELLS = 24;

async function scene(context: LectureContext): Promise<{ net: Network; ink: Ink }> {
  const { UNROLLED_DATA: data, UNROLLED_READER: reader } = process.env;
  if (reader === undefined || data === undefined)
    return { net: (await learnToRead(pen, context)).net, ink: drawnWord("unrolled") };
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

const row = ({ steps }: ReadingTrace, title: string, height: number, marks: Mark[]): Figure =>
  plot({
    title,
    width: WIDTH,
    height: height + 20,
    x: { label: "steps of the input", range: [0, steps] },
    y: { label: UP[Number(title[0]) - 1] },
    marks,
  });

/** Row 1: the chance of any character, and the characters where they are recognized. */
function characters({ trace, signs }: Seen): Figure {
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

/** Row 2. */
function memory({ trace }: Seen): Figure {
  const { values, columns } = cellRows(trace);
  const rows = values.length / columns;
  return row(trace, "2. Memory cells of the last layer", 240, [
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
function penRow({ trace, features }: Seen): Figure {
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
function gradientRow(seen: Seen): Figure {
  const { trace, how, signs } = seen;
  const active = mostActive(seen);
  const gradient = active ? trace.gradient(active) : new Float32Array(trace.steps * trace.width);
  const inputs =
    how.kind === "pen"
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

export const run: Run = async (context) => {
  const { net, ink } = await scene(context);
  const { alphabet, input: how } = scriptOf(net);
  const features = inkFeatures(ink.points, how);
  const seen: Seen = { ink, how, features, trace: readingTrace(net, features.input), signs: [...alphabet] };
  const { trace, signs } = seen;
  const text = trace.emissions.map(({ label }) => signs[label]).join("");
  context.log(`Written: ${ink.text}. Read: ${text}.`);
  const rows = [characters(seen), memory(seen), penRow(seen), gradientRow(seen)];
  const active = mostActive(seen);
  const numbers = {
    written: ink.text,
    read: text,
    steps: trace.steps,
    "steps of the output": trace.output.length / (signs.length + 1),
    "most active character": active ? signs[active.label] : "",
  };
  trace.dispose();
  net.dispose();
  return { numbers, verdict: text.length > 0, figure: svg(panels(rows, { columns: 1, title: text })) };
};
