/**
 * Lines among strokes in any order. A page may lean: of some slopes the one is taken under which the ink lies
 * in the sharpest bands. Tall strokes that are neighbors at nearly one height belong together; what is small
 * (a dot, a comma, the bar of a t) joins the line whose ink is nearest.
 */
import type { PlacedStroke } from "./strokes.ts";

/** Slopes that are tried: the level one first, which wins ties. */
const SLOPES: readonly number[] = [0, -0.04, 0.04, -0.08, 0.08, -0.12, 0.12, -0.18, 0.18, -0.24, 0.24];
/** A slope must make the bands so much sharper than the level one. */
const SHARPER = 1.1;
/** Bands of a letter's height. */
const BANDS = 6;
/** Most points that the slope is measured on. */
const SAMPLES = 4000;

/** Of the height of the writing: smaller strokes than this are marks of others. */
const SMALL = 0.35;
/** Middles of neighbors on a line differ by at most this. */
const NEAR = 0.55;
/** Neighbors are at most so far apart in x. */
const BESIDE = 6;
/** Lines whose middles differ by less are one. */
const SAME = 0.6;
/** Lines of which so much of the lower one's height is at the height of the other are one. */
const OVERLAP = 0.2;
/** A stroke stands beside another when both of its edges are so far from the other's. */
const ASIDE = 0.5;
/** Strokes came in no order of writing where more than this share of such pairs are turned around. */
const MIXED = 0.2;
/** Among so many tall strokes a single one that stands in every pair turned around was forgotten at first. */
const MANY = 6;
/** Strokes whose x come nearer than this keep the order in which they were written. */
const JOINED = 0.25;

/** The height of the writing: of half of the ink the strokes are at most so tall. */
function writingHeight(strokes: readonly PlacedStroke[]): number {
  const tall = strokes
    .map(({ top, bottom, length }) => ({ height: bottom - top, length }))
    .sort((a, b) => a.height - b.height);
  const half = tall.reduce((sum, { length }) => sum + length, 0) / 2;
  let sum = 0;
  return tall.find(({ length }) => (sum += length) >= half)?.height ?? 0;
}

/** Σ (points in a band)² under a slope: larger where lines lie in bands. */
function sharpness(strokes: readonly PlacedStroke[], slope: number, band: number): number {
  const total = strokes.reduce((n, { places }) => n + places.length / 2, 0);
  const stride = 2 * Math.max(1, Math.floor(total / SAMPLES));
  const counts = new Map<number, number>();
  for (const { places } of strokes)
    for (let i = 0; i < places.length; i += stride) {
      const row = Math.floor((places[i + 1] - slope * places[i]) / band);
      counts.set(row, (counts.get(row) ?? 0) + 1);
    }
  let sum = 0;
  for (const count of counts.values()) sum += count * count;
  return sum;
}

/** The slope dy/dx of the lines. */
function pageSlope(strokes: readonly PlacedStroke[], height: number): number {
  if (!(height > 0)) return 0;
  const sharp = SLOPES.map((slope) => sharpness(strokes, slope, height / BANDS));
  const best = sharp.reduce((top, value) => Math.max(top, value), 0);
  return best > SHARPER * sharp[0] ? SLOPES[sharp.indexOf(best)] : 0;
}

/** A stroke in a page whose lines are level: the middle of its box, and half of its height. */
interface Leveled {
  readonly stroke: PlacedStroke;
  readonly middle: number;
  readonly half: number;
}

/** Strokes that are one line so far. */
interface Group {
  readonly members: Leveled[];
  /** Mean of the middles. */
  readonly middle: number;
}

function levelOf(stroke: PlacedStroke, slope: number): Leveled {
  const { left, right, top, bottom } = stroke;
  const lean = Math.abs(slope) * (right - left) * 0.5;
  return {
    stroke,
    middle: (top + bottom) / 2 - (slope * (left + right)) / 2,
    half: Math.max((bottom - top) / 2 - lean, 0),
  };
}

const groupOf = (members: Leveled[]): Group => ({
  members,
  middle: members.reduce((sum, { middle }) => sum + middle, 0) / members.length,
});

const gapBetween = (a: PlacedStroke, b: PlacedStroke): number =>
  Math.max(a.left - b.right, b.left - a.right, 0);

/** Tall strokes, neighbors joined; then those groups that lie at one height. */
function tallLines(tall: readonly Leveled[], height: number): Group[] {
  const open = [...tall].sort((a, b) => a.stroke.left - b.stroke.left || a.stroke.index - b.stroke.index);
  const groups: Leveled[][] = [];
  for (const one of open) {
    const isNeighbor = (other: Leveled): boolean =>
      Math.abs(other.middle - one.middle) <= NEAR * height &&
      gapBetween(other.stroke, one.stroke) <= BESIDE * height;
    const found = groups.filter((group) => group.some(isNeighbor));
    const joined = [...found.flat(), one];
    for (const group of found) groups.splice(groups.indexOf(group), 1);
    groups.push(joined);
  }
  const lines: Group[] = [];
  for (const group of groups.map(groupOf).sort((a, b) => a.middle - b.middle)) {
    const before = lines.at(-1);
    if (before && group.middle - before.middle < SAME * height)
      lines[lines.length - 1] = groupOf([...before.members, ...group.members]);
    else lines.push(group);
  }
  return lines;
}

/** How far a small stroke is from a line: to the nearest of its tall strokes, heights counted double. */
function distanceTo({ members }: Group, { stroke, middle }: Leveled): number {
  let nearest = Infinity;
  for (const other of members) {
    const away = Math.max(Math.abs(middle - other.middle) - other.half, 0);
    nearest = Math.min(nearest, gapBetween(stroke, other.stroke) + 2 * away);
  }
  return nearest;
}

/** Pieces of ink steeper than this say how the letters lean. */
const STEEP = 1.2;

/** dx/dy of the letters: the shear that makes their down- and upstrokes upright, by least squares. */
function leanOf(strokes: readonly PlacedStroke[]): number {
  let across = 0;
  let down = 0;
  for (const { places } of strokes)
    for (let i = 2; i < places.length; i += 2) {
      const dx = places[i] - places[i - 2];
      const dy = places[i + 1] - places[i - 1];
      if (Math.abs(dy) < STEEP * Math.abs(dx)) continue;
      across += dx * dy;
      down += dy * dy;
    }
  return down > 0 ? across / down : 0;
}

/** From where to where a stroke goes when its letters stand upright. */
function uprightExtent({ places }: PlacedStroke, lean: number): { left: number; right: number } {
  let left = Infinity;
  let right = -Infinity;
  for (let i = 0; i < places.length; i += 2) {
    const x = places[i] - lean * places[i + 1];
    left = Math.min(left, x);
    right = Math.max(right, x);
  }
  return { left, right };
}

/** A stroke with where it goes when its letters stand upright. */
interface Upright {
  readonly stroke: PlacedStroke;
  readonly left: number;
  readonly right: number;
}

/** Pairs of strokes that stand beside each other. */
interface Pairs {
  readonly count: number;
  /** Those whose right one was written first. */
  readonly turned: number;
  /** Those that the stroke is in which is in most. */
  readonly ofOne: number;
}

/** The pairs of strokes sorted by their left edges, whose edges both are so far apart. */
function pairsOf(sorted: readonly Upright[], apart: number): Pairs {
  let count = 0;
  let turned = 0;
  const turns = new Uint32Array(sorted.length);
  sorted.forEach((a, i) => {
    for (let j = i + 1; j < sorted.length; ++j) {
      const b = sorted[j]; // never before a
      if (a.left + apart >= b.left || a.right + apart >= b.right) continue;
      ++count;
      if (b.stroke.index > a.stroke.index) continue;
      ++turned;
      ++turns[i];
      ++turns[j];
    }
  });
  return { count, turned, ofOne: turns.reduce((most, n) => Math.max(most, n), 0) };
}

/**
 * Whether strokes were plainly not written from left to right: of pairs of tall ones that stand beside each
 * other and meet, or others between them do, more than a share have the right one first, and not because of a
 * single stroke among many. Dots and bars, which come late, are not tall.
 */
function areMixed(pieces: readonly (readonly Upright[])[], height: number): boolean {
  const tall = pieces.map((piece) =>
    piece.filter(({ stroke }) => stroke.bottom - stroke.top >= SMALL * height),
  );
  const all = tall.map((piece) => pairsOf(piece, ASIDE * height));
  const sum = (of: (pairs: Pairs) => number): number => all.reduce((total, pairs) => total + of(pairs), 0);
  if (sum(({ turned }) => turned) <= MIXED * sum(({ count }) => count)) return false;
  const line = tall.flat();
  const { turned, ofOne } = pairsOf(line, ASIDE * height);
  return line.length < MANY || ofOne < turned;
}

/**
 * The strokes of a line from left to right. Those that meet in x, give or take a little, keep the order in
 * which they were written, the bar of a t comes when it was drawn; where they plainly came in no order of
 * writing, all stand by their left edges.
 */
function inOrder(strokes: readonly PlacedStroke[], height: number): PlacedStroke[] {
  const lean = leanOf(strokes);
  const sorted = strokes
    .map((stroke): Upright => ({ stroke, ...uprightExtent(stroke, lean) }))
    .sort((a, b) => a.left - b.left || a.stroke.index - b.stroke.index);
  const pieces: Upright[][] = [];
  let end = -Infinity;
  for (const upright of sorted) {
    if (upright.left > end + JOINED * height) pieces.push([]);
    pieces[pieces.length - 1].push(upright);
    end = Math.max(end, upright.right);
  }
  const ordered = areMixed(pieces, height)
    ? sorted
    : pieces.flatMap((piece) => piece.sort((a, b) => a.stroke.index - b.stroke.index));
  return ordered.map(({ stroke }) => stroke);
}

/** From where to where a line goes. */
interface Extent {
  readonly top: number;
  readonly bottom: number;
}

const extentOf = (line: readonly Leveled[]): Extent => ({
  top: line.reduce((least, { middle, half }) => Math.min(least, middle - half), Infinity),
  bottom: line.reduce((most, { middle, half }) => Math.max(most, middle + half), -Infinity),
});

/** Whether of the lower of two lines more than a share lies at the height of the other. */
function areOne(a: Extent, b: Extent): boolean {
  const both = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return both > OVERLAP * Math.min(a.bottom - a.top, b.bottom - b.top);
}

/** Neighbors that lie at one height joined, from above to below, till there are none. */
function joined(lines: readonly (readonly Leveled[])[]): Leveled[][] {
  const open = lines.map((line) => [...line]);
  for (let i = 0; i + 1 < open.length;) {
    if (areOne(extentOf(open[i]), extentOf(open[i + 1]))) {
      open.splice(i, 2, [...open[i], ...open[i + 1]]);
      i = Math.max(i - 1, 0);
    } else ++i;
  }
  return open;
}

/** The lines of a page from above to below, each with its strokes from left to right. */
export function findLines(strokes: readonly PlacedStroke[]): PlacedStroke[][] {
  const height = writingHeight(strokes);
  if (strokes.length < 2 || !(height > 0)) return strokes.length > 0 ? [inOrder(strokes, height)] : [];
  const slope = pageSlope(strokes, height);
  const leveled = strokes.map((stroke) => levelOf(stroke, slope));
  const isTall = ({ stroke }: Leveled): boolean => stroke.bottom - stroke.top >= SMALL * height;
  const lines = tallLines(leveled.filter(isTall), height);
  const members = lines.map((line) => [...line.members]);
  for (const small of leveled.filter((one) => !isTall(one))) {
    const distances = lines.map((line) => distanceTo(line, small));
    const nearest = distances.indexOf(distances.reduce((a, b) => Math.min(a, b), Infinity));
    members[nearest].push(small);
  }
  return joined(members).map((line) =>
    inOrder(
      line.map(({ stroke }) => stroke),
      height,
    ),
  );
}
