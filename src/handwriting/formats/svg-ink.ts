/**
 * Ink in SVG: the paths, polylines and lines of a drawing, with the transforms around them (matrix,
 * translate, scale). Rotations and skews come as matrices or are refused.
 */
import { DataError } from "../../wasm/errors.ts";
import { isCoordinate } from "../ink.ts";
import { textOf, type FileContent } from "./content.ts";
import { DrawnStrokes, type DrawnStroke } from "./drawn-strokes.ts";
import { drawPath } from "./svg-path.ts";
import { tags, type Tag } from "./xml.ts";

/** x' = a·x + c·y + e, y' = b·x + d·y + f. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
const product = ([a, b, c, d, e, f]: Matrix, [p, q, r, s, t, u]: Matrix): Matrix => [
  a * p + c * q,
  b * p + d * q,
  a * r + c * s,
  b * r + d * s,
  a * t + c * u + e,
  b * t + d * u + f,
];

const TRANSFORM = /\s*,?\s*([A-Za-z]+)\s*\(([^()]*)\)/y;

/** One function of a transform; undefined where it is none that can be. */
function matrixOf(name: string, v: readonly number[]): Matrix | undefined {
  if (v.some((value) => !isCoordinate(value))) return undefined;
  if (name === "matrix" && v.length === 6) return v as unknown as Matrix;
  if (name === "translate" && (v.length === 1 || v.length === 2)) return [1, 0, 0, 1, v[0], v[1] ?? 0];
  if (name === "scale" && (v.length === 1 || v.length === 2)) return [v[0], 0, 0, v[1] ?? v[0], 0, 0];
  return undefined;
}

const numbers = (text: string): number[] =>
  text
    .trim()
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .map(Number);

function transformOf(text: string, fail: (what: string) => DataError): Matrix {
  let all = IDENTITY;
  TRANSFORM.lastIndex = 0;
  const trimmed = text.trim();
  while (TRANSFORM.lastIndex < trimmed.length) {
    const match = TRANSFORM.exec(trimmed);
    const one = match && matrixOf(match[1], numbers(match[2]));
    if (!one) throw fail(`the transform "${text.slice(0, 60)}", want matrix, translate or scale`);
    all = product(all, one);
  }
  return all;
}

/** The points of an element that draws, before its transform. */
function draw(
  { name, attributes }: Tag,
  to: (x: number, y: number) => void,
  lift: () => void,
): string | undefined {
  if (name === "path") return drawPath(attributes.get("d") ?? "", { to, lift });
  const list =
    name === "line"
      ? ["x1", "y1", "x2", "y2"].map((key) => Number(attributes.get(key) ?? 0))
      : numbers(attributes.get("points") ?? "");
  if (list.length % 2 !== 0) return `${list.length} numbers of points, want pairs`;
  for (let i = 0; i < list.length; i += 2) to(list[i], list[i + 1]);
  return undefined;
}

const DRAWING = new Set(["path", "polyline", "line"]);
/** What is drawn elsewhere, or not at all. */
const HIDDEN = new Set(["defs", "clipPath", "mask", "symbol", "marker", "pattern"]);

/** The strokes of an SVG drawing, given as text or bytes. Throws DataError on other files. */
export function readSvgInk(content: FileContent): DrawnStroke[] {
  const text = textOf("readSvgInk", content);
  const fail = (what: string): DataError => new DataError(`readSvgInk: ${what}`);
  const strokes = new DrawnStrokes(fail);
  const around: Matrix[] = [IDENTITY];
  let hidden = 0;
  let isSvg = false;
  for (const tag of tags(text, (line, what) => fail(`line ${line}: ${what}`))) {
    isSvg ||= tag.name === "svg";
    if (HIDDEN.has(tag.name)) hidden += tag.end ? -1 : 1;
    if (tag.end) {
      around.pop();
      continue;
    }
    const lineFail = (what: string): DataError => fail(`line ${tag.line}: ${what}`);
    const [a, b, c, d, e, f] = product(
      around[around.length - 1] ?? IDENTITY,
      transformOf(tag.attributes.get("transform") ?? "", lineFail),
    );
    around.push([a, b, c, d, e, f]);
    if (hidden > 0 || !DRAWING.has(tag.name)) continue;
    const to = (x: number, y: number): void => strokes.add(a * x + c * y + e, b * x + d * y + f);
    const fault = draw(tag, to, () => strokes.lift());
    if (fault !== undefined) throw lineFail(fault);
    strokes.lift();
  }
  if (!isSvg) throw fail("no svg element, want a drawing");
  return strokes.all();
}
