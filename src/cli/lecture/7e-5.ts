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
import { inkFeatures } from "../../handwriting/input.ts";
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

export const run: Run = async (context) => {
  const { net, ink } = await scene(context);
  const { alphabet, input: how } = scriptOf(net);
  const features = inkFeatures(ink.points, how);
  const trace = readingTrace(net, features.input);
  const { emissions, output, stride, steps: T } = trace;
  const K = [...alphabet].length + 1;
  const text = emissions.map(({ label }) => [...alphabet][label]).join("");
  const time = (s: number): number => s * stride;
  const chance = emissions.map(({ label, from }) => output[from * K + label]);
  const active = chance.indexOf(Math.max(...chance));
  const gradient = emissions[active] ? trace.gradient(emissions[active]) : new Float32Array(T * trace.width);
  context.log(`Written: ${ink.text}. Read: ${text}.`);

  const x = Array.from({ length: T }, (_, t) => t);
  const row = (title: string, height: number, marks: Mark[], label = ""): Figure =>
    plot({ title, width: WIDTH, height, x: { range: [0, T] }, y: { label }, marks });
  const peak = Array.from({ length: output.length / K }, (_, s) => 1 - output[s * K + K - 1]);
  const { values, columns } = cellRows(trace);
  const strokes: Mark[] = [];
  for (let t = 0, from = 0; t < T; ++t) {
    if (features.straight[features.sources[t] * 3 + 2] !== 1) continue;
    const own = x.slice(from, t + 1);
    strokes.push({
      kind: "line",
      x: own,
      y: own.map((u) => -features.straight[features.sources[u] * 3 + 1]),
      color: "#1c2733",
    });
    from = t + 1;
  }
  const inputs =
    how.kind === "pen"
      ? ["rightwards", "downwards", "pen lifted", "height"]
      : Array.from({ length: trace.width }, (_, i) => `row ${i}`);
  const figure = panels(
    [
      row("1. Characters, as they are recognized", 170, [
        { kind: "line", x: peak.map((_, s) => time(s)), y: peak, label: "P(any character)" },
        ...emissions.map(({ label, from, to }): Mark => ({
          kind: "text",
          x: time((from + to) / 2),
          y: 0.5,
          text: [...alphabet][label],
          anchor: "middle",
        })),
      ]),
      row("2. Memory cells of the last layer", 240, [
        {
          kind: "raster",
          values,
          rows: values.length / columns,
          columns,
          x: [0, time(columns)],
          y: [0, values.length / columns],
          map: "diverging",
          range: [-1, 1],
        },
      ]),
      row("3. The pen, in time", 200, strokes),
      row(
        `4. Gradient at the inputs, of "${[...alphabet][emissions[active]?.label ?? -1] ?? ""}"`,
        220,
        inputs
          .slice(0, 4)
          .map((label, i): Mark => ({
            kind: "line",
            x,
            y: x.map((t) => gradient[t * trace.width + i]),
            label,
          })),
      ),
    ],
    { columns: 1, title: text },
  );
  const numbers = {
    written: ink.text,
    read: text,
    steps: T,
    "steps of the output": peak.length,
    "most active character": [...alphabet][emissions[active]?.label ?? -1] ?? "",
  };
  trace.dispose();
  net.dispose();
  return { numbers, verdict: text.length > 0, figure: svg(figure) };
};
