/**
 * 7a-4, why a tracker wants a linear dynamical system: radar sees a missile in three dimensions, badly; the
 * Kalman filter forecasts where it will be five steps later, and how sure that is. Shots are aimed at the
 * forecast: with the thrust known as a driving input, without it, and by the last velocity; and from the true
 * state, which no filter can beat.
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { lds, type Lds } from "../../models/lds/lds.ts";
import type { Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide, within } from "./verdict.ts";

const FLIGHTS = 300;
const SEEN = 40; // readings before the shot
const AHEAD = 5; // steps until it arrives
const RADIUS = 30; // m: a nearer shot hits
const RADAR = 10; // m, standard deviation of a reading
const GUST = 0.5; // m/s a step
const axes = [0, 1, 2];

/** A matrix [6,columns] of the same block [2,·] in each axis: place and speed. */
const blocks = (place: readonly number[], speed: readonly number[]): number[][] => {
  const k = place.length;
  return axes.flatMap((a) =>
    [place, speed].map((row) =>
      Array.from({ length: 3 * k }, (_, j) => (Math.floor(j / k) === a ? row[j % k] : 0)),
    ),
  );
};
const diagonal = (n: number, of: (i: number) => number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? of(i) : 0)));

/** Place and speed in three axes; acceleration by thrust and gravity comes in as u. */
const system = (gust: number) => ({
  state: 6,
  output: 3,
  input: 3,
  A: blocks([1, 1], [0, 1]),
  B: blocks([0.5], [1]),
  D: diagonal(3, () => 0),
  C: axes.map((a) => Array.from({ length: 6 }, (_, i) => Number(i === 2 * a))),
  Q: diagonal(6, (i) => (i % 2 ? gust * gust : 1e-6)),
  R: diagonal(3, () => RADAR * RADAR),
  initial: { mean: [0, 60, 0, 20, 0, 90], covariance: diagonal(6, (i) => (i % 2 ? 100 : 2500)) },
});

/** Acceleration [T,3]: gravity always; the engine burns until step 25 and pushes aside from 30 to 38. */
const thrust = Float64Array.from({ length: (SEEN + AHEAD) * 3 }, (_, i) => {
  const t = Math.floor(i / 3);
  const pull = i % 3 === 2 ? -3 : 0;
  const burn = t < 25 ? [2, 0.5, 4][i % 3] : 0;
  return pull + burn + (t >= 30 && t < 38 && i % 3 === 1 ? 4 : 0);
});

/** What is known of it without the engine. */
const gravity = thrust.map((_, i) => (i % 3 === 2 ? -3 : 0));

/** Shares of shots that hit, and of places inside the forecast's 95% ellipsoid. */
export interface Shots {
  readonly known: number;
  readonly unknown: number;
  readonly velocity: number;
  readonly exact: number;
  readonly inside: number;
}

export const criteria = [
  atLeast("hits of the Kalman filter / hits from the true state", 0.85, (m: Shots) => m.known / m.exact),
  atLeast(
    "hits of the Kalman filter less those by the last velocity",
    0.3,
    (m: Shots) => m.known - m.velocity,
  ),
  atLeast("hits with the thrust known less those without it", 0.1, (m: Shots) => m.known - m.unknown),
  within("places inside the forecast's 95% ellipsoid", [0.91, 0.99], (m: Shots) => m.inside),
  atMost("hits by the last velocity", 0.5, (m: Shots) => m.velocity),
];

/** A flight, and where each way aims. */
interface Flight {
  readonly places: Float64Array;
  readonly readings: Float64Array;
  readonly target: readonly number[];
  readonly aims: Readonly<Record<"known" | "unknown" | "velocity" | "exact", readonly number[]>>;
  readonly inside: boolean;
  /** Standard deviations of the filter's forecast. */
  readonly spread: readonly number[];
}

function fly(model: Lds, blind: Lds, seed: number): Flight {
  const { sequence, states } = model.sample(SEEN + AHEAD, { seed, inputs: [thrust] });
  const history = sequence.slice(0, 3 * SEEN);
  const places = Float64Array.from({ length: 3 * (SEEN + AHEAD) }, (_, i) => states[2 * i]);
  const last = (means: ArrayLike<number>): number[] => axes.map((a) => means[3 * (AHEAD - 1) + a]);
  const seen = model.forecast(AHEAD, { history: [history], inputs: [thrust] });
  const known = last(seen.means);
  const unknown = last(blind.forecast(AHEAD, { history: [history], inputs: [gravity] }).means);
  const reading = (t: number, a: number): number => history[3 * t + a];
  const velocity = axes.map(
    (a) => reading(SEEN - 1, a) + AHEAD * (reading(SEEN - 1, a) - reading(SEEN - 2, a)),
  );
  // from the true state only the gusts to come are unknown
  const exact = axes.map((a) => {
    let [place, speed] = [states[6 * (SEEN - 1) + 2 * a], states[6 * (SEEN - 1) + 2 * a + 1]];
    for (let t = SEEN - 1; t < SEEN - 1 + AHEAD; ++t) {
      place += speed + 0.5 * thrust[3 * t + a];
      speed += thrust[3 * t + a];
    }
    return place;
  });
  const target = axes.map((a) => places[3 * (SEEN + AHEAD - 1) + a]);
  const variance = axes.map((a) => seen.covariances[9 * (AHEAD - 1) + 4 * a] - RADAR * RADAR);
  const square = axes.reduce((sum, a) => sum + (target[a] - known[a]) ** 2 / variance[a], 0);
  return {
    places,
    readings: history,
    target,
    aims: { known, unknown, velocity, exact },
    inside: square < 7.815, // 95% of χ² with three degrees of freedom
    spread: variance.map(Math.sqrt),
  };
}

const missed = (aim: readonly number[], target: readonly number[]): number =>
  Math.sqrt(axes.reduce((sum, a) => sum + (aim[a] - target[a]) ** 2, 0));

/** Side view of one flight: across and up. */
function drawn({ places, readings, aims, spread }: Flight): string {
  const of = (v: ArrayLike<number>, a: number): number[] =>
    Array.from({ length: v.length / 3 }, (_, t) => v[3 * t + a]);
  const aim = (name: keyof Flight["aims"], label: string, color: string): Mark => ({
    kind: "points",
    x: [aims[name][1]],
    y: [aims[name][2]],
    label,
    color,
    size: 6,
  });
  const around = Array.from({ length: 65 }, (_, i) => (2 * Math.PI * i) / 64);
  const reach = Math.sqrt(7.815);
  return svg(
    plot({
      title: "Where will it be five steps from now?",
      note: "One flight, seen from behind; the last part. The ellipse is the forecast's 95%.",
      x: { label: "sideways (m)", range: [aims.known[1] - 620, aims.known[1] + 120] },
      y: { label: "height (m)", range: [aims.known[2] - 1100, aims.known[2] + 250] },
      width: 680,
      height: 520,
      marks: [
        {
          kind: "points",
          x: of(readings, 1),
          y: of(readings, 2),
          label: "radar",
          color: "#9aa5b1",
          size: 2.5,
        },
        { kind: "line", x: of(places, 1), y: of(places, 2), label: "the missile", color: "#1f2933" },
        {
          kind: "line",
          x: around.map((w) => aims.known[1] + reach * spread[1] * Math.cos(w)),
          y: around.map((w) => aims.known[2] + reach * spread[2] * Math.sin(w)),
          color: "#0b66b0",
        },
        aim("known", "aim: Kalman filter, thrust known", "#0b66b0"),
        aim("unknown", "thrust unknown", "#b88a00"),
        aim("velocity", "last velocity", "#d1500f"),
        {
          kind: "points",
          x: of(places, 1).slice(-1),
          y: of(places, 2).slice(-1),
          label: "there it is",
          color: "#0a8a63",
          size: 4,
        },
      ],
    }),
  );
}

export const run: Run = async ({ seed, signal, log, progress }): Promise<Outcome> => {
  log(
    `${FLIGHTS} flights; radar is ${RADAR} m off on each axis, a shot arrives ${AHEAD} steps later ` +
      `and hits within ${RADIUS} m.`,
  );
  const model = await lds(system(GUST));
  // without the thrust a model can only take it for gusts, as large as the thrust mostly is
  const blind = await lds(system(3));
  const flights: Flight[] = [];
  for (let i = 0; i < FLIGHTS; ++i) {
    signal.throwIfAborted();
    flights.push(fly(model, blind, 1000 * seed + i));
    progress((i + 1) / FLIGHTS);
  }
  for (const one of [model, blind]) one.dispose();
  const share = (of: (flight: Flight) => boolean): number => flights.filter(of).length / FLIGHTS;
  const hits = (name: keyof Flight["aims"]): number =>
    share(({ aims, target }) => missed(aims[name], target) < RADIUS);
  const shots: Shots = {
    known: hits("known"),
    unknown: hits("unknown"),
    velocity: hits("velocity"),
    exact: hits("exact"),
    inside: share(({ inside }) => inside),
  };
  return {
    numbers: {
      "hits: Kalman filter, thrust known": shots.known,
      "hits: Kalman filter, thrust unknown": shots.unknown,
      "hits: last velocity": shots.velocity,
      "hits: from the true state": shots.exact,
      "places inside the forecast's 95% ellipsoid": shots.inside,
    },
    ...decide(criteria, shots),
    figure: drawn(flights[0]),
  };
};
