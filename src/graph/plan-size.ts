/** The plans of all ops of a graph for a batch, and what they take, before any of it has memory. */
import type { Graph } from "./graph.ts";
import { oneStep, type Packing } from "./packing.ts";
import type { InputShapes, Plan, Shape } from "./op.ts";

/** By node: its shape, and the plan of its op. */
export interface Planned {
  readonly shapes: readonly Shape[];
  readonly plans: readonly (Plan | undefined)[];
}

/** Plans a batch. Throws ShapeError where inputs do not fit. */
export function planOps({ nodes }: Graph, batch: Packing): Planned {
  const shapes: Shape[] = [];
  const plans: (Plan | undefined)[] = [];
  for (const { parameter, op, inputs, columns, data } of nodes) {
    const plan = op?.plan(inputs.map((i) => shapes[i]) as readonly Shape[] as InputShapes);
    plans.push(plan);
    if (parameter) shapes.push(parameter);
    else {
      const packing = plan?.packing ?? (data?.per === "sequence" ? oneStep(batch.sequences) : batch);
      shapes.push({ rows: packing.rows, columns: plan?.columns ?? columns, packing, symbols: data?.symbols });
    }
  }
  return { shapes, plans };
}

/** Reals of the values, of what ops keep and of the adjoints; without gradient fewer. */
export function activityReals({ shapes, plans }: Planned, gradient = true): number {
  let reals = 0;
  plans.forEach((plan, id) => {
    if (!plan) return;
    reals += shapes[id].rows * plan.columns * (gradient ? 2 : 1);
    for (const [name, size] of Object.entries(plan.kept ?? {}))
      if (gradient || !plan.gradientOnly?.includes(name)) reals += size;
  });
  return reals;
}
