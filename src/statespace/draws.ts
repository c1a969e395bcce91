/** Sequences and states drawn from a system whose matrices may change from step to step. */
import { Matrix, triangularNormals } from "../inference/matrix-value.ts";
import type { Moments, Series } from "../inference/state-space.ts";
import type { Random } from "../wasm/random.ts";
import { offsets, smoothed, walk, type Systems } from "./passes.ts";

/** A drawn sequence [T,p] and its states [T,n]. */
export interface Drawn {
  readonly sequence: Float64Array;
  readonly states: readonly Matrix[];
}

/** Where a draw begins, and how far it goes. */
export interface DrawPlan {
  /** The first state; diffuse elements are at its mean. */
  readonly start: Moments;
  /** Steps from..to-1 of the system. */
  readonly from: number;
  readonly to: number;
  readonly inputs: (t: number) => Float64Array;
}

const root = (who: string, S: Matrix): Matrix => S.cholesky(`${who}: covariance`, { semidefinite: true });

/** Draws steps of a system. Throws NumericError on covariances that are not. */
export function draw(who: string, systems: Systems, random: Random, plan: DrawPlan): Drawn {
  const { start, from, to, inputs } = plan;
  const normals = (S: Matrix): Matrix => Matrix.column(S.algebra, triangularNormals(random, root(who, S)));
  const sequence: number[] = [];
  const states: Matrix[] = [];
  let x = start.mean.plus(normals(start.covariance));
  for (let t = from; t < to; ++t) {
    const { model } = systems(t);
    const { drift, offset } = offsets(systems(t), inputs(t));
    states.push(x);
    sequence.push(...model.C.times(x).plus(offset).plus(normals(model.R)).data);
    x = model.A.times(x).plus(drift).plus(normals(model.Q));
  }
  return { sequence: Float64Array.from(sequence), states };
}

/** All states of a series drawn given all of it: x⁺ - E[x|y⁺] + E[x|y]. (Durbin & Koopman 2002.) */
export function drawGiven(
  who: string,
  systems: Systems,
  random: Random,
  { series, input, plan }: { readonly series: Series; readonly input: number; readonly plan: DrawPlan },
): Matrix[] {
  const drawn = draw(who, systems, random, plan);
  const means = (y: Float64Array): Matrix[] =>
    smoothed(who, systems, walk(who, systems, { ...series, y }, input)).map(({ mean }) => mean);
  const found = means(series.y);
  const made = means(drawn.sequence.map((v, i) => (series.y[i] === series.y[i] ? v : NaN)));
  return drawn.states.map((x, t) => x.minus(made[t]).plus(found[t]));
}
