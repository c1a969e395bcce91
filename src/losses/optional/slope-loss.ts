/**
 * The form of losses whose kernel gives the value and the weighted derivatives in one pass: the derivatives
 * are kept, and the gradient is their multiple.
 */
import { optionalKernels, type OptionalKernels } from "../../wasm/optional-kernels.ts";
import { ShapeError } from "../../wasm/errors.ts";
import type { Kernels, Ptr } from "../../wasm/kernels.ts";
import type { Loss, LossEngine, LossSite } from "../loss.ts";

/** What such a loss says of itself. */
export interface SlopeLoss extends Omit<
  Loss,
  "target" | "keptSize" | "value" | "gradient" | "curvature" | "predict"
> {
  /** Reals kept behind the [N,O] slopes. Default none. */
  readonly more?: (s: Omit<LossSite, "kept">) => number;
  /** Σ w·ℓ, writing the weighted derivatives `slope` [N,O]; `more` stands behind them. */
  measure(k: OptionalKernels, s: LossSite, slope: Ptr, more: Ptr): number;
  /** Whether `more` begins with the diagonal of the curvature, [N,O]. */
  readonly diagonal?: boolean;
  /** y [N,O] of z; default z itself. */
  show?(k: OptionalKernels, s: Shown, engine: LossEngine): void;
}

/** What `predict` reads and writes: z and y [rows,columns]. */
export interface Shown {
  readonly rows: number;
  readonly columns: number;
  readonly z: Ptr;
  readonly y: Ptr;
}

/** y = z. */
export function copy(k: Kernels, { rows, columns, z, y }: Shown): void {
  const n = rows * columns;
  k.copyRows(1, n, z, n, y, n);
}

const size = (s: Pick<LossSite, "rows" | "columns">): number => s.rows * s.columns;

/** The loss. */
export function slopeLoss({ measure, more, diagonal, show, ...about }: SlopeLoss): Loss {
  const behind = (s: LossSite): Ptr => s.memory.at(s.kept, size(s));
  return {
    ...about,
    target: "reals",
    keptSize: (s) => size(s) + (more?.(s) ?? 0),
    value: (s) => measure(optionalKernels(s.k), s, s.kept, behind(s)),
    gradient: (s, scale, dz) => s.k.addScaled(size(s), scale, s.kept, dz),
    ...(diagonal
      ? {
          curvature: (s: LossSite, scale: number, rz: Ptr, out: Ptr): void => {
            const n = size(s);
            s.k.mulAddAbs(1, n, scale, behind(s), n, rz, n, out, n);
          },
        }
      : {}),
    predict(engine, rows, columns, z, y) {
      const { kernels: k } = engine;
      if (show) show(optionalKernels(k), { rows, columns, z, y }, engine);
      else copy(k, { rows, columns, z, y });
    },
  };
}

/**
 * Losses that have the same few numbers for each target, side by side, called `names`. D for O outputs throws
 * ShapeError where they are no multiple.
 */
export function eachTarget(
  who: string,
  names: readonly string[],
): Required<Pick<Loss, "targetColumns" | "names">> {
  const Q = names.length;
  return {
    targetColumns(outputs) {
      if (outputs % Q !== 0)
        throw new ShapeError(
          `${who}: the net has ${outputs} outputs, want ${Q} for each target: ${names.join(", ")}`,
        );
      return outputs / Q;
    },
    names: (outputs) =>
      Array.from({ length: outputs }, (_, i) => names[i % Q] + (outputs > Q ? `[${Math.floor(i / Q)}]` : "")),
  };
}
