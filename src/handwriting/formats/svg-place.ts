/** Where an element of SVG is drawn, and whether: its attributes, its style and what is around it. */
import type { DataError } from "../../wasm/errors.ts";
import { about, IDENTITY, product, transformOf, translation, type Matrix } from "./svg-matrix.ts";
import { lengthIn, listOf } from "./svg-numbers.ts";
import { declarationsOf } from "./svg-style.ts";
import type { Tag } from "./xml.ts";

/** How an element is drawn. */
export interface Place {
  /** From its own coordinates to those of the drawing. */
  readonly matrix: Matrix;
  /** Whether neither it nor what it holds is drawn. */
  readonly hidden: boolean;
  /** Whether it can be seen where it is drawn; an element inside may say otherwise. */
  readonly visible: boolean;
}

/** The place of what nothing is around. */
export const WHOLE: Place = { matrix: IDENTITY, hidden: false, visible: true };

type Fail = (what: string) => DataError;
type Look = (property: string) => string | undefined;

/** What is drawn elsewhere, or not at all. */
const HIDDEN = new Set(["defs", "clipPath", "mask", "symbol", "marker", "pattern", "foreignObject"]);
/** Properties that place an element too, and are not read. */
const OTHERS = ["translate", "rotate", "scale", "transform-box"];

/** A length that an attribute gives. Throws where it is none. */
export function lengthOf({ attributes }: Tag, name: string, usual: number, fail: Fail): number {
  const text = attributes.get(name);
  if (text === undefined) return usual;
  const found = listOf(text, 1, lengthIn);
  if (found?.length !== 1) throw fail(`${name} is "${text.slice(0, 60)}", want a number`);
  return found[0];
}

/** The transform of an element, about its origin. */
function ownMatrix(look: Look, fail: Fail): Matrix {
  const text = look("transform") ?? "";
  if (text.trim() === "" || text === "none") return IDENTITY;
  const matrix = transformOf(text);
  if (!matrix)
    throw fail(
      `the transform "${text.slice(0, 60)}", ` +
        "want matrix, translate, scale, rotate or skew, of numbers, or of lengths in px and angles",
    );
  const origin = look("transform-origin");
  if (origin === undefined) return matrix;
  const [x, y] = listOf(origin, 2, lengthIn) ?? [];
  if (y === undefined)
    throw fail(`transform-origin is "${origin.slice(0, 60)}", want two lengths such as "5px 9px"`);
  return about(x, y, matrix);
}

/** Where a drawing inside a drawing stands: its place, and its box scaled into its size. */
function viewport(tag: Tag, fail: Fail): Matrix {
  const box = tag.attributes.get("viewBox");
  const place = translation(lengthOf(tag, "x", 0, fail), lengthOf(tag, "y", 0, fail));
  if (box === undefined) return place;
  const [left, top, width, height] = listOf(box, 4, lengthIn) ?? [];
  if (!(width > 0 && height > 0)) throw fail(`viewBox is "${box.slice(0, 60)}", want four numbers`);
  const [wide, high] = [lengthOf(tag, "width", width, fail), lengthOf(tag, "height", height, fail)];
  const fit = tag.attributes.get("preserveAspectRatio") ?? "xMidYMid meet";
  if (!/^(none|xMidYMid( meet)?)$/.test(fit))
    throw fail(`preserveAspectRatio is "${fit.slice(0, 60)}", want none or xMidYMid`);
  const both = Math.min(wide / width, high / height);
  const [x, y] = fit === "none" ? [wide / width, high / height] : [both, both];
  const inner: Matrix = [x, 0, 0, y, (wide - x * width) / 2 - x * left, (high - y * height) / 2 - y * top];
  return product(place, inner);
}

/** The place of an element inside another; `depth`: elements around it. Throws what `fail` gives. */
export function placeOf(tag: Tag, around: Place, depth: number, fail: Fail): Place {
  const { name, attributes } = tag;
  const style = declarationsOf(attributes.get("style") ?? "");
  const look: Look = (property) => style.get(property) ?? attributes.get(property);
  const hidden = around.hidden || HIDDEN.has(name) || look("display")?.trim() === "none";
  if (hidden) return { ...around, hidden };
  const other = OTHERS.find((property) => style.has(property) && style.get(property) !== "none");
  if (other !== undefined) throw fail(`a style with ${other}, want transform`);
  const visibility = look("visibility")?.trim() ?? "inherit";
  const visible = visibility === "inherit" ? around.visible : visibility === "visible";
  const own = ownMatrix(look, fail);
  const matrix = name === "svg" && depth > 0 ? product(own, viewport(tag, fail)) : own;
  return { matrix: product(around.matrix, matrix), hidden, visible };
}
