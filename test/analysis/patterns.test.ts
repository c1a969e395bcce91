import { expect, test } from "vitest";
import { extract, type Recorder } from "../../src/analysis/patterns.ts";
import { automatonText } from "../../src/analysis/automaton-drawing.ts";
import { compareMoore, type Moore, runMoore } from "../../src/inference/moore.ts";
import { adder } from "../../src/tasks/addition.ts";

/**
 * A net that runs a machine: each state has a corner of the cube, the activity lies within `spread` of it,
 * differently at each step.
 */
const netOf =
  (m: Moore, corners: readonly (readonly number[])[], spread: number): Recorder =>
  (words) =>
    words.map((word) => {
      const states: number[] = [];
      let state = m.start;
      for (const a of word) states.push((state = m.next[state][a]!));
      const wobble = (t: number, j: number): number =>
        spread * (((t * 7 + j * 3 + states[t]) % 11) / 10 - (corners[states[t]][j] > 0.5 ? 1 : 0));
      return {
        hidden: states.flatMap((s, t) => corners[s].map((c, j) => c + wobble(t, j))),
        printed: runMoore(m, word) as string[],
      };
    });

const corners = [
  [0, 0, 0],
  [0, 1, 0],
  [1, 0, 1],
  [1, 1, 1],
];
/**
 * Words over n symbols from a fixed linear congruence (Knuth's MMIX multiplier is not needed here: any mixing
 * will do).
 */
function words(count: number, length: number, n: number): number[][] {
  let x = 12345;
  return Array.from({ length: count }, () =>
    Array.from({ length }, () => (x = (x * 1103515245 + 12345) % 2147483648) >> 16).map((v) => v % n),
  );
}

test("the adder comes out of a net that runs it: four patterns, four states, equal to the reference", () => {
  const found = extract(netOf(adder, corners, 0.4), { symbols: adder.symbols, words: words(20, 30, 4) });
  expect(found.patterns.length).toBe(4);
  expect(found.levels).toBe(2);
  expect(found.machine.next.length).toBe(4);
  expect(compareMoore(found.machine, adder).equal).toBe(true);
});

test("patterns that stand for the same state are merged", () => {
  // eight states of which 4..7 behave as 0..3
  const next = [...adder.next, ...adder.next].map((row, s) => row.map((to) => (s % 2 ? to : to + 4)));
  const doubled: Moore = {
    symbols: adder.symbols,
    start: 0,
    outputs: [...adder.outputs, ...adder.outputs],
    next,
  };
  const cube = Array.from({ length: 8 }, (_, s) => [s >> 2, (s >> 1) & 1, s & 1]);
  const found = extract(netOf(doubled, cube, 0.3), { symbols: adder.symbols, words: words(20, 40, 4) });
  expect(found.patterns.length).toBe(8);
  expect(found.machine.next.length).toBe(4);
  expect(compareMoore(found.machine, adder).equal).toBe(true);
  for (const pattern of found.patterns)
    expect(found.patterns.filter((p) => p.state === pattern.state).length).toBe(2);
});

test("levels grow until patterns that print different things are apart", () => {
  const close = [
    [0.1, 0, 0],
    [0.3, 0, 0],
    [0.6, 0, 0],
    [0.9, 0, 0],
  ];
  const found = extract(netOf(adder, close, 0), { symbols: adder.symbols, words: words(20, 30, 4) });
  expect(found.levels).toBeGreaterThan(2);
  expect(compareMoore(found.machine, adder).equal).toBe(true);
});

test("transitions that the first words never showed are asked for", () => {
  const asked: number[] = [];
  const net = netOf(adder, corners, 0.2);
  const found = extract(
    (w) => {
      asked.push(w.length);
      return net(w);
    },
    { symbols: adder.symbols, words: [[0]] },
  );
  expect(asked.length).toBeGreaterThan(1);
  expect(compareMoore(found.machine, adder).equal).toBe(true);
});

test("a net with a wrong transition differs from the adder", () => {
  const next = adder.next.map((row) => [...row]);
  next[3][0] = 0; // forgets the carry after 1 + 1 with carry
  const found = extract(netOf({ ...adder, next }, corners, 0.2), {
    symbols: adder.symbols,
    words: words(20, 30, 4),
  });
  const { equal, counterexample } = compareMoore(found.machine, adder);
  expect(equal).toBe(false);
  expect(
    runMoore(
      adder,
      counterexample!.map((s) => adder.symbols.indexOf(s)),
    ).at(-1),
  ).toBe("1");
});

test("a net whose one pattern prints two things is refused, not guessed at", () => {
  const blur: Recorder = (w) =>
    w.map((word) => ({
      hidden: word.flatMap(() => [0.5, 0.5, 0.5]),
      printed: runMoore(adder, word) as string[],
    }));
  expect(() => extract(blur, { symbols: adder.symbols, words: words(20, 30, 4) })).toThrow(
    /extract: 16 levels a unit leave patterns that print two different things/,
  );
  expect(() => extract(blur, { symbols: adder.symbols, words: [] })).toThrow(/extract: 0 words/);
});

test("the table names every state and joins symbols that do the same", () => {
  expect(automatonText(adder)).toBe(
    [
      "   state              prints  0+0                  0+1, 1+0             1+1",
      "─".repeat(88),
      "→  no carry, print 0  0       → no carry, print 0  → no carry, print 1  → carry, print 0",
      "   no carry, print 1  1       → no carry, print 0  → no carry, print 1  → carry, print 0",
      "   carry, print 0     0       → no carry, print 1  → carry, print 0     → carry, print 1",
      "   carry, print 1     1       → no carry, print 1  → carry, print 0     → carry, print 1",
    ].join("\n"),
  );
});
