/** 7c-4: the hidden patterns of the net that learned to add, and the automaton whose nodes they are. */
import { automatonFigure } from "../../analysis/automaton-drawing.ts";
import { type Automaton, hiddenNet } from "../../analysis/extract-automaton.ts";
import { plot, type Mark } from "../../figures/plot.ts";
import { type Figure, panels, svg } from "../../figures/svg.ts";
import { type Network } from "../../models/network/network.ts";
import { addition, adder } from "../../tasks/addition.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { learnAddition } from "../../analysis/learn-addition.ts";
import type { Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide, exactly } from "./verdict.ts";

/** Activities of the three hidden units at a step, and the state of the lecture's automaton there. */
interface Activity {
  readonly h: readonly number[];
  readonly state: number;
}

/** Every step of 60 sums of 40 digits. */
async function activities(net: Network, seed: number): Promise<Activity[]> {
  const hidden = await hiddenNet(net);
  const items = addition({ digits: 40 }).batch(60, new Random(net.engine, seed, streams.experimentTest));
  const rows = hidden.predict(items.map((item) => item.input)).flatMap((h, i) => {
    const { input } = items[i];
    let state = adder.start;
    return Array.from({ length: h.length / 3 }, (_, t) => {
      state = adder.next[state][2 * input[2 * t] + input[2 * t + 1]];
      return { h: Array.from(h.subarray(3 * t, 3 * t + 3)), state };
    });
  });
  hidden.dispose();
  return rows;
}

const squaredDistance = (mean: readonly number[], row: readonly number[]): number =>
  mean.reduce((sum, m, j) => sum + (m - row[j]) ** 2, 0);

/** The pattern nearest to an activity, and how far it is. */
function nearest({ patterns }: Automaton, row: readonly number[]): { state: number; distance: number } {
  const distances = patterns.map(({ mean }) => squaredDistance(mean, row));
  const nearest = Math.min(...distances);
  return { state: patterns[distances.indexOf(nearest)].state, distance: Math.sqrt(nearest) };
}

/** What the verdict is about. */
export interface Nodes {
  /** Patterns of the hidden units, and states of the machine that they are. */
  readonly patterns: number;
  readonly states: number;
  readonly equivalent: boolean;
  /** Largest distance of an activity from its pattern, over the smallest between patterns of two states. */
  readonly spread: number;
  /** Share of fresh activities whose nearest pattern is of the state that the lecture's automaton is in. */
  readonly right: number;
}

export const criteria = [
  atLeast("patterns of hidden activity", 4, (m: Nodes) => m.patterns),
  exactly("states of the minimized machine", 4, (m: Nodes) => m.states),
  exactly("equal to the lecture's automaton (1: yes)", 1, (m: Nodes) => Number(m.equivalent)),
  atMost("largest distance to a pattern / smallest between states", 0.5, (m: Nodes) => m.spread),
  exactly("fresh activities at the pattern of the right state (share)", 1, (m: Nodes) => m.right),
];

/** How tight the patterns are, on fresh activities. */
function tightness(automaton: Automaton, rows: readonly Activity[]): Pick<Nodes, "spread" | "right"> {
  const { patterns, machine } = automaton;
  const found = rows.map(({ h }) => nearest(automaton, h));
  const between = patterns.flatMap((a) =>
    patterns.filter((b) => b.state !== a.state).map((b) => Math.sqrt(squaredDistance(a.mean, b.mean))),
  );
  const spread = Math.max(...found.map(({ distance }) => distance)) / Math.min(...between);
  // which state of the lecture's machine each state of the net's is, by what it mostly stands for
  const votes = machine.next.map(() => adder.next.map(() => 0));
  rows.forEach(({ state }, i) => ++votes[found[i].state][state]);
  const right = votes.reduce((sum, row) => sum + Math.max(...row), 0) / rows.length;
  return { spread, right };
}

/** A net whose patterns overlap: no bound holds but by chance, and what it can do is told beside. */
async function indistinct(net: Network, seed: number): Promise<Outcome> {
  const task = addition({ digits: 40 });
  const items = task.batch(200, new Random(net.engine, seed, streams.experimentTest));
  const answers = net.predict(items.map(({ input }) => input));
  const wrong = items.filter((item, i) => task.wrong(item, answers[i]) > 0).length / items.length;
  net.dispose();
  return {
    numbers: { "patterns of the three hidden units": "not distinct", "wrong sums of 40 digits": wrong },
    ...decide(criteria, { patterns: NaN, states: NaN, equivalent: false, spread: NaN, right: NaN }),
  };
}

/** Twelve edges of a cube: the third unit moves a point up and to the right a little, as in a drawing. */
function cube(): Mark[] {
  const edge = (x: number[], y: number[]): Mark => ({ kind: "line", x, y, color: "#c5ccd4", width: 1 });
  const squares = [0, 1].map((z) =>
    edge(
      [0, 1, 1, 0, 0].map((v) => v + 0.35 * z),
      [0, 0, 1, 1, 0].map((v) => v + 0.25 * z),
    ),
  );
  const corners = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  return [...squares, ...corners.map(([x, y]) => edge([x, x + 0.35], [y, y + 0.25]))];
}

function drawn(automaton: Automaton, rows: readonly (readonly number[])[]): Figure {
  const { machine } = automaton;
  const states = rows.map((row) => nearest(automaton, row).state);
  const marks = machine.next.map((_, s): Mark => {
    const own = rows.filter((__, i) => states[i] === s);
    return {
      kind: "points",
      x: own.map((row) => row[0] + 0.35 * row[2]),
      y: own.map((row) => row[1] + 0.25 * row[2]),
      label: machine.names?.[s] ?? String(s),
      size: 4,
    };
  });
  return plot({
    title: "Hidden activity of the three units",
    note: "Every step of 60 sums, seen as points in the cube of activities; color: the state.",
    x: { ticks: [], range: [-0.1, 1.45] },
    y: { ticks: [], range: [-0.1, 1.35] },
    width: 560,
    height: 470,
    marks: [...cube(), ...marks],
  });
}

export const run: Run = async ({ seed, signal, log, progress }): Promise<Outcome> => {
  const { net, automaton, invariance } = await learnAddition({
    seed,
    signal,
    onStep: ({ attemptStep, loss }) => progress(Math.min(1, attemptStep / 700), `loss ${loss.toFixed(4)}`),
  });
  signal.throwIfAborted();
  if (!automaton) return indistinct(net, seed);
  const all = await activities(net, seed);
  const rows = all.map(({ h }) => h);
  net.dispose();
  const { machine, patterns } = automaton;
  log(`${automaton.text()}\n`);
  for (const { mean, visits, state } of patterns)
    log(
      `  ${mean.map((h) => h.toFixed(2)).join("  ")}   ${machine.names?.[state] ?? state}  (${visits} steps)`,
    );
  const tight = tightness(automaton, all);
  const numbers = {
    "patterns of the three hidden units": patterns.length,
    "states of the minimized machine": machine.next.length,
    "steps recorded, all explained": automaton.steps,
    "largest distance of an activity from its pattern": Math.max(
      ...rows.map((row) => nearest(automaton, row).distance),
    ),
    "the same / smallest distance between patterns of two states": tight.spread,
    "activities at the pattern of the right state (share)": tight.right,
    "equal to the lecture's automaton": automaton.equivalent ? "yes" : "no",
    "proven for every length": invariance?.proven ? "yes" : "no",
  };
  const figure = automatonFigure(machine, { title: "The automaton that these patterns are" });
  return {
    numbers,
    ...decide(criteria, {
      patterns: patterns.length,
      states: machine.next.length,
      equivalent: automaton.equivalent,
      ...tight,
    }),
    figure: svg(panels([drawn(automaton, rows), figure])),
  };
};
