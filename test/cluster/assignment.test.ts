/** Who is asked for which shard, and when: times are given, nothing waits. */
import { describe, expect, test } from "vitest";
import { Assignment, median } from "../../src/cluster/assignment.ts";

const shards = (n: number, cost = 10): number[] => Array.from({ length: n }, () => cost);
/** A plan of workers a, b, … that has begun a round. */
function plan(workers: string, count: number): Assignment {
  const made = new Assignment();
  for (const name of workers) made.join(name, 0);
  made.begin(shards(count), { again: false });
  return made;
}
const said = (made: Assignment, now: number): string =>
  made
    .ask(now)
    .map(({ worker, index }) => `${worker}${index}`)
    .join(" ");
/** A plan in which a worker takes 100 ms a shard. */
function paced(workers: string, count: number): Assignment {
  const made = plan(workers, 4);
  made.ask(0);
  for (const [i, name] of [...workers, ...workers].slice(0, 4).entries())
    made.answered(name, i, 100 * (1 + Math.floor(i / workers.length)));
  made.begin(shards(count), { again: false });
  return made;
}

test("the median is one of the middle values", () => {
  expect(median([])).toBeUndefined();
  expect(median([3])).toBe(3);
  expect(median([9, 1, 5])).toBe(5);
  expect([2, 4]).toContain(median([4, 2]));
});

describe("questions", () => {
  test("go to all workers before anyone gets two, first shards first", () => {
    expect(said(plan("abc", 7), 0)).toBe("a0 b1 c2 a3 b4 c5");
    expect(said(plan("", 3), 0)).toBe("");
  });

  test("go out again when a worker leaves, is silent, or never got them", () => {
    for (const lose of [(p: Assignment) => p.leave("a"), (p: Assignment) => p.giveBack("a", 0)]) {
      const made = plan("ab", 2);
      expect(said(made, 0)).toBe("a0 b1");
      lose(made);
      expect(said(made, 1)).toMatch(/^[ab]0$/);
    }
    const made = plan("a", 1);
    said(made, 0);
    made.idle("a", 0);
    expect(said(made, 1), "asked too lately to be lost").toBe("");
    made.idle("a", 5);
    expect(said(made, 6)).toBe("a0");
  });

  test("go elsewhere when a worker takes four times the median; it gets no more until it is heard", () => {
    const made = paced("ab", 20);
    expect(said(made, 1000)).toBe("a0 b1 a2 b3");
    made.answered("b", 1, 1100);
    made.answered("b", 3, 1200);
    expect(said(made, 1200)).toBe("b4 b5");
    expect(made.wake(1200)).toBeLessThanOrEqual(450);
    expect(said(made, 1700), "a is late: b gets what a had, once it has room").toBe("");
    made.answered("b", 4, 1710);
    expect(said(made, 1710)).toBe("b0");
    expect(made.answered("a", 0, 1720), "the first answer wins").toBe("first");
    expect(made.answered("b", 0, 1730)).toBe("again");
    expect(said(made, 1740)).toContain("a");
  });

  test("of the last tenth go to idle workers too, after the time that others take", () => {
    const made = paced("ab", 10);
    let now = 1000;
    made.ask(now);
    const left = new Set(Array.from({ length: 10 }, (_, i) => i));
    for (const index of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
      now += 40;
      for (const name of "ab") if (made.answered(name, index, now) === "first") left.delete(index);
      made.ask(now);
    }
    expect([...left]).toEqual([9]);
    const both = ["a", "b"].map((name) => made.answered(name, 9, now + 500));
    expect(both).toContain("first");
  });
});

describe("answers", () => {
  test("count once, and only from who was asked in this round", () => {
    const made = plan("ab", 2);
    said(made, 0);
    expect(made.answered("a", 1, 5)).toBe("never asked");
    expect(made.answered("c", 0, 5)).toBe("never asked");
    expect(made.answered("a", 7, 5)).toBe("never asked");
    expect(made.answered("a", 0, 5)).toBe("first");
    expect(made.answered("a", 0, 6)).toBe("again");
    made.begin(shards(2), { again: false });
    expect(made.answered("b", 1, 7)).toBe("never asked");
  });

  test("decide who gets a shard when it comes again: who knows it", () => {
    const made = plan("ab", 4);
    expect(said(made, 0)).toBe("a0 b1 a2 b3");
    for (const i of [0, 2]) made.answered("a", i, 10);
    for (const i of [1, 3]) made.answered("b", i, 10);
    made.begin(shards(4), { again: true });
    expect(said(made, 20)).toBe("a0 b1 a2 b3");
    made.leave("a");
    made.begin(shards(4), { again: true });
    expect(said(made, 30)).toBe("b1 b3");
  });
});

test("whatever workers do, every shard is answered once", () => {
  let state = 1;
  const random = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  for (let trial = 0; trial < 60; ++trial) {
    const made = plan("abc", 12);
    const held: { worker: string; index: number }[] = [];
    const first: number[] = [];
    for (let now = 0; first.length < 12 && now < 1e6; now += 1 + random(400)) {
      held.push(...made.ask(now));
      const name = "abc"[random(3)];
      if (random(6) === 0) made.leave(name);
      else made.join(name, now);
      if (random(5) === 0) made.idle(name, now);
      const [got] = held.splice(random(held.length || 1), 1);
      if (got && random(4) > 0 && made.answered(got.worker, got.index, now) === "first")
        first.push(got.index);
    }
    expect(first.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  }
});
