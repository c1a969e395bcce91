/**
 * The finite automaton inside a recurrent net (Giles et al. 1992; Omlin & Giles 1996): hidden activities are
 * cut into levels, each distinct combination of levels is a pattern, patterns that must behave alike are
 * merged, and the machine of the merged patterns is minimized. The result prints what the net prints on every
 * step that was recorded.
 */
import { DataError } from "../wasm/errors.ts";
import { checkMoore, minimize, type Moore } from "../inference/moore.ts";

/** What a net did while it read one word of symbols. */
export interface Run {
  /** [T,H] hidden activity after each symbol. */
  readonly hidden: ArrayLike<number>;
  /** [T] what the net printed after each symbol. */
  readonly printed: readonly string[];
}

/** A net as a black box that reads words: symbol numbers in, activities and prints out. */
export type Recorder = (words: readonly (readonly number[])[]) => readonly Run[];

/** A distinct pattern of hidden activity. */
export interface Pattern {
  /** Mean activity of the steps that had it [H]. */
  readonly mean: number[];
  /** Steps that had it. */
  readonly visits: number;
  /** The state of the minimal machine that it stands for. */
  readonly state: number;
}

/** The automaton found in a net, and the patterns that it was made of. */
export interface Extracted {
  /** The minimal machine. */
  readonly machine: Moore;
  /** Those that recorded steps had, in the order in which they were met. */
  readonly patterns: readonly Pattern[];
  /** Levels that each unit's range was cut into. */
  readonly levels: number;
  /** Steps recorded, on all of which machine and net print the same. */
  readonly steps: number;
}

export interface ExtractOptions {
  /** Names of the symbols [A]. */
  symbols: readonly string[];
  /** Words to record first: symbol numbers. Further ones are asked for where a pattern never met a symbol. */
  words: readonly (readonly number[])[];
  /** Levels a unit to try at most. Default 16. */
  maxLevels?: number;
}

/** Patterns with their prints and transitions as recorded; pattern 0 is the state before any symbol. */
interface Recorded {
  printed: (string | undefined)[];
  /** to[p][a]: patterns that followed p on symbol a. */
  to: Set<number>[][];
  /** A word that leads to the pattern. */
  access: (readonly number[])[];
  sums: number[][];
  visits: number[];
}

/**
 * Reads all runs at one number of levels, or gives undefined where one pattern has two prints: the levels are
 * too coarse.
 */
function readRuns(
  words: readonly (readonly number[])[],
  runs: readonly Run[],
  H: number,
  levels: number,
  symbols: number,
): Recorded | undefined {
  const min = runs.some((run) => Array.from(run.hidden).some((h) => h < 0)) ? -1 : 0;
  const seen = new Map<string, number>();
  const empty = (): Set<number>[] => Array.from({ length: symbols }, () => new Set<number>());
  const r: Recorded = { printed: [undefined], to: [empty()], access: [[]], sums: [[]], visits: [0] };
  for (let w = 0; w < words.length; ++w) {
    const { hidden, printed } = runs[w];
    let from = 0;
    for (let t = 0; t < printed.length; ++t) {
      const activity = Array.from({ length: H }, (_, j) => hidden[t * H + j]);
      const key = activity
        .map((h) => Math.min(levels - 1, Math.max(0, Math.floor(((h - min) / (1 - min)) * levels))))
        .join(" ");
      let p = seen.get(key);
      if (p === undefined) {
        seen.set(key, (p = r.to.push(empty()) - 1));
        r.printed.push(printed[t]);
        r.access.push(words[w].slice(0, t + 1));
        r.sums.push(new Array<number>(H).fill(0));
        r.visits.push(0);
      } else if (r.printed[p] !== printed[t]) return undefined;
      for (let j = 0; j < H; ++j) r.sums[p][j] += activity[j];
      ++r.visits[p];
      r.to[from][words[w][t]].add(p);
      from = p;
    }
  }
  return r;
}

/** All transitions as recorded, by pattern and symbol. */
function* transitions(r: Recorded): Iterable<{ from: number; symbol: number; to: number }> {
  for (let from = 0; from < r.to.length; ++from)
    for (let symbol = 0; symbol < r.to[from].length; ++symbol)
      for (const to of r.to[from][symbol]) yield { from, symbol, to };
}

/**
 * Merges patterns that followed the same pattern on the same symbol, until every merged pattern has at most
 * one successor a symbol: class of each pattern, or undefined where two different prints would be merged.
 */
function merge(r: Recorded): number[] | undefined {
  const parent = r.to.map((_, p) => p);
  const find = (p: number): number => (parent[p] === p ? p : (parent[p] = find(parent[p])));
  for (let changed = true; changed;) {
    changed = false;
    const first = new Map<string, number>();
    for (const { from, symbol, to } of transitions(r)) {
      const key = `${find(from)} ${symbol}`;
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, to);
        continue;
      }
      const x = find(to);
      const y = find(other);
      if (x === y) continue;
      if (r.printed[x] !== r.printed[y]) return undefined;
      parent[Math.max(x, y)] = Math.min(x, y);
      changed = true;
    }
  }
  return r.to.map((_, p) => find(p));
}

/** Words that would show a transition nobody saw yet: one for each class of patterns and symbol. */
function unseen(r: Recorded, classOf: readonly number[]): number[][] {
  const known = new Set<string>();
  const wanted: number[][] = [];
  r.to.forEach((row, p) =>
    row.forEach((set, a) => {
      if (set.size) known.add(`${classOf[p]} ${a}`);
    }),
  );
  r.to.forEach((row, p) => {
    if (classOf[p] === p)
      row.forEach((_, a) => {
        if (!known.has(`${p} ${a}`)) wanted.push([...r.access[p], a]);
      });
  });
  return wanted;
}

/** The machine of the merged patterns, every transition known. */
function assemble(
  r: Recorded,
  classOf: readonly number[],
  symbols: readonly string[],
): { machine: Moore; stateOf: number[] } {
  const classes = [...new Set(classOf)].sort((a, b) => a - b);
  const number = new Map(classes.map((c, i) => [c, i]));
  const next = classes.map(() => new Array<number>(symbols.length).fill(-1));
  r.to.forEach((row, p) =>
    row.forEach((set, a) => {
      for (const q of set) next[number.get(classOf[p])!][a] = number.get(classOf[q])!;
    }),
  );
  const whole: Moore = {
    symbols,
    start: number.get(classOf[0])!,
    outputs: classes.map((c) => r.printed[c]),
    next,
  };
  checkMoore("extract", whole);
  const { machine, classOf: minimal } = minimize(whole);
  return { machine, stateOf: classOf.map((c) => minimal[number.get(c)!]) };
}

/**
 * The minimal Moore machine of a net. Two levels a unit are tried first; they grow by one while a pattern
 * would have to print two things. DataError when `maxLevels` levels do not separate the net's states, which
 * then are not finitely many patterns.
 */
export function extract(record: Recorder, options: ExtractOptions): Extracted {
  const { symbols, maxLevels = 16 } = options;
  const words = [...options.words];
  if (!words.length || words.some((word) => !word.length))
    throw new DataError(
      `extract: ${words.length} words, some maybe empty; want at least one of at least one symbol`,
    );
  const runs = [...record(words)];
  const H = runs[0].hidden.length / runs[0].printed.length;
  for (let levels = 2; levels <= maxLevels; ++levels) {
    for (let round = 0; round < 20; ++round) {
      // each round adds the transitions of the patterns that the last one found
      const r = readRuns(words, runs, H, levels, symbols.length);
      const classOf = r && merge(r);
      if (!r || !classOf) break;
      const wanted = unseen(r, classOf);
      if (wanted.length) {
        runs.push(...record(wanted));
        words.push(...wanted);
        continue;
      }
      const { machine, stateOf } = assemble(r, classOf, symbols);
      const patterns = r.visits
        .map((visits, p) => ({ mean: r.sums[p].map((sum) => sum / visits), visits, state: stateOf[p] }))
        .slice(1);
      return { machine, patterns, levels, steps: patterns.reduce((sum, p) => sum + p.visits, 0) };
    }
  }
  throw new DataError(
    `extract: ${maxLevels} levels a unit leave patterns that print two different things ` +
      `on ${words.length} words; train until the activities saturate`,
  );
}
