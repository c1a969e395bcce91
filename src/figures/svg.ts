/**
 * SVG text, written so that equal data give equal bytes: coordinates in hundredths of a pixel, attributes in
 * the order given.
 */

/** A drawing: its size in pixels and the elements inside. */
export interface Figure {
  /** What it is of, in a few words: for readers who do not see it. */
  readonly title?: string;
  /** The same in sentences. */
  readonly description?: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** The elements inside, as SVG. */
  readonly body: string;
}

/**
 * Ink and line colors on a light ground; the series colors stay apart for color-blind readers (Okabe & Ito
 * 2008, darkened).
 */
export const colors = {
  ground: "#ffffff",
  ink: "#1f2933",
  soft: "#5b6673",
  grid: "#e4e8ec",
  frame: "#9aa5b1",
  series: ["#0b66b0", "#d1500f", "#0a8a63", "#b0428a", "#b88a00", "#3aa0d8", "#6b4fb3", "#4d5761"],
} as const;

const FONT = "Inter, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";

/** A coordinate to two decimals, without a negative zero. */
const at = (value: number): string => String(Math.round(value * 100) / 100 + 0);

/** Text made safe for element content and attributes. */
const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);

/** One element; numbers are rounded, undefined attributes left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined>,
  content?: string,
): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? at(value) : escape(value!)}"`)
    .join("");
  return content === undefined ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`;
}

export interface TextOptions {
  size?: number;
  color?: string;
  anchor?: "start" | "middle" | "end";
  bold?: boolean;
  /** Degrees, about the text's own point. */
  turn?: number;
  /** A ground-colored outline, for text over lines. */
  halo?: boolean;
}

/** A line of text with its baseline at (x, y). */
export function label(x: number, y: number, text: string, options: TextOptions = {}): string {
  return element(
    "text",
    {
      x,
      y,
      "font-size": options.size ?? 12,
      fill: options.color ?? colors.ink,
      "text-anchor": options.anchor === "start" ? undefined : options.anchor,
      "font-weight": options.bold ? "600" : undefined,
      transform: options.turn ? `rotate(${at(options.turn)} ${at(x)} ${at(y)})` : undefined,
      ...(options.halo
        ? { stroke: colors.ground, "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" }
        : {}),
    },
    escape(text),
  );
}

/** Width of a letter in em. */
function letterWidth(letter: string): number {
  if (/[il.,:;|'!() ]/.test(letter)) return 0.3;
  return /[mwMW@]/.test(letter) ? 0.85 : 0.56;
}

/**
 * Width of a line of text in pixels, estimated from the average sans-serif letter (0.55 em; narrow signs 0.3
 * em).
 */
export function textWidth(text: string, size = 12): number {
  let ems = 0;
  for (const c of text) ems += letterWidth(c);
  return ems * size;
}

/** The words of a text in lines no wider than `width` pixels. */
export function wrap(text: string, width: number, size = 12): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && textWidth(line, size) <= width) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}

/** A path through points, broken where a coordinate is not finite. */
export function path(points: Iterable<readonly [number, number]>): string {
  let d = "";
  let pen = false;
  for (const [x, y] of points) {
    const seen = Number.isFinite(x) && Number.isFinite(y);
    if (seen) d += `${pen ? "L" : "M"}${at(x)} ${at(y)}`;
    pen = seen;
  }
  return d;
}

/** The figure as a complete SVG document, with its title and description for readers who do not see it. */
export function svg(figure: Figure): string {
  const { width, height, title, description, body } = figure;
  const content = [
    title ? element("title", {}, escape(title)) : "",
    description ? element("desc", {}, escape(description)) : "",
    element("rect", { width, height, fill: colors.ground }),
    body,
  ];
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${at(width)} ${at(height)}`,
    "font-family": FONT,
    role: title ? "img" : undefined,
  };
  return `${element("svg", attributes, `${content.filter(Boolean).join("\n")}\n`)}\n`;
}

/** Several figures as one, in rows of `columns`, under a common title. */
export function panels(
  figures: readonly Figure[],
  options: { columns?: number; title?: string } = {},
): Figure {
  const columns = options.columns ?? 2;
  const gap = 12;
  const top = options.title ? 40 : 0;
  const body = options.title ? [label(20, 27, options.title, { size: 17, bold: true })] : [];
  let y = top;
  let width = 0;
  for (let first = 0; first < figures.length; first += columns) {
    const row = figures.slice(first, first + columns);
    let x = 0;
    for (const figure of row) {
      body.push(element("g", { transform: `translate(${at(x)} ${at(y)})` }, figure.body));
      x += figure.width + gap;
    }
    width = Math.max(width, x - gap);
    y += Math.max(...row.map((figure) => figure.height)) + gap;
  }
  const parts = figures.flatMap(({ title, description }) => {
    const words = [title, description].filter(Boolean).join(". ");
    return words ? [words] : [];
  });
  const titles = figures.flatMap(({ title }) => title ?? []);
  return {
    width,
    height: y - gap,
    title: options.title ?? titles.join("; "),
    description: parts.join(" "),
    body: body.join("\n"),
  };
}
