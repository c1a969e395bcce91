/** Verdicts on sentences of the lecture that have experiments of their own. */
import { test } from "vitest";
import { criteria as order } from "../../src/cli/lecture/7a-1-rows.ts";
import { criteria as shots } from "../../src/cli/lecture/7a-4-missile.ts";
import { criteria as told } from "../../src/cli/lecture/7a-6-utterance.ts";
import { criteria as machine } from "../../src/cli/lecture/7a-7-machine.ts";
import { criteria as capacity } from "../../src/cli/lecture/7a-8-chaos.ts";
import { criteria as memories } from "../../src/cli/lecture/7a-8-memories.ts";
import { criteria as rhythm } from "../../src/cli/lecture/7a-8-rhythm.ts";
import { criteria as parallel } from "../../src/cli/lecture/7a-9-programs.ts";
import { criteria as two } from "../../src/cli/lecture/7a-9.ts";
import { programs, uses } from "../../src/cli/lecture/small-programs.ts";
import { criteria as signal } from "../../src/cli/lecture/7d-2-signal.ts";
import { criteria as oscillators } from "../../src/cli/lecture/7d-6-oscillators.ts";
import { criteria as words } from "../../src/cli/lecture/7a-0.ts";
import { criteria as reading } from "../../src/cli/lecture/7e-3.ts";
import { criteria as optical } from "../../src/cli/lecture/7e-4.ts";
import { catches, instead } from "./planted.ts";

test("7a-1-rows: nets that learned nothing or see the answer, values that say nothing of each other", () => {
  const seen = {
    series: { alone: 4, next: 1.66, others: 1.07 },
    images: { alone: 0.38, next: 0.19, others: 0.12 },
  };
  const { series, images } = seen;
  catches(
    order,
    seen,
    instead(
      seen,
      { series: { ...series, next: 1.9 } },
      { series: { ...series, next: 1.2 } },
      { series: { ...series, others: 1.66 } },
      { series: { ...series, alone: 1.66 } },
      { images: { ...images, next: 0.38 } },
      { images: { ...images, others: 0.19 } },
    ),
  );
});

test("7a-4-missile: a filter that misses, a target that anybody hits, a thrust that does not matter", () => {
  const seen = { known: 0.9, unknown: 0.5, velocity: 0.1, exact: 0.97, inside: 0.95 };
  catches(shots, seen, instead(seen, { known: 0.5 }, { velocity: 0.9 }, { unknown: 0.9 }, { inside: 0.6 }));
});

test("7a-8-chaos: nets that hold nothing, or as much far from the edge", () => {
  const curve = (...capacities: number[]) =>
    [0.1, 0.9, 2].map((gain, i) => ({ gain, capacity: capacities[i] }));
  catches(capacity, curve(8, 30, 0.4), [curve(2, 5, 0), curve(30, 8, 0), curve(8, 20, 30), curve(25, 30, 0)]);
});

test("7d-6-oscillators: modes that do not turn or turn alike, units that all follow the same waves", () => {
  const seen = { turning: 0.94, sectors: 12, selective: 2.3, driven: 17, uncoupled: 1.02 };
  catches(
    oscillators,
    seen,
    instead(seen, { turning: 0.1 }, { sectors: 3 }, { selective: 1 }, { driven: 2 }, { uncoupled: 2.3 }),
  );
});

test("7a-6-utterance: states above their limit, an LSTM that learned by heart or tells too much", () => {
  const models = [
    { limit: 3, taught: 2.2, heldOut: 1.8 },
    { limit: 4, taught: 2.9, heldOut: 2.5 },
  ];
  const net = { taught: 9.9, heldOut: 9.8 };
  const seen = { models, net, apart: -0.05 };
  catches(
    told,
    seen,
    instead(
      seen,
      { models: [{ limit: 3, taught: 4.5, heldOut: 1.8 }, models[1]] },
      { models: [{ limit: 3, taught: 2.2, heldOut: 3.1 }, models[1]] },
      { models: [] },
      { models: [{ limit: 10, taught: 9.5, heldOut: 9 }, models[1]] },
      { net: { taught: 9.9, heldOut: 4 } },
      { net: { taught: 10.1, heldOut: 9.8 } },
      { apart: 1 },
    ),
  );
});

test("7a-7-machine: a net that loses its way, programs that do nothing, stacks that stay small", () => {
  const seen = { compared: 4800, different: 0, programs: 3, ran: 3, deepest: 12 };
  catches(machine, seen, instead(seen, { different: 1 }, { compared: 10 }, { ran: 2 }, { deepest: 1 }));
});

test("7a-8-memories: patterns that do not come back, and no more of them than by Hebb's rule", () => {
  const at = (count: number, learned: number, hebb: number) => ({ count, learned, hebb });
  catches(
    memories,
    [at(8, 1, 0.2), at(14, 0.85, 0.02)],
    [
      [at(8, 0.4, 0.2), at(14, 0.85, 0.02)],
      [at(8, 1, 0.2), at(14, 0.02, 0.02)],
      [at(8, 1, 0.2), at(14, 0.85, 0.85)],
    ],
  );
});

test("7d-2-signal: good weights that lose the signal, a lag that is easy, small weights that find it", () => {
  const at = (...pairs: [signal: number, needed: number][]) =>
    pairs.map(([signal, needed]) => ({ signal, needed }));
  const good = at([0.8, 5], [0.8, 70], [0.7, 230]);
  const small = at([0.3, 8], [1e-4, 4e4], [0, Infinity]);
  catches(signal, { good, small }, [
    { good: at([0.8, 5], [0.1, 500], [1e-3, 1e5]), small },
    { good: at([0.8, 5], [0.8, 6], [0.8, 7]), small },
    { good, small: at([0.3, 8], [0.3, 10], [0.3, 12]) },
  ]);
});

test("7a-9-programs: programs never learned, users that do not care, others that fail too", () => {
  const wrong = programs.map(() => 0);
  const cuts = (users: number, others: number) =>
    programs.map((_, p) => programs.map((__, q) => (uses[q].includes(p) ? users : others)));
  const seen = { wrong, cut: cuts(0.4, 0.01) };
  catches(parallel, seen, [
    { ...seen, wrong: wrong.map((_, p) => (p === 2 ? 0.3 : 0)) },
    { ...seen, cut: cuts(0.01, 0.01) },
    { ...seen, cut: cuts(0.1, 0.01) },
    { ...seen, cut: cuts(0.4, 0.4) },
  ]);
});

test("7a-9: a net that adds but keeps no parity, or keeps it and does not add", () => {
  catches(two, { sum: 0, parity: 0 }, [
    { sum: 0.5, parity: 0 },
    { sum: 0, parity: 0.5 },
  ]);
});

test("7a-8-rhythm: a rhythm of its own, a push that does nothing, one that it does not survive", () => {
  const walk = { command: 0.04, before: 0.04, after: 0.04, size: 1, thrown: 0.5, back: 1 };
  const faults = instead(walk, { before: 0.05 }, { thrown: 0.01 }, { back: 0.2 }, { after: 0.05 });
  catches(
    rhythm,
    [walk, walk],
    faults.map((fault) => [walk, fault]),
  );
});

test("7e-3 and 7e-4: a net that does not read, images read worse than the pen or by more weights", () => {
  catches(reading, 0.03, [0.4]);
  catches(optical, { pen: 0.04, image: 0.03, weights: 0.9 }, [
    { pen: 0.04, image: 0.05, weights: 0.9 },
    { pen: 0.4, image: 0.3, weights: 0.9 },
    { pen: 0.04, image: 0.03, weights: 1.6 },
  ]);
});

test("7a-0: a hybrid that hears other words, a net that learned no order of words", () => {
  const seen = { hybrid: 2, order: 4 };
  catches(words, seen, instead(seen, { hybrid: 60 }, { order: 100 }, { order: NaN }));
});
