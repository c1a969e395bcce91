/**
 * Ink in SVG: the paths, polylines, polygons and lines of a drawing that are seen, under the transforms of
 * all that is around them. Shapes that no pen draws, such as rectangles and texts, are no ink; references and
 * sheets that would place or hide elements are refused.
 */
import { DataError } from "../../wasm/errors.ts";
import { textOf, type FileContent } from "./content.ts";
import { DrawnStrokes, type DrawnStroke } from "./drawn-strokes.ts";
import { lengthIn, quantities } from "./svg-numbers.ts";
import { drawPath, type PathPen } from "./svg-path.ts";
import { lengthOf, placeOf, WHOLE, type Place } from "./svg-place.ts";
import { placingProperty } from "./svg-style.ts";
import { tags, type Tag } from "./xml.ts";

type Fail = (what: string) => DataError;

/** Gives the points of a polyline or a polygon to a pen, one by one. */
function corners({ name, attributes }: Tag, pen: PathPen, fail: Fail): void {
  const text = attributes.get("points") ?? "";
  let first: readonly [number, number] | undefined;
  let x: number | undefined;
  for (const quantity of quantities(text)) {
    const value = lengthIn(quantity);
    if (value === undefined) throw fail(`points are "${text.slice(0, 60)}", want numbers`);
    if (x === undefined) x = value;
    else {
      first ??= [x, value];
      pen.to(x, value);
      x = undefined;
    }
  }
  if (x !== undefined) throw fail("an odd number of values in points, want pairs");
  if (name === "polygon" && first) pen.to(...first);
}

/** Gives an element's points, before its transform, to a pen. */
function draw(tag: Tag, pen: PathPen, fail: Fail): void {
  if (tag.name === "path") {
    const fault = drawPath(tag.attributes.get("d") ?? "", pen);
    if (fault !== undefined) throw fail(fault);
    return;
  }
  if (tag.name !== "line") return corners(tag, pen, fail);
  const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => lengthOf(tag, name, 0, fail));
  pen.to(x1, y1);
  pen.to(x2, y2);
}

const DRAWING = new Set(["path", "polyline", "polygon", "line"]);

/** Adds the strokes of an element where it is one that draws. */
function addElement(tag: Tag, { matrix, hidden, visible }: Place, strokes: DrawnStrokes, fail: Fail): void {
  if (hidden) return;
  if (tag.name === "use")
    throw fail("a use element, want the strokes themselves: replace references by what they name");
  if (!visible || !DRAWING.has(tag.name)) return;
  const [a, b, c, d, e, f] = matrix;
  const to = (x: number, y: number): void => strokes.add(a * x + c * y + e, b * x + d * y + f);
  draw(tag, { to, lift: () => strokes.lift() }, fail);
  strokes.lift();
}

/** Refuses a sheet by which elements are not where, or not what, their attributes say. */
function checkSheet(sheet: string, fail: Fail): void {
  const property = placingProperty(sheet);
  if (property === undefined) return;
  throw fail(`a style sheet with ${property}, want transforms and visibility in attributes of the elements`);
}

/** The strokes of an SVG drawing, given as text or bytes. Throws DataError on other files. */
export function readSvgInk(content: FileContent): DrawnStroke[] {
  const text = textOf("readSvgInk", content);
  const fail: Fail = (what) => new DataError(`readSvgInk: ${what}`);
  const strokes = new DrawnStrokes(fail);
  const around: Place[] = [WHOLE];
  let isSvg = false;
  for (const tag of tags(text, (line, what) => fail(`line ${line}: ${what}`))) {
    const lineFail: Fail = (what) => fail(`line ${tag.line}: ${what}`);
    isSvg ||= tag.name === "svg";
    if (tag.end) {
      around.pop();
      if (tag.name === "style") checkSheet(tag.text, lineFail);
      continue;
    }
    const place = placeOf(tag, around[around.length - 1], around.length - 1, lineFail);
    around.push(place);
    addElement(tag, place, strokes, lineFail);
  }
  if (!isSvg) throw fail("no svg element, want a drawing");
  return strokes.all();
}
