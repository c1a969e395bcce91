import fc from "fast-check";
import { expect, test } from "vitest";
import { compareMoore, minimize, type Moore, runMoore } from "../../src/inference/moore.ts";
import { adder } from "../../src/tasks/addition.ts";

/** Machines of up to `most` states over two symbols and two outputs. */
const machines = (max: number): fc.Arbitrary<Moore> =>
  fc
    .integer({ min: 1, max })
    .chain((states) =>
      fc.record({
        symbols: fc.constant(["a", "b"]),
        start: fc.integer({ min: 0, max: states - 1 }),
        outputs: fc.array(fc.constantFrom("0", "1"), { minLength: states, maxLength: states }),
        next: fc.array(
          fc.tuple(fc.integer({ min: 0, max: states - 1 }), fc.integer({ min: 0, max: states - 1 })),
          { minLength: states, maxLength: states },
        ),
      }),
    );

/**
 * Whether two machines print the same on every word of at most `length` symbols: the oracle, by enumeration.
 */
function sameUpTo(a: Moore, b: Moore, length: number): boolean {
  for (let word = 1; word < 2 ** (length + 1); ++word) {
    const symbols = [...word.toString(2)].slice(1).map(Number);
    if (runMoore(a, symbols).join() !== runMoore(b, symbols).join()) return false;
  }
  return true;
}

/** States that no word tells apart, counted by enumerating words: the size of the smallest machine. */
function distinguishable(m: Moore, length: number): number {
  const reached = new Set([m.start]);
  for (const s of reached) for (const to of m.next[s]) reached.add(to);
  const behavior = (s: number): string => {
    const prints = [m.outputs[s]!];
    for (let word = 1; word < 2 ** (length + 1); ++word)
      prints.push(runMoore({ ...m, start: s }, [...word.toString(2)].slice(1).map(Number)).join(""));
    return prints.join();
  };
  return new Set([...reached].map(behavior)).size;
}

test("the adder of the lecture adds: its prints are the digits of the sum", () => {
  for (let x = 0; x < 64; ++x)
    for (let y = 0; y < 64; ++y) {
      const symbols = Array.from({ length: 7 }, (_, t) => 2 * ((x >> t) & 1) + ((y >> t) & 1));
      const digits = runMoore(adder, symbols).map(Number);
      expect(digits.reduce((sum, digit, t) => sum + digit * 2 ** t, 0)).toBe(x + y);
    }
});

test("the adder is already minimal: four states", () => {
  expect(minimize(adder).machine.next.length).toBe(4);
});

test("a minimized machine prints what the machine printed, with as few states as behaviors", () => {
  fc.assert(
    fc.property(machines(6), (m) => {
      const { machine, classOf } = minimize(m);
      expect(sameUpTo(m, machine, 7)).toBe(true);
      // 6 states are distinguished by words of at most 5
      expect(machine.next.length).toBe(distinguishable(m, 6));
      expect(machine.start).toBe(classOf[m.start]);
    }),
    { numRuns: 60 },
  );
});

test("the product construction agrees with enumeration, and a counterexample is one", () => {
  let unequal = 0;
  fc.assert(
    fc.property(machines(3), machines(3), (a, b) => {
      const { equal, counterexample } = compareMoore(a, b);
      expect(equal).toBe(sameUpTo(a, b, 9)); // at most 9 pairs, so a difference shows within 9 symbols
      if (equal) return;
      ++unequal;
      const word = counterexample!.map((name) => a.symbols.indexOf(name));
      expect(runMoore(a, word).at(-1)).not.toBe(runMoore(b, word).at(-1));
      expect(runMoore(a, word.slice(0, -1))).toEqual(runMoore(b, word.slice(0, -1)));
    }),
    { numRuns: 150 },
  );
  expect(unequal).toBeGreaterThan(20);
});

test("a machine equals itself and its minimal form; one changed transition of the adder is found", () => {
  fc.assert(
    fc.property(machines(6), (m) => {
      expect(compareMoore(m, m).equal).toBe(true);
      expect(compareMoore(m, minimize(m).machine).equal).toBe(true);
    }),
  );
  for (let s = 0; s < 4; ++s)
    for (let a = 0; a < 4; ++a)
      for (let to = 0; to < 4; ++to) {
        const next = adder.next.map((row) => [...row]);
        next[s][a] = to;
        expect(compareMoore({ ...adder, next }, adder).equal).toBe(adder.next[s][a] === to);
      }
});

test("a start that prints nothing joins the state that goes on as it does", () => {
  const m: Moore = { symbols: ["a"], start: 2, outputs: ["x", "y", undefined], next: [[1], [0], [1]] };
  const { machine } = minimize(m);
  expect(machine.next.length).toBe(2);
  expect(runMoore(machine, [0, 0, 0])).toEqual(["y", "x", "y"]);
});

test("matching states are named: each state of a renumbered adder finds its own", () => {
  const order = [2, 0, 3, 1];
  const place = (s: number): number => order.indexOf(s);
  const mixed: Moore = {
    symbols: adder.symbols,
    start: place(0),
    outputs: order.map((s) => adder.outputs[s]),
    next: order.map((s) => adder.next[s].map(place)),
  };
  expect(compareMoore(mixed, adder)).toMatchObject({ equal: true, match: order });
});

test("a transition to nowhere and different symbols are refused by name", () => {
  expect(() => minimize({ ...adder, next: [...adder.next.slice(0, 3), [0, 1, 2, 7]] })).toThrow(
    /minimize: state 3 with symbol "1\+1" leads to 7/,
  );
  expect(() => compareMoore(adder, { ...adder, symbols: ["a", "b", "c", "d"] })).toThrow(
    /compareMoore: symbols are 0\+0.* and a, b/,
  );
});
