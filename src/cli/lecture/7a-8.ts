/** Oscillator, latch and chaos in nets left to themselves. */
import { fixedPoints } from "../../analysis/fixed-points.ts";
import { lyapunovExponents } from "../../analysis/lyapunov.ts";
import { oscillation } from "../../analysis/oscillation.ts";
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { stateMap } from "../../analysis/state-map.ts";
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { Random } from "../../wasm/random.ts";
import type { Run } from "./experiment.ts";

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

export const run: Run = async ({ seed, log, progress, signal }) => {
  const numbers: Record<string, number> = {};
  let verdict = true;
  const expectNear = (name: string, got: number, want: number, off: number): void => {
    numbers[name] = got;
    verdict &&= Math.abs(got - want) <= off;
  };
  log("Latch a ← tanh(w·a + h): two attractors for w > 1, as long as |h| is below a limit.");
  for (const [w, want] of [
    [1.25, 0.0778],
    [1.5, 0.2075],
    [2, 0.5328],
  ] as const) {
    const limit = latchLimit(w);
    for (const [h, count] of [
      [limit - 1e-3, 2],
      [limit + 1e-3, 1],
    ] as const) {
      const map = await stateMap({ W: [w], bias: [h] });
      verdict &&= fixedPoints(map).filter((point) => point.stable).length === count;
      map.dispose();
    }
    expectNear(`latch w=${w}: limit of |h|`, limit, want, 5e-5);
  }
  log("Oscillator: W = α·rotation by 1/20 turn. It dies below α = 1 and holds an amplitude above.");
  const waves: { alpha: number; x: Float64Array }[] = [];
  for (const [alpha, amplitude, counted] of [
    [0.95, 0, 0],
    [1.05, 0.424, 20.13],
    [1.2, 0.734, 20.55],
  ] as const) {
    const map = await stateMap({ W: rotation(alpha) });
    const path = map.trajectory([0.1, 0], 4000);
    const first = (from: number, T: number): Float64Array =>
      Float64Array.from({ length: T }, (_, t) => path[2 * (from + t)]);
    waves.push({ alpha, x: first(0, 121) });
    const wave = oscillation(first(1001, 3000));
    expectNear(`oscillator α=${alpha}: amplitude`, wave.amplitude, amplitude, 5e-4);
    if (counted) {
      expectNear(`oscillator α=${alpha}: steps / rises counted`, wave.countedPeriod, counted, 5e-3);
      numbers[`oscillator α=${alpha}: period between rises`] = wave.period;
    }
    map.dispose();
  }
  progress(0.1, "chaos of two neurons");
  const two = await stateMap({ W: [-20, 6, -6, 0], bias: [-2, 3], activation: "logistic", form: "inside" });
  expectNear(
    "two neurons: largest Lyapunov exponent",
    lyapunovExponents(two, { steps: 1_000_000, start: [0, 0] })[0],
    0.2296,
    1e-3,
  );
  const attractor = two.trajectory(two.trajectory([0, 0], 1000).slice(-2), 8000);
  two.dispose();
  const J = Float64Array.from(
    { length: 200 * 200 },
    (
      (random) => () =>
        random.normal() / Math.sqrt(200)
    )(new Random(await inferenceEngine(), seed)),
  );
  log("Random net of 200 units h ← tanh(g·J·h): order below g = 1, chaos above.");
  const gains = [0.5, 0.7, 0.9, 1.1, 1.3, 1.6, 2, 2.5, 3];
  const exponents: number[] = [];
  for (const [i, g] of gains.entries()) {
    signal.throwIfAborted();
    const map = await stateMap({ W: J.map((x) => g * x) }, 1);
    exponents.push(lyapunovExponents(map, { steps: 2000, discard: 500 })[0]);
    map.dispose();
    progress(0.3 + (0.7 * (i + 1)) / gains.length, `g = ${g}`);
  }
  for (const [g, want] of [
    [0.5, -0.67],
    [0.9, -0.08],
    [2, 0.15],
    [3, 0.3],
  ] as const)
    expectNear(`random net g=${g}: largest exponent`, exponents[gains.indexOf(g)], want, 0.05);
  const latch = await latchHistory(2);
  const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const figure = panels(
    [
      plot({
        title: "Latch, w = 2",
        note: "Pushed up at step 0, down at step 50, left alone between",
        x: { label: "step" },
        marks: [{ kind: "line", x: count(latch.length), y: latch }],
      }),
      plot({
        title: "Oscillator",
        x: { label: "step" },
        marks: waves.map(({ alpha, x }) => ({
          kind: "line" as const,
          x: count(x.length),
          y: x,
          label: `α = ${alpha}`,
        })),
      }),
      plot({
        title: "Chaos of two neurons",
        x: { label: "a₁" },
        y: { label: "a₂" },
        marks: [
          {
            kind: "points",
            size: 0.7,
            x: attractor.filter((_, i) => i % 2 === 0),
            y: attractor.filter((_, i) => i % 2 === 1),
          },
        ],
      }),
      plot({
        title: "Random nets of 200 units",
        x: { label: "g" },
        y: { label: "largest Lyapunov exponent" },
        marks: [
          { kind: "rule", y: 0 },
          { kind: "line", x: gains, y: exponents },
          { kind: "points", x: gains, y: exponents, color: "#0b66b0" },
        ],
      }),
    ],
    { columns: 2 },
  );
  return { numbers, verdict, figure: svg(figure) };
};
