/** A net's parameters as users see them: copies by name, and a way to set each. */
import type { Floats, Precision } from "../../wasm/memory.ts";
import { ShapeError } from "../../wasm/errors.ts";
import type { Weights } from "../../graph/weights.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { realValues } from "../../data/item.ts";
import { checkValues, flatten, type Sequence } from "../../data/sequence.ts";

/** A matrix of numbers with a name: a parameter, or a gradient by it. */
export interface NamedMatrix {
  /** The layer's name and the parameter's: "lstm1.Wx". */
  readonly name: string;
  /** Of `data`; a bias is one row. */
  readonly shape: readonly [rows: number, columns: number];
  /** Row-major; a copy. */
  readonly data: Floats;
}

/** A loss and its gradient. */
export interface LossGradient {
  /** Mean over what counts: nats, or half squared units. */
  loss: number;
  /** By each parameter. */
  gradient: NamedMatrix[];
}

/** A parameter of a net. */
export interface ParameterView extends NamedMatrix {
  /**
   * Overwrites the parameter, [rows,columns] flat or in rows; the next training starts from the nearest point
   * that satisfies the constraints. Throws ShapeError or DataError on values that do not fit, OptionError
   * while the net is being trained, DisposedError when it is gone.
   */
  set(values: Sequence): void;
}

/** Copies of all matrices of a flat vector [P]. */
export function matrices({ engine, graph }: Weights, base: Ptr): NamedMatrix[] {
  const { memory } = engine;
  return graph.parameters.map(({ name, rows, columns, offset }) => ({
    name,
    shape: [rows, columns] as const,
    data: memory.reals(memory.at(base, offset), rows * columns).slice(),
  }));
}

/** How a net lets its parameters be written. */
export interface ParameterWriting {
  /** Throws DisposedError where the net is gone, else names the caller. */
  live(): string;
  /** Runs the change and tells the net of it. Throws OptionError while a training is under way. */
  write(who: string, change: () => void): void;
}

/** Copies of all parameters, each with a way to set it. */
export function parameterViews(weights: Weights, { live, write }: ParameterWriting): ParameterView[] {
  const { engine, graph, theta } = weights;
  const { memory } = engine;
  return matrices(weights, theta).map((copy, i) => ({
    ...copy,
    set(values) {
      const parameter = graph.parameters[i];
      const who = `${live()}: ${parameter.name}.set`;
      const { rows, columns } = parameter;
      const { precision } = engine;
      const flat = realVector(who, values, { precision, columns, length: rows * columns });
      write(who, () => memory.reals(memory.at(theta, parameter.offset), flat.length).set(flat));
    },
  }));
}

/** A flat vector of a net's numbers, checked. Throws DataError, or ShapeError on another length. */
export function realVector(
  who: string,
  values: Sequence,
  { precision, columns, length }: { precision: Precision; columns: number; length: number },
): ArrayLike<number> {
  const flat = flatten(who, values, columns);
  if (flat.length !== length)
    throw new ShapeError(`${who}: ${flat.length} values, want [${length / columns},${columns}] = ${length}`);
  checkValues(who, flat, realValues(precision));
  return flat;
}
