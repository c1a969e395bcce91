/** The free parameters θ [F] of a net, by the names that its graph gives all parameters [P]. */
import type { ConstraintMap } from "../graph/constraint-map.ts";
import type { Parameter } from "../graph/graph.ts";
import type { ParameterRange } from "../optim/optimizer.ts";

/** All of θ in order: neighbors that move the same parameters are one range. */
export function parameterRanges(
  parameters: readonly Parameter[],
  constraints: ConstraintMap | undefined,
): readonly ParameterRange[] {
  if (!constraints)
    return parameters.map(({ name, offset, rows, columns }) => ({
      names: [name],
      from: offset,
      size: rows * columns,
    }));
  const names = Array.from({ length: constraints.size }, () => new Set<string>());
  for (const { name, offset, rows, columns } of parameters) {
    let known: readonly number[] | undefined;
    for (let i = offset; i < offset + rows * columns; ++i) {
      const free = constraints.freeOf(i);
      if (free !== known) for (const j of free) names[j].add(name); // all entries of a matrix share one list
      known = free;
    }
  }
  const ranges: { names: readonly string[]; from: number; size: number }[] = [];
  names.forEach((set, from) => {
    const last = ranges[ranges.length - 1];
    if (last?.names.length === set.size && last.names.every((name) => set.has(name))) ++last.size;
    else ranges.push({ names: [...set], from, size: 1 });
  });
  return ranges;
}
