/**
 * Files of drawing programs: Excalidraw (elements of type freedraw, whose points count from the element's
 * place, turned about the middle of their box) and tldraw (shapes of type draw in segments of points, which
 * are scaled, turned and moved by the shape and those around it). tldraw lists points, or keeps them in
 * base64: since 4.4 as a path, float32 of the first, then float16 differences, of x, y and the pressure or,
 * where `dim` is 2, of x and y; for a while before as points, float16 of x, y and the pressure, each from the
 * shape's place.
 */
import { fromHalf } from "../../exchange/arrays/dtypes.ts";
import { onCircle } from "../../figures/diagram.ts";
import { isObject, parseObject } from "../../formats/json.ts";
import { DataError } from "../../wasm/errors.ts";
import { textOf, type FileContent } from "./content.ts";
import { DrawnStrokes, type DrawnStroke } from "./drawn-strokes.ts";

const isNumber = (value: unknown): value is number => typeof value === "number";

/** A map of the plane. */
type Placement = (x: number, y: number) => [x: number, y: number];

const TURN = 6.283185307179586;

/** Turns by so many radians, clockwise since y grows downwards, about a point. Nothing turned is exact. */
function turnAbout(angle: number, cx = 0, cy = 0): Placement {
  if (angle === 0) return (x, y) => [x, y];
  const { x: sin, y: down } = onCircle(angle / TURN);
  return (x, y) => [cx - down * (x - cx) - sin * (y - cy), cy + sin * (x - cx) - down * (y - cy)];
}

type Fail = (what: string) => DataError;

/** A number that may be left out. Throws where it is none. */
function numberOr(usual: number, value: unknown, name: string, fail: Fail): number {
  if (value === undefined) return usual;
  if (!isNumber(value)) throw fail(`${name} is ${String(value).slice(0, 40)}, want a number`);
  return value;
}

/** How an element is turned: about the middle of the box around its points. */
function turnOf({ x, y, angle }: Record<string, unknown>, points: readonly unknown[], fail: Fail): Placement {
  const turn = numberOr(0, angle, "angle", fail);
  const middle = (at: 0 | 1): number => {
    let [least, most] = [Infinity, -Infinity];
    for (const point of points) {
      const value = Array.isArray(point) ? Number(point[at]) : NaN;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return (least + most) / 2;
  };
  return turn === 0 ? turnAbout(0) : turnAbout(turn, (x as number) + middle(0), (y as number) + middle(1));
}

/** Adds a point whose x and y may be none; `place` puts those that are. */
function addPlaced(strokes: DrawnStrokes, [x, y]: readonly unknown[], place: Placement): void {
  if (isNumber(x) && isNumber(y)) strokes.add(...place(x, y));
  else strokes.add(x, y); // throws
}

/** The strokes of an Excalidraw file. Throws DataError on other files. */
export function readExcalidraw(content: FileContent): DrawnStroke[] {
  const fail = (what: string): DataError => new DataError(`readExcalidraw: ${what}, want an Excalidraw file`);
  const { elements } = parseObject(textOf("readExcalidraw", content), fail);
  if (!Array.isArray(elements)) throw fail("no elements");
  const strokes = new DrawnStrokes(fail);
  for (const element of elements as unknown[]) {
    if (!isObject(element) || element.type !== "freedraw" || element.isDeleted === true) continue;
    const { x, y, points } = element;
    if (!isNumber(x) || !isNumber(y) || !Array.isArray(points))
      throw fail("a freedraw without place or points");
    const turn = turnOf(element, points, fail);
    for (const point of points as unknown[])
      addPlaced(strokes, Array.isArray(point) ? point : [], (dx, dy) => turn(x + dx, y + dy));
    strokes.lift();
  }
  return strokes.all();
}

/** Deepest nesting of shapes. */
const MAX_DEPTH = 50;

/** Where the points of a shape are on the page: under its turn and place, and those around it. */
function placeOf(
  shape: Record<string, unknown>,
  shapes: ReadonlyMap<unknown, Record<string, unknown>>,
  fail: Fail,
): Placement {
  const steps: Placement[] = [];
  let at: Record<string, unknown> | undefined = shape;
  for (let depth = 0; at; ++depth) {
    if (depth > MAX_DEPTH) throw fail(`shapes inside each other, deeper than ${MAX_DEPTH}`);
    const { x, y } = at;
    if (!isNumber(x) || !isNumber(y)) throw fail("a shape without a place");
    const turn = turnAbout(numberOr(0, at.rotation, "rotation", fail));
    steps.push((u, v) => {
      const [du, dv] = turn(u, v);
      return [x + du, y + dv];
    });
    at = shapes.get(at.parentId);
  }
  return (x, y) => steps.reduce<[number, number]>((point, step) => step(...point), [x, y]);
}

/** Bytes in base64, to be looked at. */
function viewOf(text: string, fail: Fail): DataView {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw fail("a segment whose points are no base64");
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = binary.charCodeAt(i);
  return new DataView(bytes.buffer);
}

type Points = Generator<{ x: number; y: number }, void, void>;

/** The points of a path in base64; `width` numbers each. */
function* pathPoints(path: string, width: number, fail: Fail): Points {
  if (path === "") return;
  const view = viewOf(path, fail);
  const [first, step] = [4 * width, 2 * width];
  if (view.byteLength < first || (view.byteLength - first) % step !== 0)
    throw fail(`a path of ${view.byteLength} bytes, want ${first} and then ${step} a point`);
  let [x, y] = [view.getFloat32(0, true), view.getFloat32(4, true)];
  yield { x, y };
  for (let at = first; at < view.byteLength; at += step) {
    x += fromHalf(view.getUint16(at, true));
    y += fromHalf(view.getUint16(at + 2, true));
    yield { x, y };
  }
}

/** The points of base64 in the older form. */
function* halfPoints(text: string, fail: Fail): Points {
  const view = viewOf(text, fail);
  const step = 6;
  if (view.byteLength % step !== 0) throw fail(`points of ${view.byteLength} bytes, want ${step} each`);
  for (let at = 0; at < view.byteLength; at += step)
    yield { x: fromHalf(view.getUint16(at, true)), y: fromHalf(view.getUint16(at + 2, true)) };
}

/** The points of a segment. Throws DataError where they are kept otherwise. */
function segmentPoints(segment: unknown, fail: Fail): Iterable<unknown> {
  const { points, path, dim = 3 } = isObject(segment) ? segment : {};
  if (Array.isArray(points)) return points as unknown[];
  if (typeof points === "string") return halfPoints(points, fail);
  if (typeof path !== "string") throw fail("a segment without points or path");
  if (dim !== 2 && dim !== 3) throw fail("a path whose points have neither 2 nor 3 numbers");
  return pathPoints(path, dim, fail);
}

/** The strokes of one shape. */
function addShape(shape: Record<string, unknown>, place: Placement, strokes: DrawnStrokes, fail: Fail): void {
  const props = isObject(shape.props) ? shape.props : {};
  if (!Array.isArray(props.segments)) throw fail("a drawn shape without segments");
  const [scaleX, scaleY] = (["scaleX", "scaleY"] as const).map((name) =>
    numberOr(1, props[name], name, fail),
  );
  for (const segment of props.segments as unknown[])
    for (const point of segmentPoints(segment, fail)) {
      const { x, y } = isObject(point) ? point : {};
      addPlaced(strokes, [x, y], (u, v) => place(scaleX * u, scaleY * v));
    }
  strokes.lift();
}

/** The records of a file, or of a snapshot: `{ store }`, also as `{ document: { store } }`. */
function recordsOf(file: Record<string, unknown>): unknown[] | undefined {
  const { store } = isObject(file.document) ? file.document : file;
  if (isObject(store)) return Object.values(store);
  return Array.isArray(file.records) ? (file.records as unknown[]) : undefined;
}

/** The strokes of a tldraw file (.tldr) or snapshot, as JSON. Throws DataError on other files. */
export function readTldraw(content: FileContent): DrawnStroke[] {
  const fail = (what: string): DataError => new DataError(`readTldraw: ${what}, want a tldraw file`);
  const records = recordsOf(parseObject(textOf("readTldraw", content), fail));
  if (!records) throw fail("no records");
  const shapes = new Map(
    records
      .filter(isObject)
      .filter(({ typeName }) => typeName === "shape")
      .map((shape) => [shape.id, shape]),
  );
  const strokes = new DrawnStrokes(fail);
  for (const shape of shapes.values())
    if (shape.type === "draw") addShape(shape, placeOf(shape, shapes, fail), strokes, fail);
  return strokes.all();
}
