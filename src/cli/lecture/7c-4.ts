/** 7c-4: the hidden patterns of the net that learned to add, and the automaton whose nodes they are. */
import { automatonFigure } from "../../analysis/automaton-drawing.ts";
import { type Automaton, hiddenNet } from "../../analysis/extract-automaton.ts";
import { plot, type Mark } from "../../figures/plot.ts";
import { type Figure, panels, svg } from "../../figures/svg.ts";
import { type Network } from "../../models/network/network.ts";
import { addition } from "../../tasks/addition.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { learnAddition } from "../../analysis/learn-addition.ts";
import type { Outcome, Run } from "./experiment.ts";

/** Hidden activities [steps][3] of 60 sums of 40 digits. */
async function activities(net: Network, seed: number): Promise<number[][]> {
  const hidden = await hiddenNet(net);
  const items = addition({ digits: 40 }).batch(60, new Random(net.engine, seed, streams.experimentTest));
  const rows = hidden
    .predict(items.map((item) => item.input))
    .flatMap((h) => Array.from({ length: h.length / 3 }, (_, t) => Array.from(h.subarray(3 * t, 3 * t + 3))));
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

function drawn(automaton: Automaton, rows: readonly number[][]): Figure {
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
  if (!automaton) return { numbers: { patterns: "not distinct" }, verdict: false };
  const rows = await activities(net, seed);
  net.dispose();
  const { machine, patterns } = automaton;
  log(`${automaton.text()}\n`);
  for (const { mean, visits, state } of patterns)
    log(
      `  ${mean.map((h) => h.toFixed(2)).join("  ")}   ${machine.names?.[state] ?? state}  (${visits} steps)`,
    );
  const numbers = {
    "patterns of the three hidden units": patterns.length,
    "states of the minimized machine": machine.next.length,
    "steps recorded, all explained": automaton.steps,
    "largest distance of an activity from its pattern": Math.max(
      ...rows.map((row) => nearest(automaton, row).distance),
    ),
    "equal to the lecture's automaton": automaton.equivalent ? "yes" : "no",
    "proven for every length": invariance?.proven ? "yes" : "no",
  };
  const figure = automatonFigure(machine, { title: "The automaton that these patterns are" });
  return {
    numbers,
    verdict: automaton.equivalent && machine.next.length === 4,
    figure: svg(panels([drawn(automaton, rows), figure])),
  };
};
