/** Matrices and vectors as users give them in options: a number, a flat array, or rows. */
import { NumericError, OptionError, ShapeError } from "../wasm/errors.ts";
import { lengthOf } from "./sequence.ts";

/** A number where there is one element, all elements row-major, or one array a row. */
export type MatrixOption = number | ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/** value as [r,c], row-major. Throws ShapeError or OptionError, which name `what`. */
export function matrixOption(
  who: string,
  what: string,
  value: MatrixOption,
  r: number,
  c: number,
): Float64Array {
  const want = r === 1 ? `${c} numbers` : `[${r},${c}]`;
  const list = typeof value === "number" ? [value] : value;
  if (Number.isNaN(lengthOf(list)))
    throw new OptionError(`${who}: ${what} is ${list === null ? "null" : typeof list}, want ${want}`);
  const flat = Array.from(list as ArrayLike<number | ArrayLike<number>>, (item, i) =>
    rowOf(`${who}: ${what}: row ${i}`, item, c),
  ).flat();
  if (flat.length !== r * c) throw new ShapeError(`${who}: ${what} has ${flat.length} numbers, want ${want}`);
  flat.forEach((x, i) => {
    if (!Number.isFinite(x))
      throw new OptionError(`${who}: ${what}: number ${i} is ${x}, want a finite number`);
  });
  return Float64Array.from(flat);
}

/** A number alone, or a row of c numbers. */
function rowOf(name: string, item: number | ArrayLike<number> | null | undefined, c: number): number[] {
  if (typeof item === "number") return [item];
  if (item === null || typeof item !== "object" || item.length !== c)
    throw new ShapeError(`${name} has ${item?.length ?? "no"} numbers, want ${c}`);
  return Array.from(item);
}

/** Whoever finds the eigenvalues of a symmetric matrix S [n,n], in rising order. */
export interface Eigenvalues {
  symmetricEigen(who: string, n: number, S: Float64Array): { readonly values: ArrayLike<number> };
}

/** A symmetric matrix [n,n] without negative eigenvalues. Throws ShapeError, OptionError or NumericError. */
export function covarianceOption(
  who: string,
  what: string,
  value: MatrixOption,
  n: number,
  algebra: Eigenvalues,
): Float64Array {
  const S = matrixOption(who, what, value, n, n);
  let max = 0;
  for (let i = 0; i < n; ++i) max = Math.max(max, Math.abs(S[i * n + i]));
  for (let i = 0; i < n; ++i)
    for (let j = 0; j < i; ++j) {
      if (Math.abs(S[i * n + j] - S[j * n + i]) > 1e-9 * max)
        throw new NumericError(
          `${who}: ${what} is not symmetric: [${i},${j}] is ${S[i * n + j]}, [${j},${i}] is ${S[j * n + i]}`,
        );
      S[i * n + j] = S[j * n + i] = 0.5 * (S[i * n + j] + S[j * n + i]);
    }
  const { values } = algebra.symmetricEigen(`${who}: ${what}`, n, S);
  if (values[0] < -1e-10 * max)
    throw new NumericError(
      `${who}: ${what} has the eigenvalue ${values[0]}, want a covariance, with none below 0`,
    );
  return S;
}
