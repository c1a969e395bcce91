/** Oscillator, latch and chaos in nets left to themselves. */
import { fixedPoints } from "../../analysis/fixed-points.ts";
import { lyapunovExponents } from "../../analysis/lyapunov.ts";
import { oscillation } from "../../analysis/oscillation.ts";
import { plot } from "../../figures/plot.ts";
import { type Figure, panels, svg } from "../../figures/svg.ts";
import { stateMap } from "../../analysis/state-map.ts";
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext, Run } from "./experiment.ts";
import { atMost, decide, exactly } from "./verdict.ts";

/** α times a rotation by 2π/20. */
function rotation(alpha: number): number[] {
  const c = alpha * Math.cos(Math.PI / 10);
  const s = alpha * Math.sin(Math.PI / 10);
  return [c, -s, s, c];
}

/** The input at which one of a latch's two attractors disappears: w√(1-1/w) - artanh√(1-1/w). */
function latchLimit(w: number): number {
  const x = Math.sqrt(1 - 1 / w);
  return w * x - Math.atanh(x);
}

/** A latch that is pushed to its positive side for ten steps, left alone, then pushed to the other. */
async function latchHistory(w: number): Promise<number[]> {
  const pushed = await stateMap({ W: [w], bias: [1] });
  const alone = await stateMap({ W: [w] });
  const back = await stateMap({ W: [w], bias: [-1] });
  const h = [0];
  for (const [map, steps] of [
    [pushed, 10],
    [alone, 40],
    [back, 10],
    [alone, 40],
  ] as const)
    h.push(...map.trajectory([h[h.length - 1]], steps).slice(1));
  for (const map of [pushed, alone, back]) map.dispose();
  return h;
}

/** What is measured of the three behaviors, beside the reference numbers. */
export interface Behaviors {
  /** Stable points of latches just below and just above the limit of their input. */
  readonly below: readonly number[];
  readonly above: readonly number[];
  /** Largest error of a limit, an amplitude, a counted period, the exponents of two and of 200 units. */
  readonly limits: number;
  readonly amplitudes: number;
  readonly periods: number;
  readonly chaos: number;
  readonly exponents: number;
}

export const criteria = [
  exactly("latches below the limit: fewest attractors", 2, (m: Behaviors) => Math.min(...m.below)),
  exactly("latches above the limit: most attractors", 1, (m: Behaviors) => Math.max(...m.above)),
  atMost("limits of |h| against w√(1-1/w) - artanh√(1-1/w)", 5e-5, (m: Behaviors) => m.limits),
  atMost("amplitudes of three oscillators, largest error", 5e-4, (m: Behaviors) => m.amplitudes),
  atMost("periods of two oscillators, largest error (steps)", 5e-3, (m: Behaviors) => m.periods),
  atMost("Lyapunov exponent of two neurons, error", 1e-3, (m: Behaviors) => m.chaos),
  atMost("exponents of random nets at four gains, largest error", 0.05, (m: Behaviors) => m.exponents),
];

/** Numbers by name, and how far each group of them is from what is known. */
class Expectations {
  readonly numbers: Record<string, number> = {};
  readonly off = { limits: 0, amplitudes: 0, periods: 0, chaos: 0, exponents: 0 };
  readonly below: number[] = [];
  readonly above: number[] = [];

  /** Notes a number and how far it is from what is wanted. */
  near(group: keyof Expectations["off"], name: string, got: number, want: number): void {
    this.numbers[name] = got;
    this.off[group] = Math.max(this.off[group], Math.abs(got - want));
  }
}

/** Two attractors below the limit of |h|, one above. */
async function latches(found: Expectations): Promise<void> {
  for (const [w, want] of [
    [1.25, 0.0778],
    [1.5, 0.2075],
    [2, 0.5328],
  ]) {
    const limit = latchLimit(w);
    for (const [h, list] of [
      [limit - 1e-3, found.below],
      [limit + 1e-3, found.above],
    ] as const) {
      const map = await stateMap({ W: [w], bias: [h] });
      list.push(fixedPoints(map).filter((point) => point.stable).length);
      map.dispose();
    }
    found.near("limits", `latch w=${w}: limit of |h|`, limit, want);
  }
}

interface Wave {
  readonly alpha: number;
  readonly x: Float64Array;
}

/** The first unit of three oscillators, 121 steps. */
async function oscillators(found: Expectations): Promise<Wave[]> {
  const waves: Wave[] = [];
  for (const [alpha, amplitude, counted] of [
    [0.95, 0, 0],
    [1.05, 0.424, 20.13],
    [1.2, 0.734, 20.55],
  ]) {
    const map = await stateMap({ W: rotation(alpha) });
    const path = map.trajectory([0.1, 0], 4000);
    map.dispose();
    const first = (from: number, T: number): Float64Array =>
      Float64Array.from({ length: T }, (_, t) => path[2 * (from + t)]);
    waves.push({ alpha, x: first(0, 121) });
    const wave = oscillation(first(1001, 3000));
    found.near("amplitudes", `oscillator α=${alpha}: amplitude`, wave.amplitude, amplitude);
    if (!counted) continue;
    found.near("periods", `oscillator α=${alpha}: steps / rises counted`, wave.countedPeriod, counted);
    found.numbers[`oscillator α=${alpha}: period between rises`] = wave.period;
  }
  return waves;
}

/** 8000 points of the attractor of two neurons. */
async function twoNeurons(found: Expectations): Promise<Float64Array> {
  const map = await stateMap({ W: [-20, 6, -6, 0], bias: [-2, 3], activation: "logistic", form: "inside" });
  const [largest] = lyapunovExponents(map, { steps: 1_000_000, start: [0, 0] });
  found.near("chaos", "two neurons: largest Lyapunov exponent", largest, 0.2296);
  const attractor = map.trajectory(map.trajectory([0, 0], 1000).slice(-2), 8000);
  map.dispose();
  return Float64Array.from(attractor);
}

const GAINS = [0.5, 0.7, 0.9, 1.1, 1.3, 1.6, 2, 2.5, 3];

/** The largest exponent of a random net of 200 units at each gain. */
async function randomNets(
  found: Expectations,
  { seed, signal, progress }: LectureContext,
): Promise<number[]> {
  const random = new Random(await inferenceEngine(), seed, streams.initial);
  const J = Float64Array.from({ length: 200 * 200 }, () => random.normal() / Math.sqrt(200));
  const exponents: number[] = [];
  for (const [i, g] of GAINS.entries()) {
    signal.throwIfAborted();
    const map = await stateMap({ W: J.map((x) => g * x) }, 1);
    exponents.push(lyapunovExponents(map, { steps: 2000, discard: 500 })[0]);
    map.dispose();
    progress(0.3 + (0.7 * (i + 1)) / GAINS.length, `g = ${g}`);
  }
  for (const [g, want] of [
    [0.5, -0.67],
    [0.9, -0.08],
    [2, 0.15],
    [3, 0.3],
  ])
    found.near("exponents", `random net g=${g}: largest exponent`, exponents[GAINS.indexOf(g)], want);
  return exponents;
}

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const drawnLatch = (latch: number[]): Figure =>
  plot({
    title: "Latch, w = 2",
    note: "Pushed up at step 0, down at step 50, left alone between",
    x: { label: "step" },
    y: { label: "activity" },
    marks: [{ kind: "line", x: count(latch.length), y: latch }],
  });

const drawnWaves = (waves: readonly Wave[]): Figure =>
  plot({
    title: "Oscillator",
    note: "Below α = 1 it dies, above it holds an amplitude",
    x: { label: "step" },
    y: { label: "activity of one unit" },
    marks: waves.map(({ alpha, x }) => ({
      kind: "line" as const,
      x: count(x.length),
      y: x,
      label: `α = ${alpha}`,
    })),
  });

const drawnAttractor = (points: Float64Array): Figure =>
  plot({
    title: "Chaos of two neurons",
    note: "8000 steps: bounded, and without a period",
    x: { label: "input of the first, a₁" },
    y: { label: "of the second, a₂" },
    marks: [
      {
        kind: "points",
        size: 0.7,
        x: points.filter((_, i) => i % 2 === 0),
        y: points.filter((_, i) => i % 2 === 1),
      },
    ],
  });

const drawnExponents = (exponents: number[]): Figure =>
  plot({
    title: "Random nets of 200 units",
    note: "Below 0 two states meet, above 0 they part: chaos",
    x: { label: "gain g of the weights" },
    y: { label: "largest Lyapunov exponent" },
    marks: [
      { kind: "rule", y: 0 },
      { kind: "line", x: GAINS, y: exponents },
      { kind: "points", x: GAINS, y: exponents, color: "#0b66b0" },
    ],
  });

export const run: Run = async (context) => {
  const { log, progress } = context;
  const found = new Expectations();
  log("Latch a ← tanh(w·a + h): two attractors for w > 1, as long as |h| is below a limit.");
  await latches(found);
  log("Oscillator: W = α·rotation by 1/20 turn. It dies below α = 1 and holds an amplitude above.");
  const waves = await oscillators(found);
  progress(0.1, "chaos of two neurons");
  const attractor = await twoNeurons(found);
  log("Random net of 200 units h ← tanh(g·J·h): order below g = 1, chaos above.");
  const exponents = await randomNets(found, context);
  const latch = await latchHistory(2);
  const figures = [
    drawnLatch(latch),
    drawnWaves(waves),
    drawnAttractor(attractor),
    drawnExponents(exponents),
  ];
  const { numbers, off, below, above } = found;
  return {
    numbers,
    ...decide(criteria, { ...off, below, above }),
    figure: svg(panels(figures, { columns: 2 })),
  };
};
