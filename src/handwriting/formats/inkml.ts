/**
 * InkML (W3C 2011): `<trace>`s of points separated by commas, channels in the order of the trace format, X
 * and Y first by default. What they say is the annotation of type truth, label or normalizedLabel. Values may
 * be absolute, or first ('), second (") differences.
 */
import { broken, readText, type Folder } from "../../formats/folder.ts";
import { pointsOf, type Ink } from "./ink.ts";
import { tags } from "./xml.ts";

const truths = ["truth", "label", "normalizedLabel"];

/**
 * One number of a trace with its mark: absolute (! or none), first (') or second (") difference; "*" repeats,
 * "?" is unknown.
 */
const VALUE = /([!'"]?)\s*(-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\*|\?)/g;

function readTrace(text: string, x: number, y: number): [number, number][] | undefined {
  const points: [number, number][] = [];
  const marks: string[] = [];
  const value: number[] = [];
  const speed: number[] = [];
  for (const row of text.split(",")) {
    if (row.trim() === "") continue;
    let column = 0;
    for (const [, mark, digits] of row.matchAll(VALUE)) {
      if (mark) marks[column] = mark;
      const old = value[column] ?? 0;
      const v = Number(digits);
      if (digits === "*" || digits === "?") value[column] = old;
      else if (marks[column] === "'") value[column] = old + (speed[column] = v);
      else if (marks[column] === '"') value[column] = old + (speed[column] = (speed[column] ?? 0) + v);
      else {
        speed[column] = v - old;
        value[column] = v;
      }
      ++column;
    }
    if (column <= Math.max(x, y) || row.replace(VALUE, "").trim() !== "") return undefined;
    points.push([value[x], value[y]]);
  }
  return points;
}

/** The ink of one InkML file: all its traces as one sample. */
export async function readInkML(folder: Folder, file: string): Promise<Ink> {
  const strokes: [number, number][][] = [];
  const channels: string[] = [];
  let text = "";
  let found = truths.length;
  let type = "";
  let depth = 0;
  for (const tag of tags(folder, file, await readText(folder, file))) {
    if (tag.name === "traceGroup") depth += tag.end ? -1 : 1;
    if (!tag.end) {
      if (tag.name === "channel") channels.push(tag.attributes.name ?? "");
      if (tag.name === "annotation") type = tag.attributes.type ?? "";
      continue;
    }
    const rank = truths.indexOf(type);
    if (tag.name === "annotation" && depth === 0 && rank >= 0 && rank < found) {
      text = tag.text.trim();
      found = rank;
    }
    if (tag.name !== "trace") continue;
    const x = channels.length ? channels.indexOf("X") : 0;
    const y = channels.length ? channels.indexOf("Y") : 1;
    if (x < 0 || y < 0)
      throw broken(folder, file, tag.line, `channels ${channels.join(" ")}, want X and Y among them`);
    const points = readTrace(tag.text, x, y);
    if (!points)
      throw broken(folder, file, tag.line, `"${tag.text.trim().slice(0, 40)}" is no trace of points`);
    strokes.push(points);
  }
  if (strokes.every((stroke) => stroke.length === 0)) throw broken(folder, file, 1, "no traces with points");
  return { id: file, text, points: pointsOf(strokes) };
}
