/**
 * 7c-5: one net of six units does two additions at once; the automaton that it becomes has the product of the
 * states.
 */
import { extractAutomaton } from "../../analysis/extract-automaton.ts";
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { minimize, type Moore } from "../../inference/moore.ts";
import { dense } from "../../models/network/layers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { normal } from "../../models/network/initializers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { nesterov } from "../../optim/nesterov.ts";
import { addition, adder } from "../../tasks/addition.ts";
import { wrongBits } from "../../tasks/long-lag/scoring.ts";
import type { FiniteTask, Item } from "../../train/task.ts";
import { learnAddition } from "../../analysis/learn-addition.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { decide, exactly } from "./verdict.ts";

/** Two machines side by side: every pair of states, every pair of symbols. */
function product(m: Moore): Moore {
  const S = m.next.length;
  const A = m.symbols.length;
  const pairs = Array.from({ length: S * S }, (_, s) => [Math.floor(s / S), s % S] as const);
  return {
    symbols: Array.from({ length: A * A }, (_, a) => `${m.symbols[Math.floor(a / A)]} ${m.symbols[a % A]}`),
    start: m.start * S + m.start,
    outputs: pairs.map(([s, t]) => `${m.outputs[s]}${m.outputs[t]}`),
    next: pairs.map(([s, t]) =>
      Array.from({ length: A * A }, (_, a) => m.next[s][Math.floor(a / A)] * S + m.next[t][a % A]),
    ),
  };
}

/** What the verdict is about. */
export interface AtOnce {
  /** Hidden units of the net that adds one pair, and of the one that adds two. */
  readonly units: readonly [number, number];
  /** States of the machines that they have become. */
  readonly states: readonly [number, number];
  /** States of the smallest machine that adds two pairs. */
  readonly smallest: number;
  readonly equivalent: boolean;
  /** Of 1,000 pairs of 64-digit sums. */
  readonly wrong: number;
}

export const criteria = [
  exactly(
    "states for two additions / states for one, squared",
    1,
    ({ states: [one, two] }: AtOnce) => two / (one * one),
  ),
  exactly("states of the smallest machine for two", 16, (m: AtOnce) => m.smallest),
  exactly("units for two / units for one", 2, ({ units: [one, two] }: AtOnce) => two / one),
  exactly("equal to the product of two adders (1: yes)", 1, (m: AtOnce) => Number(m.equivalent)),
  exactly("wrong of 1,000 pairs of 64-digit sums", 0, (m: AtOnce) => m.wrong),
];

/** Two independent sums of the same length at once: four inputs, two outputs. */
function twice(one: FiniteTask): FiniteTask {
  const A = one.machine.symbols.length;
  const beside = (a: ArrayLike<number>, b: ArrayLike<number>, columns: number): Float32Array => {
    const steps = a.length / columns;
    return Float32Array.from({ length: 2 * a.length }, (_, i) => {
      const t = Math.floor(i / (2 * columns));
      const j = i % (2 * columns);
      if (t >= steps) return 0;
      return j < columns ? a[t * columns + j] : b[t * columns + j - columns];
    });
  };
  return {
    ...one,
    name: "two additions",
    input: 4,
    output: 2,
    chance: 2 * one.chance,
    machine: product(one.machine),
    batch(n, random) {
      const items = one.batch(2 * n, random);
      return Array.from({ length: n }, (_, i): Item => ({
        input: beside(items[2 * i].input, items[2 * i + 1].input, 2),
        target: beside(items[2 * i].target, items[2 * i + 1].target, 1),
      }));
    },
    wrong: wrongBits,
    encode: (symbol) => [
      ...Array.from(one.encode(Math.floor(symbol / A))),
      ...Array.from(one.encode(symbol % A)),
    ],
    print: (y) => one.print([y[0]]) + one.print([y[1]]),
  };
}

type Automaton = Awaited<ReturnType<typeof extractAutomaton>>;

/** The result of learning two additions at once. */
interface Learned {
  readonly states: number;
  readonly patterns: number;
  readonly equivalent: boolean;
  readonly wrong: number;
  readonly weights: number;
  readonly steps: number;
  readonly restarts: number;
}

/** Hidden units for two additions. */
const UNITS = 6;
/** Fresh starts after which the net is taken as it is. */
const RESTARTS = 9;

const makeNet = (seed: number): Promise<Network> =>
  network({
    input: 4,
    layers: [
      rnn(UNITS, { activation: "logistic", init: { input: normal(1), recurrent: normal(1) } }),
      dense(2, { init: { input: normal(1) } }),
    ],
    loss: "bernoulli",
    seed,
  });

/** Trains from one start, until the net has become the product of two adders, or is stuck. */
async function attempt(
  net: Network,
  task: FiniteTask,
  restarts: number,
  { signal, progress }: LectureContext,
): Promise<{ best: Automaton | undefined; steps: number }> {
  const optimizer = nesterov({ rate: 1, momentum: 0.9, clip: 1 });
  let steps = 0;
  let learned = 0;
  let best: Automaton | undefined;
  for await (const { step, loss } of net.train(task, { optimizer, steps: 5000, batch: 64, signal })) {
    ++steps;
    progress(
      Math.min(0.99, 0.3 + (0.7 * step) / 1500),
      `two additions, loss ${loss.toFixed(4)}${restarts ? `, restarts ${restarts}` : ""}`,
    );
    if (!learned && loss < 0.02) learned = step;
    if (!learned && step >= 1500) break;
    if (!learned || (step - learned) % 250 !== 249) continue;
    best = await extractAutomaton(net, task, { words: 200 }).catch(() => undefined);
    if (best?.equivalent) break;
  }
  signal.throwIfAborted();
  return { best, steps };
}

/** Six units, four inputs, two outputs; fresh starts until it has learned. */
async function learnTwo(context: LectureContext): Promise<Learned> {
  const { seed } = context;
  const task = twice(addition({ digits: 8, minDigits: 8 }));
  const fresh = twice(addition({ digits: 64, minDigits: 64 }));
  let steps = 0;
  for (let restarts = 0; ; ++restarts) {
    const net = await makeNet(seed + 1_000_000 * restarts);
    const { best, steps: more } = await attempt(net, task, restarts, context);
    steps += more;
    if (!best?.equivalent && restarts < RESTARTS) {
      net.dispose();
      continue;
    }
    const wrong = (await net.evaluate(fresh, { count: 1000, seed })).wrongSequences!;
    const weights = net.size;
    net.dispose();
    return {
      states: best?.machine.next.length ?? 0,
      patterns: best?.patterns.length ?? 0,
      equivalent: best?.equivalent ?? false,
      wrong,
      weights,
      steps,
      restarts,
    };
  }
}

/** Costs of k additions at once; circles where nets were trained. */
function drawn(found: readonly number[]): string {
  const tasks = [1, 2, 3, 4, 5, 6];
  return svg(
    plot({
      title: "More things at once",
      note:
        "k additions at once: states that an automaton needs, units and weights that a net needs. " +
        "Circles: learned and extracted.",
      x: { label: "additions at once" },
      y: { label: "number", log: true },
      marks: [
        { kind: "line", x: tasks, y: tasks.map((k) => 4 ** k), label: "states of the automaton, 4ᵏ" },
        { kind: "line", x: tasks, y: tasks.map((k) => (3 * k) ** 2), label: "recurrent weights, (3k)²" },
        { kind: "line", x: tasks, y: tasks.map((k) => 3 * k), label: "hidden units, 3k" },
        {
          kind: "points",
          x: [1, 2],
          y: [...found],
          label: "found in trained nets",
          size: 5,
          color: "#1f2933",
        },
      ],
    }),
  );
}

export const run: Run = async (context): Promise<Outcome> => {
  const one = await learnAddition({
    seed: context.seed,
    signal: context.signal,
    onStep: ({ attemptStep, loss }) =>
      context.progress(Math.min(0.3, attemptStep / 3000), `one addition, loss ${loss.toFixed(4)}`),
  });
  context.signal.throwIfAborted();
  const weights = one.net.size;
  const states = one.automaton?.machine.next.length;
  one.net.dispose();
  const two = await learnTwo(context);
  return {
    numbers: {
      "one addition: units": 3,
      "one addition: states": states ?? 0,
      "one addition: weights": weights,
      "two additions: units": UNITS,
      "two additions: states": two.states,
      "two additions: weights": two.weights,
      "two additions: patterns of hidden activity": two.patterns,
      "two additions: wrong of 1,000 pairs of 64-digit sums": two.wrong,
      "two additions: training steps": two.steps,
      "two additions: restarts": two.restarts,
      "equal to the product of two adders": two.equivalent ? "yes" : "no",
    },
    ...decide(criteria, {
      units: [3, UNITS],
      states: [states ?? 0, two.states],
      smallest: minimize(product(adder)).machine.next.length,
      equivalent: two.equivalent,
      wrong: two.wrong,
    }),
    figure: drawn([states ?? NaN, two.states]),
  };
};
