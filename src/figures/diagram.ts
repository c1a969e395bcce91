/** State diagrams: labeled circles and arrows, as one SVG figure. */
import { colors, element, type Figure, label, textWidth } from "./svg.ts";

/** A state. */
export interface DiagramNode {
  /** What the state is; further lines below the first are smaller. */
  readonly lines: readonly string[];
  /** Of its fill, as CSS writes it. Default: a light blue. */
  readonly color?: string;
  /** Column and row of the node; absent: nodes stand on a circle. */
  readonly place?: readonly [number, number];
}
/** A transition. */
export interface DiagramEdge {
  /** The node that it leaves, by its place in `nodes`. */
  readonly from: number;
  /** The node that it enters; the same one makes a loop. */
  readonly to: number;
  /** What stands beside the arrow. */
  readonly label: string;
}
/** What a state diagram is of. */
export interface DiagramOptions {
  /** Above the diagram. Default: none. */
  title?: string;
  /** A sentence below the title. Default: none. */
  note?: string;
  /** The states. */
  nodes: readonly DiagramNode[];
  /** The transitions. */
  edges: readonly DiagramEdge[];
  /** The node where the machine starts: it gets a small arrow from nowhere. */
  start?: number;
  /** Pixels between neighboring places. Default 230 × 170. */
  spacing?: readonly [number, number];
}

interface Point {
  x: number;
  y: number;
}
const TURN = 6.283185307179586;

/** The point of the unit circle at a fraction of a turn, clockwise from the top. */
export function onCircle(fraction: number): Point {
  const z = (fraction - Math.floor(fraction + 0.5)) * TURN;
  const z2 = z * z;
  let sin = 0;
  let cos = 0; // Taylor series over a half turn: 14 terms leave less than 1e-15
  for (let n = 28; n >= 2; n -= 2) {
    cos = ((1 + cos) * -z2) / (n * (n - 1));
    sin = ((1 + sin) * -z2) / (n * (n + 1));
  }
  return { x: z * (1 + sin), y: -(1 + cos) };
}

const RADIUS = 38;
const ARROW = 9;

function arrowHead(tip: Point, dx: number, dy: number): string {
  const size = Math.sqrt(dx * dx + dy * dy);
  const ux = dx / size;
  const uy = dy / size;
  const bx = tip.x - ARROW * ux;
  const by = tip.y - ARROW * uy;
  const corner = (s: number): string => `${(bx - s * uy).toFixed(2)},${(by + s * ux).toFixed(2)}`;
  return element("polygon", {
    points: `${tip.x.toFixed(2)},${tip.y.toFixed(2)} ${corner(4.5)} ${corner(-4.5)}`,
    fill: colors.soft,
  });
}

/** A point of a path. */
const xy = ({ x, y }: Point): string => `${x.toFixed(2)} ${y.toFixed(2)}`;

const stroke = { fill: "none", stroke: colors.soft, "stroke-width": 1.5 };

/** An arrow between two circles, bent to its left by `bend` pixels, its label beside the bend. */
function arrow(a: Point, b: Point, bend: number, text: string): string {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const size = Math.sqrt(dx * dx + dy * dy);
  const nx = dy / size;
  const ny = -dx / size;
  const c = { x: (a.x + b.x) / 2 + 2 * bend * nx, y: (a.y + b.y) / 2 + 2 * bend * ny };
  const rim = (p: Point, gap: number): Point => {
    const x = c.x - p.x;
    const y = c.y - p.y;
    const r = (RADIUS + gap) / Math.sqrt(x * x + y * y);
    return { x: p.x + x * r, y: p.y + y * r };
  };
  const from = rim(a, 1);
  const tip = rim(b, 2);
  // at 0.4 of the way the two directions of a pair do not cover each other's labels
  const t = 0.4;
  const u = 1 - t;
  const mx = u * u * from.x + 2 * u * t * c.x + t * t * tip.x;
  const my = u * u * from.y + 2 * u * t * c.y + t * t * tip.y;
  const gap = 8 + (textWidth(text, 12) / 2) * Math.abs(nx);
  return (
    element("path", { d: `M${xy(from)}Q${xy(c)} ${xy(tip)}`, ...stroke }) +
    arrowHead(tip, tip.x - c.x, tip.y - c.y) +
    label(mx + gap * nx, my + 9 * ny + 4, text, { size: 12, anchor: "middle", halo: true })
  );
}

/** A loop on the side of the circle away from the middle of the diagram. */
function loop(p: Point, away: Point, text: string): string {
  const size = Math.sqrt(away.x * away.x + away.y * away.y) || 1;
  const ux = away.x / size;
  const uy = away.y / size;
  const at = (out: number, aside: number): Point => ({
    x: p.x + out * ux - aside * uy,
    y: p.y + out * uy + aside * ux,
  });
  const from = at(RADIUS * 0.9, -17);
  const tip = at(RADIUS * 0.9 + 2, 17);
  const c1 = at(RADIUS + 46, -42);
  const c2 = at(RADIUS + 46, 42);
  const far = at(RADIUS + 36, 0);
  const gap = (textWidth(text, 12) / 2) * Math.abs(ux) + 10;
  return (
    element("path", { d: `M${xy(from)}C${xy(c1)} ${xy(c2)} ${xy(tip)}`, ...stroke }) +
    arrowHead(tip, tip.x - c2.x, tip.y - c2.y) +
    label(far.x + gap * ux, far.y + 11 * uy + 4, text, { size: 12, anchor: "middle", halo: true })
  );
}

function places(nodes: readonly DiagramNode[], [stepX, stepY]: readonly [number, number]): Point[] {
  const radius = Math.max(stepX * 0.6, nodes.length * 34);
  return nodes.map(({ place }, i) => {
    if (place) return { x: place[0] * stepX, y: place[1] * stepY };
    const { x, y } = onCircle(i / nodes.length);
    return { x: x * radius, y: y * radius };
  });
}

/** The corners and the middle of a box around points. */
function bounds(points: readonly Point[]): { low: Point; high: Point; middle: Point } {
  const low = { x: Math.min(...points.map((p) => p.x)), y: Math.min(...points.map((p) => p.y)) };
  const high = { x: Math.max(...points.map((p) => p.x)), y: Math.max(...points.map((p) => p.y)) };
  return { low, high, middle: { x: (low.x + high.x) / 2, y: (low.y + high.y) / 2 } };
}

/** Arrows and loops; those that share both ends are one. */
function drawEdges(edges: readonly DiagramEdge[], points: readonly Point[], middle: Point): string[] {
  const joined = new Map<string, { from: number; to: number; labels: string[] }>();
  for (const { from, to, label: text } of edges) {
    const key = `${from} ${to}`;
    const edge = joined.get(key);
    if (edge) edge.labels.push(text);
    else joined.set(key, { from, to, labels: [text] });
  }
  return [...joined.values()].map(({ from, to, labels }) => {
    const a = points[from];
    const text = labels.join(", ");
    if (from === to) return loop(a, { x: a.x - middle.x, y: a.y - middle.y }, text);
    return arrow(a, points[to], joined.has(`${to} ${from}`) ? 16 : 6, text);
  });
}

function drawNode({ lines, color }: DiagramNode, { x, y }: Point): string {
  const top = y + 5 - 8 * (lines.length - 1);
  const circle = element("circle", {
    cx: x,
    cy: y,
    r: RADIUS,
    fill: color ?? "#eef4fa",
    stroke: colors.ink,
    "stroke-width": 1.5,
  });
  const text = lines.map((line, k) =>
    label(x, top + 16 * k, line, { size: k === 0 ? 13 : 11.5, anchor: "middle", bold: k === 0 }),
  );
  return circle + text.join("");
}

/** The arrow from nowhere to the node where the machine starts, on the side away from the middle. */
function drawStart({ x, y }: Point, middle: Point): string {
  const side = x <= middle.x ? -1 : 1;
  const tip = { x: x + side * (RADIUS + 2), y };
  const tail = element("line", {
    x1: tip.x + side * 34,
    y1: y,
    x2: tip.x + side * 4,
    y2: y,
    stroke: colors.soft,
    "stroke-width": 1.5,
  });
  const name = label(tip.x + side * 38, y + 4, "start", {
    size: 12,
    color: colors.soft,
    anchor: side < 0 ? "end" : "start",
  });
  return tail + arrowHead(tip, -side, 0) + name;
}

/** What a reader who does not see the diagram hears. */
function description({ note, nodes, edges, start }: DiagramOptions): string {
  const name = (i: number): string => nodes[i].lines.join(", ");
  return [
    note,
    start === undefined ? "" : `Start: ${name(start)}.`,
    ...edges.map(({ from, to, label: text }) => `${name(from)}: on ${text} to ${name(to)}.`),
  ]
    .filter(Boolean)
    .join(" ");
}

/** The figure of a state diagram. Edges between the same two nodes in the same direction share one arrow. */
export function diagram(options: DiagramOptions): Figure {
  const { nodes, title, note, start } = options;
  const points = places(nodes, options.spacing ?? [230, 170]);
  const { low, high, middle } = bounds(points);
  const margin = 165;
  const head = (title ? 34 : 10) + (note ? 20 : 0);
  const width = Math.max(
    high.x - low.x + 2 * margin,
    textWidth(note ?? "", 12) + 40,
    textWidth(title ?? "", 15) + 40,
  );
  const shift = { x: width / 2 - middle.x, y: head + 90 - low.y };
  const drawn = [
    ...drawEdges(options.edges, points, middle),
    start === undefined ? "" : drawStart(points[start], middle),
    ...nodes.map((node, i) => drawNode(node, points[i])),
  ];
  const body = [
    title ? label(18, 25, title, { size: 15, bold: true }) : "",
    note ? label(18, title ? 44 : 24, note, { color: colors.soft }) : "",
    element("g", { transform: `translate(${xy(shift)})` }, drawn.join("\n")),
  ];
  return {
    width,
    height: high.y - low.y + head + 196,
    title,
    description: description(options),
    body: body.filter(Boolean).join("\n"),
  };
}
