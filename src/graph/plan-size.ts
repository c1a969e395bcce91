/** What the activities of a graph take, before any of them has memory. */
import type { Packing } from "./packing.ts";
import { oneStep } from "./packing.ts";
import type { InputShapes, Shape } from "./op.ts";
import type { Weights } from "./weights.ts";

/** Bytes of the values, of what ops keep and of the adjoints for a batch; without gradient fewer. */
export function activityBytes({ graph, engine }: Weights, batch: Packing, gradient = true): number {
  const shapes: Shape[] = [];
  let reals = 0;
  for (const { id, parameter, op, inputs, columns, data } of graph.nodes) {
    if (parameter) shapes[id] = parameter;
    else if (!op) {
      const packing = data?.per === "sequence" ? oneStep(batch.sequences) : batch;
      shapes[id] = { rows: packing.rows, columns, packing, symbols: data?.symbols };
    } else {
      const plan = op.plan(inputs.map((i) => shapes[i]) as readonly Shape[] as InputShapes);
      const { rows } = plan.packing;
      shapes[id] = { rows, columns: plan.columns, packing: plan.packing };
      reals += rows * plan.columns * (gradient ? 2 : 1);
      for (const [name, size] of Object.entries(plan.kept ?? {}))
        if (gradient || !plan.gradientOnly?.includes(name)) reals += size;
    }
  }
  return reals * engine.memory.realBytes;
}
