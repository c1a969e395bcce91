/**
 * As much of XML 1.0 as pen formats need: tags with their attributes and the text before them, one after
 * another, with line numbers, in one pass. Document types with definitions of their own are refused: what
 * they define may be a thousand times their size.
 */
import { lines } from "../../formats/text.ts";
import type { Fault } from "./ink-format.ts";

/** A start or end tag. An empty element `<a/>` gives both. */
export interface Tag {
  /** Without its prefix. */
  readonly name: string;
  readonly end: boolean;
  /** By name, prefix included: "xml:id". Of a start tag. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Text since the tag before. */
  readonly text: string;
  readonly line: number;
}

/** Deepest nesting of elements, and most attributes of one: far beyond what any pen writes. */
const MAX_DEPTH = 200;
const MAX_ATTRIBUTES = 200;

const entities = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** The character that `&name;` is; undefined where XML knows none. */
function characterOf(name: string): string | undefined {
  const [, hex, digits] = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name) ?? [];
  if (hex === undefined && digits === undefined) return entities.get(name);
  const code = hex === undefined ? Number(digits) : parseInt(hex, 16);
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

/** Pieces of text that are joined at once: pieces of a few characters take many times their size. */
const JOINED_PIECES = 4096;

/** Text with its entities replaced. */
function unescape(text: string, line: number, fail: Fault): string {
  const joined: string[] = [];
  let pieces: string[] = [];
  let at = 0;
  for (let start = text.indexOf("&"); start >= 0; start = text.indexOf("&", at)) {
    const end = text.slice(start, start + 14).indexOf(";");
    const character = end < 0 ? undefined : characterOf(text.slice(start + 1, start + end));
    if (character === undefined)
      throw fail(line, `"${text.slice(start, start + 14)}" is no character of XML, want &amp; for an "&"`);
    pieces.push(text.slice(at, start), character);
    at = start + end + 1;
    if (pieces.length < JOINED_PIECES) continue;
    joined.push(pieces.join(""));
    pieces = [];
  }
  return at === 0 ? text : joined.join("") + pieces.join("") + text.slice(at);
}

const isSpace = (c: string | undefined): boolean => c === " " || c === "\n" || c === "\t" || c === "\r";
const NAME = /[\p{L}\p{N}_.:-]*/uy;

/** What stands between "<" and ">". */
interface Inside {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly ends: "start" | "end" | "both";
  /** Behind the ">". */
  readonly next: number;
}

/** Reads tags from a place on. */
class TagScanner {
  readonly #xml: string;
  readonly #fail: Fault;
  readonly #line: (at: number) => number;

  constructor(xml: string, fail: Fault) {
    this.#xml = xml;
    this.#fail = fail;
    this.#line = lineCounter(xml);
  }

  /** The line of a place; places must not fall. */
  line(at: number): number {
    return this.#line(at);
  }

  /** The place of an ending, behind which reading goes on. */
  find(ending: string, start: number, opening: string): number {
    const end = this.#xml.indexOf(ending, start + opening.length);
    if (end < 0)
      throw this.#fail(this.line(start), `"${opening}" without "${ending}"; the file may be cut off`);
    return end;
  }

  /** The tag that begins at a place. */
  read(start: number): Inside {
    const closes = this.#xml[start + 1] === "/";
    const from = start + (closes ? 2 : 1);
    const at = this.#nameEnd(from);
    const name = this.#xml.slice(from, at);
    if (name === "" || name.endsWith(":")) throw this.#wrong(start);
    const attributes = new Map<string, string>();
    let next = this.#skipSpace(at);
    while (this.#xml[next] !== ">" && this.#xml[next] !== "/") {
      if (closes || next === at || attributes.size === MAX_ATTRIBUTES) throw this.#wrong(start);
      next = this.#readAttribute(start, next, attributes);
    }
    const both = this.#xml[next] === "/";
    if (both && (closes || this.#xml[next + 1] !== ">")) throw this.#wrong(start);
    const single = closes ? "end" : "start";
    return {
      name: name.slice(name.lastIndexOf(":") + 1),
      attributes,
      ends: both ? "both" : single,
      next: next + (both ? 2 : 1),
    };
  }

  #readAttribute(start: number, from: number, attributes: Map<string, string>): number {
    const at = this.#nameEnd(from);
    const name = this.#xml.slice(from, at);
    const equals = this.#skipSpace(at);
    const open = this.#skipSpace(equals + 1);
    const quote = this.#xml[open];
    if (name === "" || this.#xml[equals] !== "=" || (quote !== '"' && quote !== "'"))
      throw this.#wrong(start);
    const close = this.#xml.indexOf(quote, open + 1);
    if (close < 0 || attributes.has(name)) throw this.#wrong(start);
    const value = this.#xml.slice(open + 1, close);
    attributes.set(name, unescape(value, this.line(start), this.#fail));
    return this.#skipSpace(close + 1);
  }

  #nameEnd(from: number): number {
    NAME.lastIndex = from;
    NAME.test(this.#xml);
    return NAME.lastIndex;
  }

  #skipSpace(at: number): number {
    while (isSpace(this.#xml[at])) ++at;
    return at;
  }

  #wrong(start: number): Error {
    const text = this.#xml.slice(start, start + 30);
    const cut = this.#xml.indexOf(">", start) < 0 ? "; the file may be cut off" : "";
    return this.#fail(this.line(start), `${JSON.stringify(text)} is no tag${cut}`);
  }
}

/** The line of places that never fall. */
function lineCounter(text: string): (at: number) => number {
  const iterator = lines(text);
  let current = iterator.next().value!;
  let next = iterator.next();
  return (at) => {
    while (!next.done && next.value.from <= at) {
      current = next.value;
      next = iterator.next();
    }
    return current.number;
  };
}

/** Comments, instructions and the like: where one ends, and what text it gives. */
function special(
  xml: string,
  start: number,
  scanner: TagScanner,
): { next: number; text: string } | undefined {
  for (const [opening, ending] of [
    ["<!--", "-->"],
    ["<?", "?>"],
    ["<![CDATA[", "]]>"],
    ["<!", ">"],
  ] as const) {
    if (!xml.startsWith(opening, start)) continue;
    const end = scanner.find(ending, start, opening);
    const text = opening === "<![CDATA[" ? xml.slice(start + opening.length, end) : "";
    return { next: end + ending.length, text };
  }
  return undefined;
}

/**
 * The tags of a document. Throws what `fail` makes of the fault where a tag does not end, elements do not
 * nest, a character is not one of XML's, or the document defines entities.
 */
export function* tags(xml: string, fail: Fault): Generator<Tag, void, void> {
  const scanner = new TagScanner(xml, fail);
  const open: string[] = [];
  const none = new Map<string, string>();
  let text = "";
  let at = 0;
  for (let start = xml.indexOf("<"); start >= 0; start = xml.indexOf("<", at)) {
    const line = scanner.line(start);
    text += unescape(xml.slice(at, start), line, fail);
    const other = special(xml, start, scanner);
    if (other) {
      if (xml.startsWith("<!DOCTYPE", start) && xml.slice(start, other.next).includes("["))
        throw fail(line, "a document type with definitions of its own is not read");
      text += other.text;
      at = other.next;
      continue;
    }
    const { name, attributes, ends, next } = scanner.read(start);
    at = next;
    if (ends !== "end") {
      yield { name, end: false, attributes, text, line };
      text = "";
      if (open.push(name) > MAX_DEPTH) throw fail(line, `elements nest deeper than ${MAX_DEPTH}`);
    }
    if (ends === "start") continue;
    if (open.pop() !== name) throw fail(line, `</${name}> ends an element that is not open`);
    yield { name, end: true, attributes: none, text, line };
    text = "";
  }
  if (open.length > 0)
    throw fail(scanner.line(xml.length), `<${open.pop()}> is not closed; the file may be cut off`);
}
