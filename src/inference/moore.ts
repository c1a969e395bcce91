/**
 * Moore machines (Moore 1956): finite automata that print on entering a state. Running, minimizing by
 * partition refinement, and comparing by the product construction.
 */
import { DataError } from "../wasm/errors.ts";

/** States are 0..S-1, symbols 0..A-1. */
export interface Moore {
  /** Names of the symbols [A]. */
  readonly symbols: readonly string[];
  /** The state before any symbol. */
  readonly start: number;
  /**
   * What each state [S] prints on entry. `undefined`: nothing was ever seen there, as in a start state that
   * is never entered again.
   */
  readonly outputs: readonly (string | undefined)[];
  /** next[s][a]: where symbol a leads from state s. */
  readonly next: readonly (readonly number[])[];
  /** What the states mean, where that is known. */
  readonly names?: readonly string[];
}

/** Throws DataError unless every transition leads to a state. */
export function checkMoore(who: string, m: Moore): void {
  const states = m.next.length;
  if (m.outputs.length !== states || !(m.start >= 0 && m.start < states)) {
    throw new DataError(
      `${who}: ${m.outputs.length} outputs, ${states} rows of transitions, start ${m.start}; want ` +
        "equally many and a start among them",
    );
  }
  m.next.forEach((row, s) =>
    row.forEach((to, a) => {
      if (row.length === m.symbols.length && Number.isInteger(to) && to >= 0 && to < states) return;
      throw new DataError(
        `${who}: state ${s} with symbol "${m.symbols[a]}" leads to ${to} among ${row.length} ` +
          `symbols, want a state below ${states} and ${m.symbols.length} symbols`,
      );
    }),
  );
}

/** What the machine prints while it reads `symbols` from its start: one output for each. */
export function runMoore(m: Moore, symbols: Iterable<number>): (string | undefined)[] {
  let state = m.start;
  return Array.from(symbols, (a) => m.outputs[(state = m.next[state][a]!)]);
}

/** The states that can be reached, in the order of a breadth-first walk from the start. */
function walk(m: Moore): number[] {
  const order = [m.start];
  const seen = new Set(order);
  for (const s of order)
    for (const to of m.next[s])
      if (!seen.has(to)) {
        seen.add(to);
        order.push(to);
      }
  return order;
}

/**
 * The smallest machine that prints the same for every input, with the class of each state of `m` in it (-1:
 * not reachable). Blocks of states with equal outputs are split until no symbol tells two states of a block
 * apart (Moore 1956). A start that prints nothing joins the first state that goes on as it does.
 */
export function minimize(m: Moore): { machine: Moore; classOf: number[] } {
  checkMoore("minimize", m);
  const order = walk(m);
  const place = new Map(order.map((s, i) => [s, i]));
  const outputs = order.map((s) => m.outputs[s]);
  const next = order.map((s) => m.next[s].map((to) => place.get(to)!));
  let block = numbered(outputs.map((output) => (output === undefined ? "nothing" : `prints ${output}`)));
  let blocks = 0;
  while (blocks !== (blocks = count(block)))
    block = numbered(next.map((row, s) => [block[s], ...row.map((to) => block[to])].join(" ")));
  if (outputs[0] === undefined) {
    const twin = next.findIndex(
      (row, s) => outputs[s] !== undefined && row.every((to, a) => block[to] === block[next[0][a]]),
    );
    if (twin >= 0) block = numbered(block.map((b, s) => String(s === 0 ? block[twin] : b)));
  }
  const members = Array.from({ length: count(block) }, (_, b) =>
    order.map((_, i) => i).filter((i) => block[i] === b),
  );
  const one = members.map((block) => block.find((i) => outputs[i] !== undefined) ?? block[0]);
  const machine: Moore = {
    symbols: m.symbols,
    start: block[0],
    outputs: one.map((i) => outputs[i]),
    next: one.map((i) => next[i].map((to) => block[to])),
    ...(m.names ? { names: one.map((i) => m.names![order[i]]) } : {}),
  };
  return { machine, classOf: m.next.map((_, s) => (place.has(s) ? block[place.get(s)!] : -1)) };
}

const count = (block: readonly number[]): number => new Set(block).size;

/** Equal keys get equal numbers, in the order of first appearance. */
function numbered(keys: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  for (const key of keys) if (!numbers.has(key)) numbers.set(key, numbers.size);
  return keys.map((key) => numbers.get(key)!);
}

/**
 * Whether two machines print the same for every input of at least one symbol. The walk over pairs of states
 * reached together visits at most S₁·S₂ pairs, so a finished walk is a proof; otherwise the shortest input
 * that tells them apart, as symbol names. `match[s]` is the state of `b` that goes with state s of `a`, if
 * there is just one.
 */
export function compareMoore(
  a: Moore,
  b: Moore,
): { equal: boolean; counterexample?: string[]; pairs: number; match: (number | undefined)[] } {
  checkMoore("compareMoore", a);
  checkMoore("compareMoore", b);
  if (a.symbols.join("\n") !== b.symbols.join("\n")) {
    throw new DataError(
      `compareMoore: symbols are ${a.symbols.join(", ")} and ${b.symbols.join(", ")}, want the same ` +
        "in both machines",
    );
  }
  interface Pair {
    s: number;
    t: number;
    before?: Pair;
    symbol: number;
  }
  const queue: Pair[] = [{ s: a.start, t: b.start, symbol: -1 }];
  const seen = new Set([`${a.start} ${b.start}`]);
  for (const pair of queue) {
    for (let symbol = 0; symbol < a.symbols.length; ++symbol) {
      const s = a.next[pair.s][symbol];
      const t = b.next[pair.t][symbol];
      const reached: Pair = { s, t, before: pair, symbol };
      if (a.outputs[s] !== b.outputs[t])
        return { equal: false, counterexample: history(reached), pairs: queue.length, match: [] };
      if (!seen.has(`${s} ${t}`)) {
        seen.add(`${s} ${t}`);
        queue.push(reached);
      }
    }
  }
  function history(end: Pair): string[] {
    const names: string[] = [];
    for (let pair: Pair | undefined = end; pair?.before; pair = pair.before)
      names.unshift(a.symbols[pair.symbol]);
    return names;
  }
  const match = a.outputs.map((_, s) => {
    const partners = new Set(queue.filter((pair) => pair.s === s).map((pair) => pair.t));
    return partners.size === 1 ? [...partners][0] : undefined;
  });
  return { equal: true, pairs: queue.length, match };
}
