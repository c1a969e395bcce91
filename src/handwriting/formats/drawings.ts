/**
 * Files of drawing programs: Excalidraw (elements of type freedraw, whose points count from the element's
 * place) and tldraw (shapes of type draw in segments of points, which count from the shape's place and those
 * of the shapes around it).
 */
import { isObject, parseObject } from "../../formats/json.ts";
import { DataError } from "../../wasm/errors.ts";
import { textOf, type FileContent } from "./content.ts";
import { DrawnStrokes, type DrawnStroke } from "./drawn-strokes.ts";

const isNumber = (value: unknown): value is number => typeof value === "number";

/** The strokes of an Excalidraw file, given as text or bytes. Throws DataError on other files. */
export function readExcalidraw(content: FileContent): DrawnStroke[] {
  const text = textOf("readExcalidraw", content);
  const fail = (what: string): DataError => new DataError(`readExcalidraw: ${what}, want an Excalidraw file`);
  const { elements } = parseObject(text, fail);
  if (!Array.isArray(elements)) throw fail("no elements");
  const strokes = new DrawnStrokes(fail);
  for (const element of elements as unknown[]) {
    if (!isObject(element) || element.type !== "freedraw" || element.isDeleted === true) continue;
    const { x, y, points } = element;
    if (!isNumber(x) || !isNumber(y) || !Array.isArray(points))
      throw fail("a freedraw without place or points");
    for (const point of points as unknown[]) {
      const [dx, dy] = Array.isArray(point) ? (point as unknown[]) : [];
      strokes.add(isNumber(dx) ? x + dx : dx, isNumber(dy) ? y + dy : dy);
    }
    strokes.lift();
  }
  return strokes.all();
}

/** Deepest nesting of shapes. */
const MAX_DEPTH = 50;

/** Where a shape's own (0, 0) is on the page: its place and those around it. */
function placeOf(
  shape: Record<string, unknown>,
  shapes: ReadonlyMap<unknown, Record<string, unknown>>,
  fail: (what: string) => DataError,
): [number, number] {
  let [x, y] = [0, 0];
  let at: Record<string, unknown> | undefined = shape;
  for (let depth = 0; at; ++depth) {
    if (depth > MAX_DEPTH) throw fail(`shapes inside each other, deeper than ${MAX_DEPTH}`);
    if (!isNumber(at.x) || !isNumber(at.y)) throw fail("a shape without a place");
    x += at.x;
    y += at.y;
    at = shapes.get(at.parentId);
  }
  return [x, y];
}

/** The points of a shape's segments. Throws DataError where they are kept otherwise. */
function segmentPoints(shape: Record<string, unknown>, fail: (what: string) => DataError): unknown[] {
  const segments = isObject(shape.props) ? shape.props.segments : undefined;
  if (!Array.isArray(segments)) throw fail("a drawn shape without segments");
  return (segments as unknown[]).flatMap((segment): unknown[] => {
    const points = isObject(segment) ? segment.points : undefined;
    if (!Array.isArray(points)) throw fail("a segment whose points are not listed; save it with its points");
    return points as unknown[];
  });
}

/** The strokes of a tldraw file (.tldr), given as text or bytes. Throws DataError on other files. */
export function readTldraw(content: FileContent): DrawnStroke[] {
  const text = textOf("readTldraw", content);
  const fail = (what: string): DataError => new DataError(`readTldraw: ${what}, want a tldraw file`);
  const { records } = parseObject(text, fail);
  if (!Array.isArray(records)) throw fail("no records");
  const all = (records as unknown[]).filter(isObject);
  const shapes = new Map(
    all.filter(({ typeName }) => typeName === "shape").map((shape) => [shape.id, shape]),
  );
  const strokes = new DrawnStrokes(fail);
  for (const shape of shapes.values()) {
    if (shape.type !== "draw") continue;
    const [x, y] = placeOf(shape, shapes, fail);
    for (const point of segmentPoints(shape, fail)) {
      const { x: dx, y: dy } = isObject(point) ? point : {};
      strokes.add(isNumber(dx) ? x + dx : dx, isNumber(dy) ? y + dy : dy);
    }
    strokes.lift();
  }
  return strokes.all();
}
